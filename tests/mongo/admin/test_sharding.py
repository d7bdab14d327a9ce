"""Shard keys: every unique key begins with one, and every update of one row filters by it."""

import pytest
from click.testing import CliRunner
from pymongo.errors import OperationFailure

from nova_docdb import data, exception
from nova_docdb.cli import main
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.admin import sharding
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table
from nova_docdb.schemas import TABLES, ShardKey
from tests import servers, shards
from tests.cluster import Cluster

PLACEMENTS = sharding.placements()
KEYS = {name: spec.shard_key for name, spec in TABLES.items() if spec.shard_key}
UUID = "11111111-0000-4000-8000-000000000001"

EVERY_KEY = pytest.mark.parametrize("name", KEYS)


def unenforceable(key, indexes):
    """Return the names of unique keys that a cluster with this shard key cannot enforce."""
    return [index.name for index in indexes if index.unique and index.columns[0] != key.column]


@EVERY_KEY
def test_every_unique_key_begins_with_the_shard_key(name):
    assert unenforceable(KEYS[name], TABLES[name].indexes) == []


@EVERY_KEY
def test_shard_key_is_a_column_and_has_an_index(name):
    key, spec = KEYS[name], TABLES[name]
    assert key.column in spec.columns
    assert key.hashed or any(
        index.columns[0] == key.column and not index.present and not index.only_deleted
        for index in spec.indexes
    )


@EVERY_KEY
def test_unique_keys_in_the_store_begin_with_the_shard_key(store, name):
    for index, spec in table(name).collection.index_information().items():
        if spec.get("unique") and index != "_id_":
            assert spec["key"][0][0] == KEYS[name].column


@pytest.mark.parametrize(
    ("name", "column", "lost"),
    [
        ("instances", "uuid", ["_unique_name_deleted"]),
        ("block_device_mapping", "instance_uuid", ["_device_deleted", "_virtual_deleted"]),
        ("virtual_interfaces", "instance_uuid", ["address"]),
        ("instance_id_mappings", "uuid", ["_on_demand"]),
        ("floating_ips", "pool", ["address_deleted"]),
        ("quota_usages", "id", ["project_id_resource_deleted"]),
    ],
)
def test_table_whose_unique_keys_no_shard_key_serves_stays_on_one_shard(name, column, lost):
    key = ShardKey(column, "")
    assert unenforceable(key, TABLES[name].indexes) == lost
    assert TABLES[name].shard_key is None
    assert TABLES[name].unsharded


def test_shadow_tables_of_growing_tables_are_sharded_by_id():
    keys = {placement.collection: placement.key for placement in PLACEMENTS}
    assert keys["shadow_instances"] == keys["shadow_fixed_ips"] == sharding.OF_A_SHADOW
    assert keys["shadow_networks"] is None


# Applying


class Mongos:
    """Records administrative commands."""

    def __init__(self):
        self.commands = []

    def __call__(self, name, target, **options):
        self.commands.append((name, target, options))


def test_apply_shards_each_collection_by_its_key(store):
    mongos = Mongos()
    names = sharding.apply(mongos, PLACEMENTS)
    database = connection.get_database().name
    assert mongos.commands[0] == ("enableSharding", database, {})
    assert ("shardCollection", f"{database}.reservations", {"key": {"uuid": 1}}) in mongos.commands
    events = ("shardCollection", f"{database}.instance_actions_events")
    assert (*events, {"key": {"action_id": "hashed"}}) in mongos.commands
    assert names == [placement.collection for placement in PLACEMENTS if placement.key]
    assert "action_id_hashed" in table("instance_actions_events").collection.index_information()
    assert db_sync(default_flavors=False)["unexpected_indexes"] == []


def test_apply_skips_sharded_collections(store, monkeypatch):
    done = {"reservations": {"uuid": 1}, "fixed_ips": {"network_id": 1}}
    monkeypatch.setattr(sharding, "sharded_collections", lambda: done)
    mongos = Mongos()
    assert not done.keys() & set(sharding.apply(mongos, PLACEMENTS))


def test_apply_shards_nothing_if_one_collection_does_not_fit(store, monkeypatch):
    monkeypatch.setattr(sharding, "sharded_collections", lambda: {"reservations": {"_id": 1}})
    database = connection.get_database()
    database["fixed_ips"].drop_index("network_id_deleted_reserved_instance_uuid_host_id")
    database["instance_faults"].create_index("code", unique=True, name="code")
    mongos = Mongos()
    try:
        with pytest.raises(exception.ConfigurationError) as caught:
            sharding.apply(mongos, PLACEMENTS)
    finally:
        database["instance_faults"].drop_index("code")
        db_sync(default_flavors=False)
    assert mongos.commands == []
    for obstacle in (
        "Nothing was sharded",
        "reservations: it is already sharded by {'_id': 1}",
        "fixed_ips: no index begins with network_id: run nova-docdb db sync",
        "instance_faults: the unique key code does not begin with instance_uuid",
    ):
        assert obstacle in str(caught.value)


# The command


@pytest.fixture
def run(store):
    def invoke(*arguments):
        command = ["db", "shard", *arguments, "--connection", CONF.mongo.connection]
        return CliRunner().invoke(main, command, catch_exceptions=False)

    return invoke


def test_plan_shows_keys_reasons_and_functions_that_query_every_shard(run):
    result = run("--plan", "--reasons")
    assert result.exit_code == 1
    for text in (
        "_device and _virtual are unique",
        "Functions that query every shard for instance_metadata: archive_deleted_rows, ",
        "further collections stay on the primary shard",
    ):
        assert text in result.output


