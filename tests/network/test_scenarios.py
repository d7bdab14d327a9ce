"""Callers at work while the network, a server or a client fails: nothing contradicts what they got.

``python -m tests.network`` runs the same and writes the table of ``docs/reliability.md``.
"""

from pathlib import Path

import pytest

from tests import servers
from tests.network import report, scenarios
from tests.network.cluster import Cluster


@pytest.fixture(scope="module")
def cluster():
    servers.require_mongod()
    if not Path("/proc/net/tcp").exists():
        pytest.skip("no /proc here to tell who connects")
    with Cluster() as cluster:
        yield cluster


@pytest.mark.slow
@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_callers_are_right_although(cluster, name, capsys):
    verdict = scenarios.run(cluster, name)
    with capsys.disabled():
        print("\n", *report.row(name, verdict), sep=" | ")  # noqa: T201 - the figures
    assert verdict.faults == {}
    assert verdict.operations >= scenarios.CALLS_BEFORE + scenarios.CALLS_AFTER


def test_page_has_every_scenario():
    assert report.names() == list(scenarios.SCENARIOS)
