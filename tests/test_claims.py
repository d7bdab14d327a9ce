"""Concurrent calls in hundreds of seeded interleavings, with and without faults.

The scenarios are in ``tests/claims``. Every run is followed by a check of the tables that it
touched, and some of them by one of the whole store, as in `nova-docdb db check`.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from nova_docdb import clock, db, testing
from nova_docdb.mongo.admin import check
from nova_docdb.mongo.families.quotas import reserve
from nova_docdb.mongo.tables import retry
from nova_docdb.testing import Faults
from tests.claims import (  # noqa: F401 - the import registers them
    addresses,
    archives,
    hosts,
    instances,
    invariants,
    keys,
    networks,
    quotas,
    volumes,
)
from tests.claims.scenario import CLAIMS

FAULTS = Faults(before=0.04, after=0.04, gone=0.04)
FEW, MANY = range(4), range(4, 540)
# The seeds after which ``db check`` looks at the whole store too.
CHECKED = range(0, 80, 4)

DOCS = (Path(__file__).parents[1] / "docs" / "reliability.md").read_text(encoding="utf-8")

SEEDS = [
    pytest.param(FEW, id="few-seeds"),
    pytest.param(MANY, id="many-seeds", marks=pytest.mark.slow),
]


@pytest.fixture(params=[False, True], ids=["one-by-one", "transactions"])
def transactions(request, embedded):
    """Whether calls are transactions, as on a replica set, or command by command."""
    embedded.has_transactions = request.param


@pytest.fixture(autouse=True)
def no_pauses(transactions, monkeypatch):
    # time.sleep itself is not patched, because the driver's threads use it too.
    for module in (retry, reserve):
        monkeypatch.setattr(module, "_pause", lambda _seconds: None)


def check_store(faulty):
    """Assert that the store is consistent; after faults, once it is repaired."""
    later = clock.utcnow() + timedelta(hours=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "utcnow", lambda: later)
        for finding in check.findings():
            assert faulty, finding
            finding.repair()
        assert list(check.findings()) == []


def run(claim, seeds, faults):
    faulty = faults is not None

    def scenario(simulation):
        claim.scenario(simulation, faulty)
        touched = {collection for _worker, collection, _command in simulation.history}
        invariants.check(touched, faulty=faulty or not claim.sound)
        if claim.sound and simulation.seed in CHECKED:
            check_store(faulty)

    testing.try_seeds(scenario, seeds, faults)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_claim_keeps_its_invariants(claim, seeds):
    run(claim, seeds, None)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_claim_keeps_its_invariants_under_faults(claim, seeds):
    run(claim, seeds, FAULTS)


def test_documentation_lists_the_functions_of_every_scenario():
    section = DOCS.partition("## Guarantees")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| .+ \| (.*?`.+?) \|$", section, re.MULTILINE)
    listed = {name for functions in rows for name in re.findall(r"`(\w+)`", functions)}
    assert listed == {name for claim in CLAIMS for name in claim.functions}
    assert set(dir(db)) >= listed
