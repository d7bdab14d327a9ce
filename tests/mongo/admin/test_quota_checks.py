"""Quota usages that differ from their reservations or rows are found and repaired."""

from datetime import timedelta

import pytest

from nova_docdb import clock, db
from nova_docdb.mongo.admin import quota_checks
from nova_docdb.mongo.families.quotas import bookings
from nova_docdb.mongo.families.quotas.bookings import RESERVATIONS, USAGES
from nova_docdb.mongo.store import connection
from tests.quotas import ADMIN, PROJECT, assert_no_drift, live_reservations, reserve, usage, usages

UUID = "a1b2c3d4-0000-4000-8000-000000000001"


@pytest.fixture
def an_hour_later(monkeypatch):
    now = clock.utcnow
    return lambda: monkeypatch.setattr(clock, "utcnow", lambda: now() + timedelta(hours=1))


def only(drifts):
    (drift,) = drifts
    return drift


def test_consistent_usages_are_not_found(store):
    reserve({"cores": 2, "ram": -1, "disk": 0})
    db.reservation_commit(ADMIN, reserve({"cores": 1}), PROJECT)
    assert quota_checks.find_drifts() == []


def test_wrong_amount_is_found_and_repaired(store):
    reserved = reserve({"cores": 2, "ram": 1})
    db.quota_usage_update(ADMIN, PROJECT, "cores", reserved=9)
    drift = only(quota_checks.find_drifts())
    assert (drift.project_id, drift.resource, drift.reserved) == (PROJECT, "cores", 9)
    assert (drift.surplus, drift.unbooked, drift.rowless) == (7, (), ())
    assert usage("cores") == (0, 9)
    assert quota_checks.repair_drift(drift)
    assert quota_checks.find_drifts() == []
    assert usages() == {"cores": (0, 2), "ram": (0, 1)}
    db.reservation_commit(ADMIN, reserved, PROJECT)
    assert usages() == {"cores": (2, 0), "ram": (1, 0)}


def test_booking_without_a_reservation_is_found_and_repaired(store):
    reserve({"cores": 2})
    reserve({"cores": 3})
    RESERVATIONS.remove({"_id": 1})
    drift = only(quota_checks.find_drifts())
    assert (drift.surplus, drift.rowless) == (2, (1,))
    assert quota_checks.repair_drift(drift)
    assert usage("cores") == (0, 3)
    assert_no_drift()


def test_old_reservation_that_is_not_booked_is_found(store, an_hour_later):
    reserve({"cores": 2})
    usage_id = db.quota_usage_get(ADMIN, PROJECT, "cores")["id"]
    RESERVATIONS.insert({"uuid": UUID, "usage_id": usage_id, "delta": 3})
    assert quota_checks.find_drifts() == []
    an_hour_later()
    drift = only(quota_checks.find_drifts())
    assert (drift.surplus, drift.unbooked) == (0, (2,))
    assert quota_checks.repair_drift(drift)
    assert usage("cores") == (0, 2)
    assert list(live_reservations()[usage_id]) == ["1"]


def test_bare_reservation_is_counted_by_the_repair(store):
    reserve({"cores": 0})
    row = db.quota_usage_get(ADMIN, PROJECT, "cores")
    db.reservation_create(ADMIN, UUID, row, PROJECT, "cores", 4, None)
    assert quota_checks.repair_drift(only(quota_checks.find_drifts()))
    assert usage("cores") == (0, 4)
    db.reservation_rollback(ADMIN, [UUID], PROJECT)
    assert usage("cores") == (0, 0)


def test_drift_that_has_changed_is_not_repaired(store):
    reserve({"cores": 2})
    db.quota_usage_update(ADMIN, PROJECT, "cores", reserved=9)
    drift = only(quota_checks.find_drifts())
    db.quota_usage_update(ADMIN, PROJECT, "cores", reserved=8)
    assert not quota_checks.repair_drift(drift)
    db.quota_destroy_all_by_project(ADMIN, PROJECT)
    assert not quota_checks.repair_drift(drift)
    row = connection.get_database()["quota_usages"].find_one({"_id": drift.usage_id})
    assert row["reserved"] == 8


def test_drift_does_not_change_while_others_reserve(store):
    reserve({"cores": 2})
    db.quota_usage_update(ADMIN, PROJECT, "cores", reserved=9)
    drift = only(quota_checks.find_drifts())
    reserve({"cores": 1})
    assert quota_checks.repair_drift(drift)
    assert usage("cores") == (0, 3)


