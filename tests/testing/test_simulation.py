"""The simulation catches wrong versions of calls, and replays."""

import contextlib

import pytest

from nova_docdb import context, db, exception, testing
from nova_docdb.config import CONF
from nova_docdb.mongo.families.quotas import reserve
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables import retry
from nova_docdb.mongo.tables.table import table
from nova_docdb.testing import Faults, Simulation
from tests import quotas

ADMIN = context.get_admin_context()
SEEDS = range(500)
UUIDS = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(1, 9)]
FIXED_IPS = table("fixed_ips")
USAGES = table("quota_usages")
VOLUME_USAGES = table("volume_usage_cache")
CELLS = table("cells")


@pytest.fixture(autouse=True)
def nobody_waits(embedded, monkeypatch):
    # Not time.sleep itself: the driver's threads use it too, and would run without pauses.
    for module in (retry, reserve):
        monkeypatch.setattr(module, "_pause", lambda _seconds: None)


def caught(scenario, faults=None):
    """Return the number of seeds with which a scenario fails."""
    failed = 0
    for seed in SEEDS:
        testing.clear()
        try:
            scenario(Simulation(seed, faults))
        except AssertionError:
            failed += 1
    return failed


# Wrong versions, which read and then write, next to those of the API.


def naive_claim(uuid):
    row = FIXED_IPS.first(FIXED_IPS.where_live(instance_uuid=None))
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


def naive_count(reads):
    row = VOLUME_USAGES.first({"volume_id": "v"})
    VOLUME_USAGES.update({"_id": row["id"]}, {"tot_reads": row["tot_reads"] + reads})


def guarded_count(reads):
    db.vol_usage_update(ADMIN, "v", reads, 0, 0, 0, None, None, True)


def no_count_is_lost(count):
    def scenario(simulation):
        guarded_count(0)
        simulation.run(*(lambda reads=reads: count(reads) for reads in (1, 10, 100)))
        assert VOLUME_USAGES.first({"volume_id": "v"})["tot_reads"] == 111

    return scenario


def naive_reserve():
    usage = USAGES.first(USAGES.live)
    if usage["reserved"] + 1 > 2:
        raise exception.OverQuota(overs=["cores"], quotas={}, usages={})
    USAGES.update({"_id": usage["id"]}, {"reserved": usage["reserved"] + 1})


def guarded_reserve():
    quotas.reserve({"cores": 1}, {"cores": 2}, project_id="p")


def never_over_the_limit(reserve):
    def scenario(simulation):
        USAGES.insert({"project_id": "p", "resource": "cores", "in_use": 0, "reserved": 0})
        outcomes = simulation.run(*[reserve] * 4)
        assert sum(outcome.error is None for outcome in outcomes) <= 2

    return scenario


def naive_archive():
    rows = CELLS.find(CELLS.deleted)
    CELLS.remove(CELLS.deleted)
    if rows:
        shadow = connection.get_database()["shadow_cells"]
        shadow.insert_many([{**row, "_id": row["id"]} for row in rows])


def guarded_archive():
    db.archive_deleted_rows_for_table(ADMIN, "cells")


def every_row_is_in_one_place(archive):
    def scenario(simulation):
        for name in "ab":
            db.cell_create(ADMIN, {"name": name})
        simulation.run(
            *(lambda name=name: db.cell_delete(ADMIN, name) for name in "ab"), archive, archive
        )
        archive()
        database = connection.get_database()
        places = [row["_id"] for name in ("cells", "shadow_cells") for row in database[name].find()]
        assert sorted(places) == [1, 2]

    return scenario


def blind_retry(uuid):
    """Claim, and claim again if the reply is lost."""
    for _attempt in range(5):
        try:
            return guarded_claim(uuid)
        except exception.DBConnectionError:
            continue
    raise exception.DBConnectionError("gave up")


