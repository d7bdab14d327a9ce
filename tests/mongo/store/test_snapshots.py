"""Calls that only read use one snapshot, on the primary and on secondaries."""

import pymongo
import pymongo.errors
import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.store import connection, snapshots
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.table import table

AGGREGATES = table("aggregates")

UNAVAILABLE = pymongo.errors.OperationFailure("SnapshotUnavailable", 246, {"code": 246})


@pytest.fixture
def has_snapshots(store):
    return "replicaSet" in store


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(snapshots.time, "sleep", lambda _seconds: None)


def test_row_inserted_after_the_first_read_is_not_returned(store, has_snapshots):
    @snapshots.in_one_snapshot
    def count_twice():
        before = AGGREGATES.count({})
        connection.get_database()["aggregates"].insert_one({"_id": 1, "deleted": 0})
        return before, AGGREGATES.count({})

    assert count_twice() == ((0, 0) if has_snapshots else (0, 1))
    assert AGGREGATES.count({}) == 1


def test_next_call_returns_rows_acknowledged_before(store, admin):
    for number in range(20):
        db.aggregate_create(admin, {"name": f"a{number}"})
        assert len(db.aggregate_get_all(admin)) == number + 1


def failing(times, error):
    runs = []

    @snapshots.in_one_snapshot
    def read():
        runs.append(AGGREGATES.count({}))
        if len(runs) <= times:
            with translated("aggregates", reads=True):
                raise error
        return len(runs)

    return read


def test_missing_snapshot_is_replaced_by_a_new_one(store):
    assert failing(2, UNAVAILABLE)() == 3


def test_snapshot_that_is_repeatedly_missing_is_an_error(store):
    with pytest.raises(exception.DBError, match="246"):
        failing(100, UNAVAILABLE)()


def test_other_error_is_raised_at_once(store):
    read = failing(1, pymongo.errors.OperationFailure("no", 2, {"code": 2}))
    with pytest.raises(exception.DBError):
        read()
    assert read() == 2


def test_session_ends_with_its_call(store, has_snapshots):
    if not has_snapshots:
        pytest.skip("the store has no snapshots")
    sessions = []

    @snapshots.in_one_snapshot
    def read():
        AGGREGATES.count({})
        sessions.append(snapshots.current().session)
        raise KeyError

    with pytest.raises(KeyError):
        read()
    assert sessions[0].has_ended
    assert snapshots.current() is None
