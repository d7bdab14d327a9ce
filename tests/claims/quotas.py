"""Limits hold, and every reservation is settled once."""

from datetime import timedelta
from types import SimpleNamespace

from nova_docdb import clock, db
from nova_docdb.mongo.tables.table import table
from tests.claims.scenario import (
    ADMIN,
    USER,
    calls,
    claim,
    live,
    no_two_live,
    one_wins,
    unknown,
    won,
)
from tests.quotas import assert_no_drift, everything_expires

RESOURCES = {
    name: SimpleNamespace(name=name, sync=lambda *_args, **_kwargs: {}) for name in ("a", "b")
}


def reserve(deltas, limit):
    expire = clock.utcnow() + timedelta(hours=1)
    quotas = dict.fromkeys(deltas, limit)
    return db.quota_reserve(USER, RESOURCES, quotas, deltas, expire, None, 0)


def check_usage(limit):
    no_two_live("quota_usages", "project_id", "resource")
    for row in live("quota_usages"):
        assert row["in_use"] + row["reserved"] <= limit
        assert row["reserved"] >= 0


def check_nothing_is_reserved():
    everything_expires()
    assert all(row["reserved"] == 0 for row in live("quota_usages"))
    assert_no_drift()


@claim("quota_reserve")
def a_limit_holds(simulation, faulty):
    outcomes = simulation.run(*calls(reserve, *[({"a": 1}, 2)] * 4))
    check_usage(2)
    assert len(won(outcomes)) <= 2
    if not faulty:
        assert len(won(outcomes)) == 2
        assert_no_drift()
    check_nothing_is_reserved()


@claim("quota_reserve")
def two_resources_in_opposite_order(simulation, faulty):
    outcomes = simulation.run(
        *calls(reserve, ({"a": 1, "b": 2}, 3), ({"b": 2, "a": 1}, 3), ({"b": 1}, 3))
    )
    check_usage(3)
    if not faulty:
        assert len(won(outcomes)) == 2
        assert_no_drift()
    check_nothing_is_reserved()


@claim("quota_reserve", "reservation_commit", "reservation_rollback")
def in_use_is_what_was_committed(simulation, faulty):
    def use():
        db.reservation_commit(USER, reserve({"a": 1, "b": 1}, 2))

    def cancel():
        db.reservation_rollback(USER, reserve({"a": 1}, 2))

    outcomes = simulation.run(use, use, use, cancel)
    check_usage(2)
    committed = len(won(outcomes[:3]))
    check_nothing_is_reserved()
    for row in live("quota_usages"):
        assert committed <= row["in_use"] <= committed + len(unknown(outcomes[:3]))
    # A reservation that is later rolled back may refuse one caller, but not two.
    assert faulty or committed >= 1


@claim("reservation_commit", "reservation_rollback")
def a_reservation_is_settled_once(simulation, faulty):
    (uuid,) = reserve({"a": 1}, 5)
    outcomes = simulation.run(
        lambda: db.reservation_commit(USER, [uuid]),
        lambda: db.reservation_rollback(USER, [uuid]),
        lambda: db.reservation_commit(USER, [uuid]),
    )
    won(outcomes)
    check_nothing_is_reserved()
    (usage,) = live("quota_usages")
    assert usage["in_use"] in {0, 1}
    assert faulty or live("reservations") == []


@claim("reservation_expire", "reservation_commit")
def an_expired_reservation_is_not_committed_too(simulation, faulty):
    (uuid,) = reserve({"a": 1}, 5)
    rows = table("reservations")
    rows.update_all(rows.live, {"expire": clock.utcnow() - timedelta(hours=1)})
    outcomes = simulation.run(
        lambda: db.reservation_expire(ADMIN),
        lambda: db.reservation_commit(USER, [uuid]),
        lambda: db.reservation_expire(ADMIN),
    )
    won(outcomes)
    check_nothing_is_reserved()
    (usage,) = live("quota_usages")
    assert usage["in_use"] in {0, 1}
    assert faulty or live("reservations") == []


@claim("quota_usage_update", "quota_reserve", "reservation_commit")
def a_usage_that_is_set_keeps_its_reservations(simulation, faulty):
    (uuid,) = reserve({"a": 1}, 9)
    outcomes = simulation.run(
        lambda: db.quota_usage_update(ADMIN, "acme", "a", in_use=5),
        lambda: db.reservation_commit(USER, [uuid]),
        lambda: reserve({"a": 2}, 9),
    )
    won(outcomes)
    check_usage(9)
    if not faulty:
        assert_no_drift()
        (usage,) = live("quota_usages")
        assert (usage["in_use"], usage["reserved"]) in {(5, 2), (6, 2)}
    check_nothing_is_reserved()


@claim("quota_destroy_all_by_project", "quota_reserve", "reservation_commit")
def a_destroyed_project_leaves_consistent_usages(simulation, faulty):
    (uuid,) = reserve({"a": 1}, 5)
    outcomes = simulation.run(
        lambda: db.quota_destroy_all_by_project(ADMIN, "acme"),
        lambda: db.reservation_commit(USER, [uuid]),
        lambda: reserve({"a": 1}, 5),
    )
    won(outcomes)
    check_usage(5)
    if not faulty:
        assert_no_drift()
    check_nothing_is_reserved()


@claim("quota_create", "quota_class_create")
def a_resource_has_one_quota(simulation, faulty):
    one_wins(simulation.run(*calls(db.quota_create, *[(ADMIN, "acme", "a", 5)] * 3)), faulty)
    no_two_live("quotas", "project_id", "resource")
    one_wins(simulation.run(*calls(db.quota_class_create, *[(ADMIN, "gold", "a", 5)] * 3)), faulty)
    no_two_live("quota_classes", "class_name", "resource")