def retry_with_a_token(uuid):
    """Claim; if the reply is lost, first search for a row with the own token."""
    for _attempt in range(5):
        with contextlib.suppress(exception.DBConnectionError):
            if mine := FIXED_IPS.first(FIXED_IPS.where_live(instance_uuid=uuid)):
                return mine["address"]
            return guarded_claim(uuid)
    raise exception.DBConnectionError("gave up")


def no_address_is_leaked(claim):
    def scenario(simulation):
        db.fixed_ip_bulk_create(
            ADMIN, [{"address": f"10.0.0.{n}", "network_id": 1} for n in range(9)]
        )
        outcomes = simulation.run(*(lambda uuid=uuid: claim(uuid) for uuid in UUIDS[:3]))
        given = {outcome.value for outcome in outcomes if outcome.error is None}
        owned = FIXED_IPS.find({"instance_uuid": {"$in": UUIDS[:3]}})
        unknown = sum(outcome.error is not None for outcome in outcomes)
        assert len(owned) <= len(given) + unknown, (owned, given)

    return scenario


LOST_REPLIES = Faults(after=0.3)


@pytest.mark.parametrize(
    ("scenario", "least"),
    [
        (no_address_twice(naive_claim), 400),
        (no_count_is_lost(naive_count), 300),
        (never_over_the_limit(naive_reserve), 300),
        (every_row_is_in_one_place(naive_archive), 150),
    ],
    ids=["claim", "counter", "quota", "archive"],
)
def test_naive_version_is_caught(scenario, least):
    assert caught(scenario) > least


@pytest.mark.parametrize(
    "scenario",
    [
        no_address_twice(guarded_claim),
        no_count_is_lost(guarded_count),
        never_over_the_limit(guarded_reserve),
        every_row_is_in_one_place(guarded_archive),
    ],
    ids=["claim", "counter", "quota", "archive"],
)
def test_api_passes(scenario):
    assert caught(scenario) == 0


def test_blind_retry_after_a_lost_reply_leaks_addresses():
    assert caught(no_address_is_leaked(blind_retry), LOST_REPLIES) > 200


def test_retry_that_first_searches_for_its_token_leaks_none():
    assert caught(no_address_is_leaked(retry_with_a_token), LOST_REPLIES) == 0


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


def test_seed_is_named_for_any_exception():
    with pytest.raises(AssertionError, match=r"^seed 5: KeyError\('x'\)$"):
        testing.try_seeds(lambda _simulation: {}["x"], [5])


def test_same_seed_replays_the_same_faults():
    def outcomes(seed):
        testing.clear()
        simulation = Simulation(seed, Faults(before=0.1, after=0.1, gone=0.1))
        found = simulation.run(*(lambda uuid=uuid: guarded_claim(uuid) for uuid in UUIDS[:4]))
        return [(type(o.error), o.gone) for o in found], simulation.history

    assert outcomes(7) == outcomes(7)
    assert len({str(outcomes(seed)) for seed in range(20)}) > 10


def test_error_before_a_command_writes_nothing_and_error_after_it_keeps_the_write():
    def insert():
        with translated("cells"):
            CELLS.collection.insert_one({"_id": 1})

    for faults, left in ((Faults(before=1.0), 0), (Faults(after=1.0), 1)):
        (lost,) = Simulation(1, faults).run(insert)
        assert type(lost.error).__name__ == "DBConnectionError"
        assert CELLS.collection.count_documents({}) == left


def test_worker_that_dies_stops_after_its_command():
    (outcome,) = Simulation(1, Faults(gone=1.0)).run(lambda: db.service_get_all(ADMIN))
    assert outcome.gone
    assert outcome.value is None


def test_simulation_requires_the_embedded_store():
    connection.close()
    CONF.set_override("connection", "mongodb://127.0.0.1:1/nova", group="mongo")
    with pytest.raises(RuntimeError, match="embedded"):
        Simulation(1).run(lambda: None)