def test_plan_exits_with_0_if_everything_is_sharded(run, monkeypatch):
    done = {p.collection: p.key.pattern for p in PLACEMENTS if p.key}
    monkeypatch.setattr(sharding, "sharded_collections", lambda: done)
    result = run("--plan")
    assert result.exit_code == 0
    assert "All indexes and unique keys fit the shard keys." in result.output
    del done["reservations"]
    assert run("--plan").exit_code == 1
    assert run("--plan", "--without", "reservations").exit_code == 0


def test_apply_requires_a_mongos(run, store):
    store_kind = "the embedded store" if connection.is_embedded() else "a standalone mongod"
    if "replicaSet" in store:
        store_kind = "the replica set rs"
    result = run("--apply")
    assert result.exit_code == 2
    assert result.output == (
        f"Error: [mongo] connection is {store_kind}, not a mongos: collections "
        "are sharded through a mongos of a cluster.\n"
    )


@pytest.mark.parametrize("arguments", [(), ("--plan", "--apply"), ("--apply", "--without", "x")])
def test_invalid_arguments_exit_with_2(run, arguments):
    assert run(*arguments).exit_code == 2


# A cluster of real servers


@pytest.fixture(scope="module")
def running_cluster():
    servers.require_mongod()
    cluster = Cluster()
    try:
        yield cluster.start()
    finally:
        cluster.stop()


@pytest.fixture
def cluster(running_cluster):
    """The cluster, connected to a new database on its primary shard."""
    running_cluster.new_database()
    connection.close()
    CONF.set_override("connection", running_cluster.url, group="mongo")
    db_sync(default_flavors=False)
    yield running_cluster
    connection.close()
    CONF.clear_override("connection", group="mongo")


def test_cluster_accepts_every_shard_key_and_enforces_unique_keys(cluster):
    row = {"instance_uuid": UUID, "key": "k", "value": "v"}
    table("instance_metadata").insert(row)
    names = sharding.apply(cluster.command, PLACEMENTS)
    assert cluster.sharded() == {p.collection: p.key.pattern for p in PLACEMENTS if p.key}
    assert len(names) == len(cluster.sharded())
    assert cluster.shards_with("shadow_instances") == {"shard1", "shard2"}
    unchanged = {
        "indexes": [],
        "flavors": [],
        "changed_indexes": [],
        "unexpected_indexes": [],
    }
    assert db_sync(default_flavors=False) == unchanged
    with pytest.raises(exception.DBDuplicateEntry):
        table("instance_metadata").insert(row)
    connection.close()
    CONF.set_override("connection", cluster.catalogue_url, group="mongo")
    assert sharding.sharded_collections() == cluster.sharded()


def test_rows_move_to_another_shard_with_their_indexes(cluster):
    pairs = [{"instance_uuid": UUID, "key": str(n), "value": "v"} for n in range(20)]
    table("instance_metadata").insert_many(pairs)
    only = [p for p in PLACEMENTS if p.collection == "instance_metadata"]
    sharding.apply(cluster.command, only)
    cluster.move("instance_metadata", "shard2")
    with cluster.on("shard1", "instance_metadata") as left:
        assert left.count_documents({}) == 0
    with cluster.on("shard2", "instance_metadata") as moved:
        assert moved.count_documents({}) == 20
        assert {
            "instance_uuid_key_deleted",
            "key_value_deleted",
        } <= moved.index_information().keys()


def test_cluster_refuses_the_shard_keys_that_the_plan_avoids(cluster):
    for name, column in (
        ("instances", "uuid"),
        ("block_device_mapping", "instance_uuid"),
        ("virtual_interfaces", "instance_uuid"),
        ("quota_usages", "_id"),
    ):
        with pytest.raises(OperationFailure, match="Uniqueness can't be maintained"):
            cluster.command("shardCollection", f"{cluster.database}.{name}", key={column: 1})


# Which functions query which shards


@pytest.mark.parametrize(
    ("where", "reached"),
    [
        ({"uuid": "u"}, shards.ONE),
        ({"uuid": None, "host": "h"}, shards.ONE),
        ({"uuid": {"$eq": "u"}}, shards.ONE),
        ({"$and": [{"host": "h"}, {"uuid": "u"}]}, shards.ONE),
        ({"uuid": {"$in": ["u"]}}, shards.SOME),
        ({"$or": [{"uuid": "u"}, {"uuid": "v"}]}, shards.SOME),
        ({"$or": [{"uuid": "u"}, {"host": "h"}]}, shards.EVERY),
        ({"uuid": {"$gt": "u"}}, shards.EVERY),
        ({"_id": 1}, shards.EVERY),
        ({}, shards.EVERY),
    ],
)
def test_filter_reaches_shards(where, reached):
    assert shards.reach("uuid", where) == reached


def test_recorder_finds_an_update_of_one_row_without_its_shard_key():
    recorder = shards.Recorder()
    recorder.function = "naive"
    command = {"findAndModify": "fixed_ips", "query": {"address": "10.0.0.1"}, "update": {}}
    recorder.record("findAndModify", command)
    assert recorder.found(shards.REFUSED) == {
        "fixed_ips": {"naive": {"refused": ["update one by address"]}}
    }


def test_page_lists_the_shard_keys():
    text = shards.DOCUMENT.read_text(encoding="utf-8")
    assert shards.between(text, "shard keys")[1] == shards.keys()


@pytest.mark.slow
def test_page_lists_the_shards_that_functions_query():
    """Run every recorded scenario and sample call; this takes 40 seconds."""
    servers.require_mongod()
    recorder = shards.record_on_server()
    assert recorder.found(shards.REFUSED) == {}
    found = recorder.found(shards.EVERY, shards.SOME)
    assert found == data.load("every_shard.json")
    text = shards.DOCUMENT.read_text(encoding="utf-8")
    assert shards.between(text, "functions")[1] == shards.table(found)
