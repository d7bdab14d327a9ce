"""Callers run while the network, a server or a client fails: no result is contradicted.

``python -m tests.network`` runs the same and writes the table of ``docs/reliability.md``.
"""

import pytest

from tests.network import report, scenarios


@pytest.mark.slow
@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_results_are_correct_under(cluster, name, capsys):
    verdict = scenarios.run(cluster, name)
    with capsys.disabled():
        print("\n", *report.row(name, verdict), sep=" | ")  # noqa: T201 - the figures
    assert verdict.faults == {}
    assert verdict.operations >= scenarios.CALLS_BEFORE + scenarios.CALLS_AFTER


def test_page_lists_every_scenario():
    assert report.names() == list(scenarios.SCENARIOS)
