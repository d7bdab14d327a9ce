"""Reservations beyond the recorded answers: settled once, on their usage, also after a crash."""

from datetime import timedelta
from functools import partial

import pytest

from nova_docdb import clock, db, exception
from nova_docdb.mongo.families.quotas import bookings
from nova_docdb.mongo.families.quotas import reserve as quota_reserve
from nova_docdb.mongo.store import connection
from tests.crashes import every_failure
from tests.quotas import DAY, PROJECT, assert_no_drift, live_reservations, reserve, usage, usages
from tests.threads import COUNT, at_once

UUID = "a1b2c3d4-0000-4000-8000-000000000001"


@pytest.fixture
def later(monkeypatch):
    """Advance the clock by this many days."""
    now = clock.utcnow

    def later(days):
        monkeypatch.setattr(clock, "utcnow", lambda: now() + timedelta(days=days))

    return later


# Commit and rollback


def test_commit_without_project(store, user):
    reserved = reserve({"cores": 3}, context=user, project_id=None)
    db.reservation_commit(user, reserved)
    assert usage("cores") == (3, 0)
    assert live_reservations() == {}


def test_commit_without_a_project_settles_on_the_null_project(store, admin):
    admin.project_id = None
    reserved = reserve({"cores": 3}, context=admin, project_id=None)
    db.reservation_commit(admin, reserved)
    assert usage("cores", None) == (3, 0)


@pytest.mark.parametrize("settle", [db.reservation_commit, db.reservation_rollback])
def test_commit_with_a_wrong_project_settles_on_the_reserved_usage(store, user2, settle):
    reserved = reserve({"cores": 3})
    reserve({"cores": 4}, project_id="project2")
    settle(user2, reserved, "project2")
    assert usage("cores") == (3 if settle is db.reservation_commit else 0, 0)
    assert usage("cores", "project2") == (0, 4)


def test_commit_with_a_wrong_project_creates_no_usage(store, user2):
    db.reservation_commit(user2, reserve({"cores": 3}), "project2")
    assert usage("cores") == (3, 0)
    assert usages("project2") == {}


def test_repeated_uuid_is_settled_once_and_unknown_ones_are_ignored(store, user):
    (uuid,) = reserve({"cores": 3})
    db.reservation_commit(user, iter([uuid, "unknown", uuid, None, {"$gt": ""}, [uuid]]), PROJECT)
    assert usage("cores") == (3, 0)


def test_settling_without_a_change_of_amounts_keeps_updated_at(store, user):
    reserved = reserve({"cores": 0, "ram": -1})
    db.reservation_rollback(user, reserved, PROJECT)
    assert db.quota_usage_get(user, PROJECT, "cores")["updated_at"] is None
    assert db.quota_usage_get(user, PROJECT, "ram")["updated_at"] is None
    assert live_reservations() == {}


def test_amounts_may_become_negative(store, user):
    db.reservation_commit(user, reserve({"cores": -2}), PROJECT)
    assert usage("cores") == (-2, 0)


@pytest.mark.sends_nothing
@pytest.mark.parametrize("reservations", [None, 5, UUID, UUID.encode()])
@pytest.mark.parametrize("settle", [db.reservation_commit, db.reservation_rollback])
def test_reservations_that_are_not_a_list_are_refused(store, user, settle, reservations):
    with pytest.raises(exception.InvalidInput):
        settle(user, reservations, PROJECT)


def test_one_of_concurrent_commit_rollback_and_expiry_takes_effect(store, admin, user):
    for _round in range(10):
        before, _reserved = usages().get("cores", (0, 0))
        reserved = reserve({"cores": 3}, expire=-1)
        at_once(
            *[partial(db.reservation_commit, user, reserved, PROJECT)] * 3,
            *[partial(db.reservation_rollback, user, reserved, PROJECT)] * 3,
            *[partial(db.reservation_expire, admin)] * 2,
        )
        in_use, left = usage("cores")
        assert in_use in {before, before + 3}
        assert left == 0
        assert_no_drift()


