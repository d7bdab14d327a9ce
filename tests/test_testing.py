"""The simulation catches what it is there to catch, and replays."""

import pytest

from nova_docdb import context, db, testing
from nova_docdb.config import CONF
from nova_docdb.mongo import connection
from nova_docdb.mongo.joins import table
from nova_docdb.testing import Faults, Simulation

ADMIN = context.get_admin_context()
SEEDS = range(500)
UUIDS = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(1, 9)]
FIXED_IPS = table("fixed_ips")
USAGES = table("quota_usages")


@pytest.fixture(autouse=True)
def embedded():
    connection.close()
    CONF.set_override("connection", "mongomock://localhost/simulation", group="mongo")
    yield
    connection.close()
    CONF.clear_override("connection", group="mongo")


def caught(scenario):
    """Return under how many seeds a scenario fails."""
    failed = 0
    for seed in SEEDS:
        testing.clear()
        try:
            scenario(Simulation(seed))
        except AssertionError:
            failed += 1
    return failed


def naive_claim(uuid):
    """Take an address as one should not: look, then write."""
    row = FIXED_IPS.first(FIXED_IPS.alive(instance_uuid=None))
    if row is None:
        return None
    FIXED_IPS.update({"_id": row["id"]}, {"instance_uuid": uuid})
    return row["address"]


def guarded_claim(uuid):
    return db.fixed_ip_associate_pool(ADMIN, 1, uuid)


def no_address_twice(claim):
    def scenario(simulation):
        db.fixed_ip_bulk_create(
            ADMIN, [{"address": f"10.0.0.{n}", "network_id": 1} for n in range(4)]
        )
        outcomes = simulation.run(*(lambda uuid=uuid: claim(uuid) for uuid in UUIDS[:4]))
        given = [outcome.value for outcome in outcomes]
        assert len(set(given)) == len(given), given

    return scenario


def naive_reserve():
    usage = USAGES.first(USAGES.live)
    if usage["reserved"] + 1 > 2:
        return False
    USAGES.update({"_id": usage["id"]}, {"reserved": usage["reserved"] + 1})
    return True


def never_over_the_limit(reserve):
    def scenario(simulation):
        USAGES.insert({"project_id": "p", "resource": "cores", "in_use": 0, "reserved": 0})
        outcomes = simulation.run(*[reserve] * 4)
        assert sum(bool(outcome.value) for outcome in outcomes) <= 2

    return scenario


def test_naive_claim_is_caught():
    assert caught(no_address_twice(naive_claim)) > 400


def test_guarded_claim_passes():
    assert caught(no_address_twice(guarded_claim)) == 0


def test_naive_quota_is_caught():
    assert caught(never_over_the_limit(naive_reserve)) > 300


def test_same_seed_replays_the_same_order():
    def history(seed):
        testing.clear()
        simulation = Simulation(seed)
        no_address_twice(guarded_claim)(simulation)
        return simulation.history

    assert history(7) == history(7)
    assert len({tuple(history(seed)) for seed in range(20)}) > 10


def test_failing_seed_is_named():
    with pytest.raises(AssertionError, match=r"^seed \d+: "):
        testing.try_seeds(no_address_twice(naive_claim), SEEDS)


def test_error_before_leaves_nothing_and_error_after_leaves_the_write():
    def create():
        db.cell_create(ADMIN, {"name": "c"})

    (lost,) = Simulation(1, Faults(before=1.0)).run(create)
    assert type(lost.error).__name__ == "DBConnectionError"
    assert db.cell_get_all(ADMIN) == []
    (lost,) = Simulation(1, Faults(after=1.0)).run(lambda: table("cells").remove({"_id": 99}))
    assert type(lost.error).__name__ == "DBConnectionError"


def test_worker_that_is_gone_stops_after_its_command():
    (gone,) = Simulation(1, Faults(gone=1.0)).run(lambda: db.service_get_all(ADMIN))
    assert gone.gone
    assert gone.value is None


def test_simulation_needs_the_embedded_store():
    connection.close()
    CONF.set_override("connection", "mongodb://127.0.0.1:1/nova", group="mongo")
    with pytest.raises(RuntimeError, match="embedded"):
        Simulation(1).run(lambda: None)
