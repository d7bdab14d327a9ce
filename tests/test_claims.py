"""What the API promises under concurrency, over hundreds of seeded orders, with and without faults.

A scenario runs its callers in a simulation and then asserts what must hold. With faults, callers
lose their connection before or after a command, or end for good after one: what they were told is
then unknown, but no address has two owners, no limit is exceeded, no key has two live rows and no
row is lost.
"""

import contextlib
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest

from nova_docdb import clock, context, db, exception, testing
from nova_docdb.config import CONF
from nova_docdb.mongo import connection, quota_reserve
from nova_docdb.mongo.joins import table
from nova_docdb.testing import Faults

ADMIN = context.get_admin_context()
USER = context.RequestContext("alice", "acme")
UUIDS = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(1, 9)]
FAULTS = Faults(before=0.04, after=0.04, gone=0.04)
FEW, MANY = range(40), range(40, 540)


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    connection.close()
    CONF.set_override("connection", "mongomock://localhost/claims", group="mongo")
    monkeypatch.setattr(quota_reserve.time, "sleep", lambda _seconds: None)
    yield
    connection.close()
    CONF.clear_override("connection", group="mongo")


def calls(function, *argument_lists):
    return [lambda args=args: function(*args) for args in argument_lists]


def won(outcomes):
    """Return the outcomes that are not errors, of which only the expected kinds may be."""
    for outcome in outcomes:
        if outcome.error is not None:
            assert isinstance(outcome.error, (exception.NovaException, exception.DBError)), repr(
                outcome.error
            )
    return [outcome for outcome in outcomes if outcome.error is None and not outcome.gone]


def live(name, **columns):
    rows = table(name)
    return rows.find(rows.alive(**columns))


def no_two_live(name, *columns):
    keys = Counter(tuple(row[column] for column in columns) for row in live(name))
    assert all(count == 1 for count in keys.values()), keys


# Scenarios: each takes a simulation and whether its callers may meet faults.


def one_address_has_one_owner(simulation, faulty):
    db.fixed_ip_create(ADMIN, {"address": "10.0.0.1", "network_id": 1})
    outcomes = simulation.run(
        *calls(db.fixed_ip_associate, *((ADMIN, "10.0.0.1", uuid, 1) for uuid in UUIDS[:3]))
    )
    assert len(won(outcomes)) <= 1
    if not faulty:
        assert len(won(outcomes)) == 1


def a_pool_gives_each_address_once(simulation, faulty):
    rows = [{"address": f"10.0.0.{n}", "network_id": 1} for n in range(4)]
    db.fixed_ip_bulk_create(ADMIN, rows)
    outcomes = simulation.run(
        *calls(db.fixed_ip_associate_pool, *((ADMIN, 1, uuid) for uuid in UUIDS[:4]))
    )
    given = [outcome.value for outcome in won(outcomes)]
    assert len(set(given)) == len(given)
    owned = {row["address"]: row["instance_uuid"] for row in live("fixed_ips")}
    for outcome, uuid in zip(outcomes, UUIDS, strict=False):
        if outcome.value is not None:
            assert owned[outcome.value] == uuid
    if not faulty:
        assert len(given) == 4


def a_floating_address_goes_to_one_project(simulation, faulty):
    db.floating_ip_bulk_create(ADMIN, [{"address": f"192.0.2.{n}", "pool": "p"} for n in range(3)])
    outcomes = simulation.run(
        *calls(db.floating_ip_allocate_address, *((ADMIN, f"p{n}", "p") for n in range(4)))
    )
    given = [outcome.value for outcome in won(outcomes)]
    assert len(set(given)) == len(given)
    if not faulty:
        assert len(given) == 3


def of_equal_associations_one_does_it(simulation, faulty):
    db.fixed_ip_create(ADMIN, {"address": "10.0.0.1"})
    db.floating_ip_create(ADMIN, {"address": "192.0.2.1"})
    outcomes = simulation.run(
        *calls(db.floating_ip_fixed_ip_associate, *[(ADMIN, "192.0.2.1", "10.0.0.1", "h")] * 3)
    )
    done = [outcome for outcome in won(outcomes) if outcome.value is not None]
    assert len(done) <= 1
    if not faulty:
        assert len(done) == 1


def a_network_goes_to_one_project(simulation, faulty):
    for number in range(3):
        db.network_create_safe(ADMIN, {"vlan": number})
    outcomes = simulation.run(
        *calls(db.network_associate, *((ADMIN, f"p{n}", None, True) for n in range(3)))
    )
    given = [outcome.value["id"] for outcome in won(outcomes)]
    assert len(set(given)) == len(given)
    if not faulty:
        assert len(given) == 3


def a_fresh_project_ends_with_one_network(simulation, faulty):
    for number in range(3):
        db.network_create_safe(ADMIN, {"vlan": number})
    outcomes = simulation.run(*calls(db.network_associate, *[(ADMIN, "p")] * 3))
    if not faulty:
        assert len({outcome.value["id"] for outcome in won(outcomes)}) == 1
        assert len(db.project_get_networks(ADMIN, "p", False)) == 1