def test_concurrent_calls_of_every_kind_leave_no_drift(store, admin, user):
    def work(settle, expire):
        def run():
            for _round in range(8):
                try:
                    reserved = reserve(
                        {"cores": 2, "ram": 1}, {"cores": 9, "ram": 5}, expire=expire
                    )
                except exception.OverQuota:
                    continue
                settle(reserved)

        return run

    def commit_and_return(reserved):
        db.reservation_commit(user, reserved, PROJECT)
        db.reservation_commit(user, reserve({"ram": -1, "cores": -2}), PROJECT)

    errors = at_once(
        *[work(commit_and_return, DAY)] * 3,
        *[work(lambda reserved: db.reservation_rollback(user, reserved, PROJECT), DAY)] * 3,
        *[work(lambda _reserved: db.reservation_expire(admin), -1)] * 2,
    )
    assert errors == [None] * COUNT
    assert_no_drift()
    db.reservation_expire(admin)
    assert usages() == {"cores": (0, 0), "ram": (0, 0)}


# Bare reservations


def test_bare_reservation_settles_like_others(store, admin, user):
    reserve({"cores": 0})
    row = db.quota_usage_get(user, PROJECT, "cores")
    created = db.reservation_create(admin, UUID, row, PROJECT, "cores", 4, clock.utcnow())
    assert db.reservation_get(user, UUID) == created
    assert db.quota_usage_get(user, PROJECT, "cores") == row
    for _twice in range(2):
        db.reservation_commit(user, [UUID], PROJECT)
        assert usage("cores") == (4, -4)


def test_bare_reservations_that_share_a_uuid_are_settled_together(store, admin, user):
    reserve({"cores": 0, "ram": 0})
    for delta, name in [(4, "cores"), (2, "cores"), (1, "ram")]:
        row = db.quota_usage_get(user, PROJECT, name)
        db.reservation_create(admin, UUID, row, PROJECT, name, delta, None)
    assert db.reservation_get(user, UUID)["delta"] == 4
    db.reservation_commit(user, [UUID], PROJECT)
    assert usages() == {"cores": (6, -6), "ram": (1, -1)}


def test_bare_reservation_without_a_usage_is_created_and_removed(store, admin, user):
    db.reservation_create(admin, UUID, {"id": 99}, PROJECT, "cores", 4, clock.utcnow())
    db.reservation_commit(user, [UUID], PROJECT)
    assert live_reservations() == {}


@pytest.mark.parametrize("column", ["uuid", "usage", "delta"])
def test_bare_reservation_requires_uuid_usage_and_delta(store, admin, column):
    values = {"uuid": UUID, "usage": {"id": 1}, "delta": 1}
    values[column] = {} if column == "usage" else None
    with pytest.raises(exception.DBError):
        db.reservation_create(admin, project_id=PROJECT, resource="cores", expire=None, **values)
    assert live_reservations() == {}


@pytest.mark.parametrize(
    "values",
    [{"usage": 1}, {"usage": None}, {"usage": {"id": {}}}, {"delta": "x"}, {"expire": "soon"}],
    ids=repr,
)
def test_bare_reservation_with_invalid_values_is_refused_and_writes_nothing(store, admin, values):
    reserve({"cores": 0})
    good = {"uuid": UUID, "usage": {"id": 1}, "delta": 1, "expire": None}
    with pytest.raises(exception.InvalidInput):
        db.reservation_create(admin, project_id=PROJECT, resource="cores", **{**good, **values})
    assert_no_drift()


# Expiry


def test_reservation_of_a_deleted_usage_expires(store, admin, user):
    reserve({"cores": 2}, expire=-60)
    reserve({"cores": 1}, project_id="project2")
    row = db.quota_usage_get(user, "project2", "cores")
    past = clock.utcnow() - timedelta(seconds=1)
    db.reservation_create(admin, UUID, row, "project9", "cores", 4, past)
    db.quota_destroy_all_by_project(admin, "project2")
    db.reservation_expire(admin)
    assert usage("cores") == (0, 0)
    assert live_reservations() == {}
    collection = connection.get_database()["quota_usages"]
    assert collection.find_one({"_id": row["id"]})["reserved"] == 1


