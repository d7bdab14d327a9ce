"""Multi-write calls on each store."""

import contextlib

import pymongo.errors
import pytest

from nova_docdb import db, exception
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.families.instances import creation, instances
from nova_docdb.mongo.families.quotas import bookings, reserve
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.transactions import (
    collection,
    deferred_acknowledgement,
    in_transaction,
    run_in_transaction,
)
from nova_docdb.mongo.store.url_options import DURABLE
from nova_docdb.mongo.tables.table import table
from tests import quotas, servers
from tests.threads import at_once

# By default on a standalone server too, which has no transactions.
STORES = ("embedded", "mongod", "replica_set")

AGGREGATES = table("aggregates")


@pytest.fixture
def transactions(store):
    """Whether the server has transactions."""
    return "replicaSet" in store


@pytest.fixture
def undone(transactions):
    """Whether a call that raises is rolled back."""
    return transactions or connection.is_embedded()


@pytest.fixture
def runs():
    return []


def store_and_raise(runs, error):
    """Return a call that inserts a row and raises an error the first time."""

    def call():
        runs.append(in_transaction())
        AGGREGATES.insert({"name": f"c{len(runs)}"})
        if len(runs) == 1:
            with translated("aggregates"):
                raise error
        return "done"

    return call


def names():
    return [row["name"] for row in AGGREGATES.find({})]


def test_call_that_raises_changes_nothing_if_the_store_has_transactions(store, undone, runs):
    with pytest.raises(KeyError):
        run_in_transaction(store_and_raise(runs, KeyError("k")))
    assert runs == [undone]
    assert names() == ([] if undone else ["c1"])
    assert not in_transaction()


def test_call_that_conflicts_with_another_transaction_is_retried(store, transactions, runs):
    met = pymongo.errors.OperationFailure(
        "WriteConflict", 112, {"errorLabels": ["TransientTransactionError"]}
    )
    if not transactions:
        with pytest.raises(exception.DBError):
            run_in_transaction(store_and_raise(runs, met))
        return
    assert run_in_transaction(store_and_raise(runs, met)) == "done"
    assert names() == ["c2"]


def test_unreachable_server_is_reported_at_once(store, runs):
    unreachable = pymongo.errors.ServerSelectionTimeoutError("h:1: [Errno 111] Connection refused")
    unreachable._add_error_label("TransientTransactionError")
    with pytest.raises(exception.DBConnectionError, match="No MongoDB server can be reached"):
        run_in_transaction(store_and_raise(runs, unreachable))
    assert len(runs) == 1


def test_refused_row_is_not_retried(store, undone, runs):
    AGGREGATES.insert({"name": "taken"})

    def call():
        runs.append(in_transaction())
        AGGREGATES.insert({"name": "other"})
        AGGREGATES.insert_many([{"name": "third"}, {"name": "taken"}])

    with pytest.raises(exception.DBDuplicateEntry):
        run_in_transaction(call)
    assert runs == [undone]
    assert names() == (["taken"] if undone else ["taken", "other"])


def test_only_a_single_server_acknowledges_before_the_journal(store, transactions):
    if connection.is_embedded():
        pytest.skip("the embedded store has no journal")
    durable = DURABLE
    with deferred_acknowledgement():
        within = collection("aggregates").write_concern
    assert within == durable if transactions else within.document == {"w": 1, "j": False}
    assert collection("aggregates").write_concern == durable


def test_write_that_matches_nothing_waits_for_the_journal(store, transactions):
    if connection.is_embedded() or transactions:
        pytest.skip("only a single server keeps the order of a call's writes in its journal")
    status = connection.get_database().client.admin

    def syncs():
        return status.command("serverStatus")["wiredTiger"]["log"]["log sync operations"]

    before = syncs()
    for number in range(20):
        with deferred_acknowledgement():
            AGGREGATES.insert({"name": f"a{number}"})
        assert AGGREGATES.soft_delete({"_id": -1}) == 0
    assert syncs() - before >= 20


def test_block_that_raises_ends_deferral(store):
    with pytest.raises(KeyError), deferred_acknowledgement():
        raise KeyError
    if not connection.is_embedded():
        assert collection("aggregates").write_concern == DURABLE


@pytest.fixture
def restartable():
    """A connected server for the test alone, and a function that restarts it unnoticed."""
    servers.require_mongod()
    server = servers.Mongod(parent=servers.in_memory()).start()

    def restart():
        server.kill()
        server.start()
        # Another thread uses the broken connection, and the driver opens a new one.
        for _attempt in range(20):
            with contextlib.suppress(exception.DBConnectionError):
                AGGREGATES.count({"_id": 1})

    try:
        with connection.set_aside():
            CONF([], project="nova_docdb", default_config_files=[])
            CONF.set_override("connection", f"{server.url}nova", group="mongo")
            db_sync(default_flavors=False)
            yield restart
    finally:
        CONF.reset()
        server.stop()


def once(monkeypatch, owner, name, before):
    """Run something before the first call of a function."""
    real, calls = getattr(owner, name), []

    def first(*args, **kwargs):
        calls.append(name)
        if len(calls) == 1:
            before()
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, first)


UUID = "a1b2c3d4-0000-4000-8000-000000000001"


def test_instance_is_not_stored_if_the_server_may_have_lost_its_metadata(
    restartable, admin, monkeypatch
):
    once(monkeypatch, creation._Stored, "insert_ec2_id", restartable)
    values = {"uuid": UUID, "metadata": {"a": "1"}, "system_metadata": {"b": "2"}}
    with pytest.raises(exception.DBConnectionError, match="restarted in the middle"):
        db.instance_create(admin, values)
    with pytest.raises(exception.InstanceNotFound):
        db.instance_get_by_uuid(admin, UUID)
    created = db.instance_create(admin, values)
    assert db.instance_get_by_uuid(admin, UUID)["metadata"] == created["metadata"]


def test_destruction_whose_first_write_may_be_lost_is_unknown(restartable, admin, monkeypatch):
    db.instance_create(admin, {"uuid": UUID})
    once(monkeypatch, instances.DESTROYED_WITH_INSTANCE[-1], "soft_delete", restartable)
    with pytest.raises(exception.DBConnectionError, match="restarted in the middle"):
        db.instance_destroy(admin, UUID)


def test_reservations_whose_rows_may_be_lost_are_unknown_and_not_booked(restartable, monkeypatch):
    once(monkeypatch, reserve, "book", restartable)
    with pytest.raises(exception.DBConnectionError, match="restarted in the middle"):
        quotas.reserve({"cores": 1})
    assert quotas.usages() == {"cores": (0, 0)}


def test_settlement_that_may_be_lost_is_repeated(restartable, monkeypatch):
    reserved = quotas.reserve({"cores": 2})
    once(monkeypatch, bookings.RESERVATIONS, "soft_delete", restartable)
    db.reservation_commit(quotas.ADMIN, reserved, quotas.PROJECT)
    assert quotas.usages() == {"cores": (2, 0)}
    quotas.assert_no_drift()


def test_new_connections_to_the_same_server_are_not_a_restart(restartable, admin, monkeypatch):
    def others():
        results = at_once(*[lambda: AGGREGATES.count({"_id": 1})] * 8)
        assert results == [0] * 8

    once(monkeypatch, creation._Stored, "insert_ec2_id", others)
    newest = connection.current().connections.newest
    assert db.instance_create(admin, {"uuid": UUID})["uuid"] == UUID
    assert connection.current().connections.newest > newest