def test_change_between_check_and_repair_stops_the_repair(store, monkeypatch):
    reserve({"cores": 2})
    db.quota_usage_update(ADMIN, PROJECT, "cores", reserved=9)
    drift = only(quota_checks.find_drifts())
    stamped = USAGES.stamped

    def reserve_first(changes):
        monkeypatch.undo()
        reserve({"cores": 1})
        return stamped(changes)

    monkeypatch.setattr(USAGES, "stamped", reserve_first)
    assert not quota_checks.repair_drift(drift)
    assert usage("cores") == (0, 10)


# Imported usages


@pytest.fixture
def imported(store):
    """Two usages and the reservations outstanding on one, as an import stores them."""
    values = {"project_id": PROJECT, "in_use": 1}
    USAGES.insert({**values, "resource": "cores", "reserved": 5})
    USAGES.insert({**values, "resource": "ram", "reserved": 0})
    for delta in (2, 3, -4):
        RESERVATIONS.insert({"uuid": f"u{delta}", "usage_id": 1, "delta": delta})


def test_outstanding_reservations_are_booked_and_settle_like_others(imported):
    bookings.note_outstanding()
    assert quota_checks.find_drifts() == []
    db.reservation_commit(ADMIN, ["u2", "u-4"], PROJECT)
    assert usages() == {"cores": (-1, 3), "ram": (1, 0)}


def test_adding_bookings_again_adds_no_settled_ones(imported):
    bookings.note_outstanding()
    RESERVATIONS.insert({"uuid": UUID, "usage_id": 1, "delta": 9})
    bookings.note_outstanding()
    db.reservation_rollback(ADMIN, [UUID, "u3"], PROJECT)
    assert usage("cores") == (1, 2)


def test_imported_usage_is_refreshed_and_accepts_bookings(imported):
    bookings.note_outstanding()
    db.quota_usage_update(ADMIN, PROJECT, "cores", in_use=-1)
    reserve({"cores": 1, "ram": 1}, {"cores": 8, "ram": 2}, {"cores": {"cores": 2}})
    assert usages() == {"cores": (2, 6), "ram": (1, 1)}
    assert_no_drift()


# Usages that differ from the rows that they count


@pytest.fixture
def counted(store, admin):
    """Insert one of every counted resource for the project, and usages that agree."""
    db.instance_create(admin, {"uuid": UUID, "project_id": PROJECT, "vcpus": 2, "memory_mb": 512})
    db.fixed_ip_create(admin, {"address": "10.0.0.1", "instance_uuid": UUID})
    db.floating_ip_create(admin, {"address": "192.0.2.1", "project_id": PROJECT})
    db.security_group_create(admin, {"name": "g", "project_id": PROJECT})
    amounts = {**dict.fromkeys(quota_checks.COUNTS, 1), "cores": 2, "ram": 512}
    for resource, in_use in {**amounts, "key_pairs": 5}.items():
        row = {"project_id": PROJECT, "resource": resource, "in_use": in_use, "reserved": 0}
        USAGES.insert(row)


def test_usages_with_correct_counts_are_not_found(counted):
    assert list(quota_checks.find_miscounts()) == []


@pytest.mark.parametrize("resource", quota_checks.COUNTS)
def test_usage_with_a_wrong_count_is_found_and_repaired(counted, resource):
    right = usage(resource)
    db.quota_usage_update(ADMIN, PROJECT, resource, in_use=99)
    (miscount,) = quota_checks.find_miscounts()
    assert (miscount.resource, miscount.in_use) == (resource, 99)
    assert usage(resource) == (99, 0)
    assert quota_checks.repair_miscount(miscount)
    assert usage(resource) == right
    assert list(quota_checks.find_miscounts()) == []


def test_usage_with_an_outstanding_reservation_is_skipped(counted):
    # Its caller may already have destroyed the instance, or may be about to create another.
    reserve({"instances": -1})
    db.instance_destroy(ADMIN, UUID)
    assert [miscount.resource for miscount in quota_checks.find_miscounts()] == ["cores", "ram"]


def test_usage_marked_for_a_refresh_is_skipped(counted):
    db.quota_usage_update(ADMIN, PROJECT, "cores", in_use=-1)
    assert list(quota_checks.find_miscounts()) == []


def test_newer_reservation_stops_a_repair(counted):
    db.quota_usage_update(ADMIN, PROJECT, "cores", in_use=99)
    (miscount,) = quota_checks.find_miscounts()
    reserve({"cores": 1})
    assert not quota_checks.repair_miscount(miscount)
    assert usage("cores") == (99, 1)