def test_reservation_expires_after_its_date_and_never_without_one(store, admin, later):
    reserve({"cores": 1}, expire=2 * DAY)
    reserve({"cores": 2}, expire=None)
    for days, left in [(1, 3), (3, 2), (9999, 2)]:
        later(days)
        db.reservation_expire(admin)
        assert usage("cores") == (0, left)
    assert_no_drift()


def test_reservation_has_not_expired_exactly_at_its_date(store, admin, monkeypatch):
    now = clock.utcnow()
    monkeypatch.setattr(clock, "utcnow", lambda: now)
    reserve({"cores": 1}, expire=0)
    db.reservation_expire(admin)
    assert usage("cores") == (0, 1)
    monkeypatch.setattr(clock, "utcnow", lambda: now + timedelta(milliseconds=1))
    db.reservation_expire(admin)
    assert usage("cores") == (0, 0)


def test_more_reservations_than_a_batch_expire(store, admin, monkeypatch):
    monkeypatch.setattr("nova_docdb.mongo.families.quotas.bookings.BATCH", 3)
    for _seven in range(7):
        reserve({"cores": 1}, expire=-60)
    db.reservation_expire(admin)
    assert usage("cores") == (0, 0)
    assert live_reservations() == {}


def test_expiry_while_a_reservation_is_booked_releases_it(store, admin, monkeypatch):
    # Expiry runs between the inserts and the first booking.
    book = quota_reserve.book

    def expire_first(*args):
        db.reservation_expire(admin)
        return book(*args)

    monkeypatch.setattr(quota_reserve, "book", expire_first)
    assert len(reserve({"cores": 1, "ram": 1}, expire=-60)) == 2
    assert usages() == {"cores": (0, 0), "ram": (0, 0)}
    assert_no_drift()


def test_expiry_by_a_fast_clock_releases_reservations_that_expire_soon(
    store, admin, monkeypatch, later
):
    book = quota_reserve.book

    def expire_first(*args):
        later(1 / (24 * 60))
        db.reservation_expire(admin)
        later(0)
        return book(*args)

    monkeypatch.setattr(quota_reserve, "book", expire_first)
    reserve({"cores": 1}, expire=30)
    assert usage("cores") == (0, 0)
    assert_no_drift()


def test_slow_call_whose_reservations_expired_releases_them(store, admin, monkeypatch, later):
    book = quota_reserve.book

    def sweep_after_an_age(*args):
        later(2)
        db.reservation_expire(admin)
        return book(*args)

    monkeypatch.setattr(quota_reserve, "book", sweep_after_an_age)
    reserve({"cores": 1}, expire=DAY)
    assert usage("cores") == (0, 0)
    assert_no_drift()


def test_booking_and_settling_twice_change_nothing(store):
    reserve({"cores": 2})
    row = bookings.RESERVATIONS.get({"_id": 1})
    assert not bookings.book([row], {"cores": {}})
    assert usage("cores") == (0, 2)
    assert bookings.release([row], commit=True) == 1
    assert bookings.release([row], commit=True) == 0
    assert usage("cores") == (2, 0)


def test_expiry_that_finds_no_booking_checks_again_after_the_delete(store, admin, monkeypatch):
    # The booking comes after expiry has read the usage and before it deletes the row, and is
    # confirmed before that.
    book, release = quota_reserve.book, bookings.release
    late = []

    def expire_halfway(*args):
        late.append(args)
        db.reservation_expire(admin)
        return True

    def book_after_the_first_read(rows, **kwargs):
        found = release(rows, **kwargs)
        if late:
            assert not found
            assert book(*late.pop())
        return found

    monkeypatch.setattr(quota_reserve, "book", expire_halfway)
    monkeypatch.setattr(quota_reserve, "release_expired", lambda _rows: None)
    monkeypatch.setattr(bookings, "release", book_after_the_first_read)
    reserve({"cores": 1}, expire=-60)
    assert usage("cores") == (0, 0)
    assert_no_drift()


