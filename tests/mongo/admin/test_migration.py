"""The indexes of the store compared with those of the schemas."""

import threading
import time
import traceback

import pymongo
import pytest

from nova_docdb import context, db, exception
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.admin import migration
from nova_docdb.mongo.store import connection
from nova_docdb.schemas import TABLES
from tests import servers

ADMIN = context.get_admin_context()
FLOATING_IPS = TABLES["floating_ips"]
SECONDS_TO_BEGIN = 60


@pytest.fixture
def floating_ips(store):
    """The collection; its indexes are restored afterwards."""
    collection = connection.get_database()["floating_ips"]
    yield collection
    collection.drop_indexes()
    collection.delete_many({})
    db_sync(default_flavors=False)


def sync():
    return db_sync(default_flavors=False)


def test_default_flavors_have_no_date(store, admin):
    db_sync()
    flavors = db.instance_type_get_all(admin)
    assert len(flavors) == 5
    assert {flavor["created_at"] for flavor in flavors} == {None}


def test_synced_store_has_no_drift(store):
    for spec in TABLES.values():
        assert migration.missing_indexes(spec) == []
        assert migration.changed_indexes(spec) == []
        assert migration.unexpected_indexes(spec) == []


@pytest.mark.parametrize(
    ("keys", "options"),
    [
        ([("address", 1)], {"unique": True}),
        ([("deleted", 1), ("address", 1)], {"unique": True}),
        ([("address", 1), ("deleted", -1)], {"unique": True}),
        ([("address", 1), ("deleted", 1)], {}),
        ([("address", 1), ("deleted", 1)], {"unique": True, "sparse": True}),
        ([("address", 1), ("deleted", 1)], {"unique": True, "expireAfterSeconds": 60}),
        (
            [("address", 1), ("deleted", 1)],
            {"unique": True, "partialFilterExpression": {"deleted": 0}},
        ),
    ],
    ids=["column", "order", "direction", "unique", "sparse", "expires", "partial"],
)
def test_changed_index_is_reported_and_rebuilt_on_request(floating_ips, keys, options):
    floating_ips.drop_index("address_deleted")
    if "expireAfterSeconds" in options and not connection.is_embedded():
        keys = keys[:1]  # of one field only
    floating_ips.create_index(keys, name="address_deleted", **options)
    assert migration.changed_indexes(FLOATING_IPS) == ["address_deleted"]
    assert sync()["changed_indexes"] == ["floating_ips.address_deleted"]
    assert migration.rebuild_indexes() == ["floating_ips.address_deleted"]
    assert not any(sync().values())


def test_unexpected_index_is_reported_and_kept(floating_ips):
    floating_ips.create_index("interface", name="mine")
    assert sync()["unexpected_indexes"] == ["floating_ips.mine"]
    assert migration.rebuild_indexes() == []
    assert "mine" in floating_ips.index_information()


def test_conflicting_index_of_another_name_is_named(floating_ips):
    if connection.is_embedded():
        pytest.skip("the embedded store has the same index under two names")
    floating_ips.drop_index("host_deleted")
    floating_ips.create_index([("host", 1), ("deleted", 1)], name="mine")
    with pytest.raises(
        exception.DBError, match="floating_ips: an index conflicts with .* missing: mine[.]"
    ):
        sync()
    floating_ips.drop_index("mine")
    assert sync()["indexes"] == ["floating_ips.host_deleted"]


def test_rows_that_break_a_unique_key_are_named_and_the_index_stays_missing(floating_ips):
    if connection.is_embedded():
        pytest.skip("the embedded store never lacks an index")
    floating_ips.drop_index("address_deleted")
    rows = [{"_id": n, "address": "192.0.2.1", "deleted": 0} for n in (1, 2)]
    floating_ips.insert_many(rows)
    with pytest.raises(exception.DBDuplicateEntry) as raised:
        sync()
    assert str(raised.value) == (
        "floating_ips: the unique index address_deleted cannot be built: the rows 1 and 2 have the "
        'same address and deleted. Delete or change one of them, then run "nova-docdb db sync".'
    )
    assert "192.0.2.1" not in "".join(traceback.format_exception(raised.value))
    assert [index.name for index in migration.missing_indexes(FLOATING_IPS)] == ["address_deleted"]
    floating_ips.delete_one({"_id": 2})
    assert sync()["indexes"] == ["floating_ips.address_deleted"]


@pytest.fixture
def start():
    """Start a server for the test alone and connect to it."""
    started = []

    def start(server):
        started.append(server)
        server.start()
        connection.close()
        head, _, options = server.url.partition("?")
        CONF.set_override("connection", f"{head}nova?{options}", group="mongo")
        return server

    servers.require_mongod()
    yield start
    connection.close()
    CONF.clear_override("connection", group="mongo")
    for server in started:
        server.stop()


@pytest.mark.slow
def test_rows_are_read_and_written_while_an_index_is_built(start):
    server = start(servers.Mongod(parameters=("enableTestCommands=1",), parent=servers.in_memory()))
    db.cell_create(ADMIN, {"name": "before"})
    with server.client() as client:
        hold(client, "alwaysOn")
        building = threading.Thread(target=sync)
        building.start()
        deadline = time.monotonic() + SECONDS_TO_BEGIN
        while not under_way(client):
            assert time.monotonic() < deadline, "the server does not begin to build the index"
            time.sleep(0.01)
        db.cell_create(ADMIN, {"name": "during"})
        assert [cell["name"] for cell in db.cell_get_all(ADMIN)] == ["before", "during"]
        assert under_way(client)
        hold(client, "off")
        building.join()
    assert migration.missing_indexes(TABLES["cells"]) == []


def hold(client, mode):
    """Make the server stop or continue in the middle of an index build."""
    client.admin.command({"configureFailPoint": "hangAfterStartingIndexBuild", "mode": mode})


def under_way(client):
    """Return whether the server is building the index of the table with rows."""
    named = {"command.createIndexes": "cells"}
    return bool(list(client.admin.aggregate([{"$currentOp": {}}, {"$match": named}])))


@pytest.mark.slow
def test_sync_does_not_wait_for_a_member_that_is_down(start):
    replica_set = start(servers.ReplicaSet(nodes=3, parent=servers.in_memory()))
    db.cell_create(ADMIN, {"name": "before"})
    primary = replica_set.primary()
    next(node for node in replica_set.nodes if node is not primary).kill()
    with pymongo.timeout(60):
        migration._sync_indexes(TABLES["cells"])
    assert migration.missing_indexes(TABLES["cells"]) == []
    for node in replica_set.nodes:
        node.kill()  # the last two would wait for the third before they stop