def all_get_the_host_that_won(simulation, _faulty):
    network = db.network_create_safe(ADMIN, {})["id"]
    outcomes = simulation.run(
        *calls(db.network_set_host, *((ADMIN, network, f"h{n}") for n in range(3)))
    )
    assert len({outcome.value for outcome in won(outcomes)}) <= 1


def a_unique_key_takes_one(simulation, faulty, function, values, name, *columns):
    outcomes = simulation.run(*calls(function, *[(ADMIN, values)] * 3))
    no_two_live(name, *columns)
    assert len(won(outcomes)) <= 1
    if not faulty:
        assert len(won(outcomes)) == 1


def unique(function, values, name, *columns):
    def scenario(simulation, faulty):
        a_unique_key_takes_one(simulation, faulty, function, values, name, *columns)

    scenario.__name__ = f"one_{function.__name__}"
    return scenario


FLAVOR = {"name": "n", "flavorid": "f", "memory_mb": 1, "vcpus": 1}


def a_project_gets_one_default_group(simulation, faulty):
    db.security_group_default_rule_create(ADMIN, {"protocol": "tcp"})
    outcomes = simulation.run(*calls(db.security_group_ensure_default, *[(USER,)] * 3))
    no_two_live("security_groups", "project_id", "name")
    for outcome in won(outcomes):
        rules = db.security_group_get(ADMIN, outcome.value[1]["id"])["rules"]
        assert len(rules) == 1
    if not faulty:
        assert sorted(outcome.value[0] for outcome in outcomes) == [False, True, True]
        assert len(live("security_group_rules")) == 1


RESOURCES = {
    name: SimpleNamespace(name=name, sync=lambda *_args, **_kwargs: {}) for name in ("a", "b")
}


def reserve(deltas, limit):
    expire = clock.utcnow() + timedelta(hours=1)
    quotas = dict.fromkeys(deltas, limit)
    return db.quota_reserve(USER, RESOURCES, quotas, deltas, expire, None, 0)


def usage_is_within(limit):
    for row in live("quota_usages"):
        assert row["in_use"] + row["reserved"] <= limit
        assert row["reserved"] >= 0


def everything_expires():
    rows = table("reservations")
    rows.update_all(rows.live, {"expire": clock.utcnow() - timedelta(hours=1)})
    db.reservation_expire(ADMIN)
    assert all(row["reserved"] == 0 for row in live("quota_usages"))


def a_limit_holds(simulation, faulty):
    outcomes = simulation.run(*calls(reserve, *[({"a": 1}, 2)] * 4))
    usage_is_within(2)
    no_two_live("quota_usages", "project_id", "resource")
    assert len(won(outcomes)) <= 2
    if not faulty:
        assert len(won(outcomes)) == 2
    everything_expires()


def two_resources_in_opposite_order(simulation, faulty):
    outcomes = simulation.run(
        *calls(reserve, ({"a": 1, "b": 2}, 3), ({"b": 2, "a": 1}, 3), ({"b": 1}, 3))
    )
    usage_is_within(3)
    if not faulty:
        assert len(won(outcomes)) == 2
    everything_expires()


def a_reservation_is_settled_once(simulation, faulty):
    (uuid,) = reserve({"a": 1}, 5)
    outcomes = simulation.run(
        lambda: db.reservation_commit(USER, [uuid]),
        lambda: db.reservation_rollback(USER, [uuid]),
        lambda: db.reservation_commit(USER, [uuid]),
    )
    won(outcomes)
    everything_expires()
    (usage,) = live("quota_usages")
    assert usage["in_use"] in {0, 1}
    assert faulty or live("reservations") == []


def one_uuid_is_one_instance(simulation, faulty):
    values = {"uuid": UUIDS[0], "project_id": "acme", "metadata": {"a": "b"}}
    outcomes = simulation.run(*calls(db.instance_create, *[(USER, values)] * 3))
    rows = live("instances")
    assert len(won(outcomes)) <= 1
    assert len(rows) <= 1
    for row in rows:
        whole = db.instance_get(ADMIN, row["id"])
        assert [pair["key"] for pair in whole["metadata"]] == ["a"]
        assert whole["info_cache"] is not None
    if not faulty:
        assert len(won(outcomes)) == 1


def instance():
    return db.instance_create(USER, {"uuid": UUIDS[0], "project_id": "acme"})


def of_equal_expectations_one_is_met(simulation, faulty):
    instance()
    outcomes = simulation.run(
        *calls(
            db.instance_update,
            *((USER, UUIDS[0], {"expected_task_state": None, "task_state": f"t{n}"})
              for n in range(3)),
        )
    )  # fmt: skip
    assert len(won(outcomes)) <= 1
    assert faulty or len(won(outcomes)) == 1


def of_destroyers_one_succeeds(simulation, faulty):
    instance()
    outcomes = simulation.run(*calls(db.instance_destroy, *[(USER, UUIDS[0])] * 3))
    assert len(won(outcomes)) <= 1
    assert faulty or len(won(outcomes)) == 1