# Crashes


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("settle", [db.reservation_commit, db.reservation_rollback])
def test_crash_during_settling_is_completed_by_the_same_call(store, user, settle, applied):
    def prepare():
        reserve({"cores": 1})
        return reserve({"cores": 2, "disk": -1, "ram": 3})

    def call(reserved):
        settle(user, reserved, PROJECT)

    for reserved in every_failure(prepare, call, least=5, applied=applied, forever=True):
        call(reserved)
        amounts = (2, -1, 3) if settle is db.reservation_commit else (0, 0, 0)
        cores, disk, ram = amounts
        assert usages() == {"cores": (cores, 1), "disk": (disk, 0), "ram": (ram, 0)}
        assert_no_drift()


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_crash_during_commit_is_repaired_by_expiry(store, admin, user, later, applied):
    def call(reserved):
        db.reservation_commit(user, reserved, PROJECT)

    def prepare():
        return reserve({"cores": 2, "ram": 3})

    for _reserved in every_failure(prepare, call, least=4, applied=applied, forever=True):
        later(2)
        db.reservation_expire(admin)
        assert_no_drift()
        assert live_reservations() == {}
        (cores, _), (ram, _) = usages()["cores"], usages()["ram"]
        assert (cores, ram) in {(0, 0), (2, 0), (0, 3), (2, 3)}
        later(0)


def test_crash_of_expiry_is_completed_by_the_next_one(store, admin):
    def prepare():
        reserve({"cores": 2, "ram": 3}, expire=-60)
        reserve({"cores": 1})

    def call(_prepared):
        db.reservation_expire(admin)

    for _prepared in every_failure(prepare, call, least=4, forever=True):
        db.reservation_expire(admin)
        assert usages() == {"cores": (0, 1), "ram": (0, 0)}
        assert_no_drift()


def test_crash_of_a_bare_reservation_changes_no_amount(store, admin):
    def prepare():
        reserve({"cores": 2})

    def call(_prepared):
        db.reservation_create(admin, UUID, {"id": 1}, PROJECT, "cores", 4, None)

    for _prepared in every_failure(prepare, call, forever=True):
        assert usage("cores") == (0, 2)


def test_crash_during_destroy_of_a_project_is_completed_by_the_same_call(store, admin, later):
    def prepare():
        db.quota_create(admin, PROJECT, "cores", 5)
        reserve({"cores": 2, "ram": 3})

    def call(_prepared):
        db.quota_destroy_all_by_project(admin, PROJECT)

    for _prepared in every_failure(prepare, call, least=5, forever=True):
        assert_no_drift()
        call(None)
        assert usages() == {}
        assert live_reservations() == {}
        assert db.quota_get_all_by_project(admin, PROJECT) == {"project_id": PROJECT}


def test_bookings_of_an_earlier_version_are_read_and_settled(store, user):
    reserved = reserve({"cores": 2, "ram": 3})
    stored = connection.get_database()["quota_usages"]
    before = list(stored.find({}).sort("_id"))
    for document in before:
        (row_id, (delta, first, count)), *_ = document["_reservations"].items()
        earlier = {"delta": delta, "of": [*range(first, first + count)]}
        stored.update_one({"_id": document["_id"]}, {"$set": {f"_reservations.{row_id}": earlier}})
    for now, document in zip(stored.find({}).sort("_id"), before, strict=True):
        assert now["_reservations"] != document["_reservations"]
        (found,), (expected,) = (bookings.bookings(d).values() for d in (now, document))
        assert (found.delta, list(found.of)) == (expected.delta, list(expected.of))
    db.reservation_commit(user, reserved)
    assert usages() == {"cores": (2, 0), "ram": (3, 0)}
    assert_no_drift()