def a_metadata_key_has_one_live_row(simulation, _faulty):
    instance()
    won(
        simulation.run(
            *calls(
                db.instance_metadata_update,
                (USER, UUIDS[0], {"a": "1", "b": "1"}, False),
                (USER, UUIDS[0], {"b": "2", "a": "2"}, False),
                (USER, UUIDS[0], {"a": "3"}, True),
            )
        )
    )
    no_two_live("instance_metadata", "instance_uuid", "key")


def a_card_and_period_have_one_row(simulation, _faulty):
    moment = clock.utcnow()
    arguments = [(ADMIN, UUIDS[0], "mac", moment, n, n, n, n) for n in range(3)]
    won(simulation.run(*calls(db.bw_usage_update, *arguments)))
    no_two_live("bw_usage_cache", "uuid", "mac", "start_period")


def no_count_of_a_volume_is_lost(simulation, faulty):
    arguments = [(ADMIN, "v", n, 0, 0, 0, None, None, True) for n in (1, 10, 100)]
    won(simulation.run(*calls(db.vol_usage_update, *arguments)))
    rows = live("volume_usage_cache")
    assert len(rows) <= 1
    if not faulty:
        assert rows[0]["tot_reads"] == 111


def an_instance_has_one_swap(simulation, faulty):
    values = [
        {"instance_uuid": UUIDS[0], "device_name": f"vd{n}", "virtual_name": "swap"} for n in "aab"
    ]
    won(
        simulation.run(
            *calls(db.block_device_mapping_update_or_create, *((ADMIN, v) for v in values))
        )
    )
    rows = live("block_device_mapping")
    assert len(rows) <= 1
    assert faulty or len(rows) == 1


def a_task_runs_once(simulation, faulty):
    moment = clock.utcnow()
    outcomes = simulation.run(
        *calls(db.task_log_begin_task, *[(ADMIN, "audit", moment, moment, "h")] * 3)
    )
    assert len(won(outcomes)) <= 1
    assert faulty or len(won(outcomes)) == 1


def a_uuid_has_one_number(simulation, faulty):
    outcomes = simulation.run(*calls(db.ec2_volume_create, *[(ADMIN, UUIDS[0])] * 3))
    assert len({outcome.value["id"] for outcome in won(outcomes)}) <= 1
    assert faulty or len(live("volume_id_mappings")) == 1


def no_row_is_lost_or_doubled_by_archivers(simulation, faulty):
    for number in range(5):
        db.cell_create(ADMIN, {"name": f"c{number}"})
        if number:
            db.cell_delete(ADMIN, f"c{number}")
    outcomes = simulation.run(*calls(db.archive_deleted_rows_for_table, *[(ADMIN, "cells")] * 3))
    moved = sum(outcome.value for outcome in won(outcomes))
    assert faulty or moved == 4
    with contextlib.suppress(exception.DBError):
        db.archive_deleted_rows_for_table(ADMIN, "cells")
    database = connection.get_database()
    kept = {row["_id"] for row in database["cells"].find({})}
    archived = {row["_id"] for row in database["shadow_cells"].find({})}
    assert (kept, archived) == ({1}, {2, 3, 4, 5})


SCENARIOS = [
    one_address_has_one_owner,
    a_pool_gives_each_address_once,
    a_floating_address_goes_to_one_project,
    of_equal_associations_one_does_it,
    a_network_goes_to_one_project,
    a_fresh_project_ends_with_one_network,
    all_get_the_host_that_won,
    unique(db.key_pair_create, {"user_id": "u", "name": "k"}, "key_pairs", "user_id", "name"),
    unique(db.network_create_safe, {"vlan": 7}, "networks", "vlan"),
    unique(db.floating_ip_create, {"address": "192.0.2.1"}, "floating_ips", "address"),
    unique(db.instance_type_create, FLAVOR, "instance_types", "name"),
    unique(db.aggregate_create, {"name": "a"}, "aggregates", "name"),
    unique(db.security_group_create, {"name": "g"}, "security_groups", "project_id", "name"),
    unique(db.virtual_interface_create, {"address": "mac"}, "virtual_interfaces", "address"),
    a_project_gets_one_default_group,
    a_limit_holds,
    two_resources_in_opposite_order,
    a_reservation_is_settled_once,
    one_uuid_is_one_instance,
    of_equal_expectations_one_is_met,
    of_destroyers_one_succeeds,
    a_metadata_key_has_one_live_row,
    a_card_and_period_have_one_row,
    no_count_of_a_volume_is_lost,
    an_instance_has_one_swap,
    a_task_runs_once,
    a_uuid_has_one_number,
    no_row_is_lost_or_doubled_by_archivers,
]

SEEDS = [
    pytest.param(FEW, id="few-seeds"),
    pytest.param(MANY, id="many-seeds", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_claim_holds(scenario, seeds):
    testing.try_seeds(lambda simulation: scenario(simulation, False), seeds)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_claim_holds_with_faults(scenario, seeds):
    testing.try_seeds(lambda simulation: scenario(simulation, True), seeds, FAULTS)
