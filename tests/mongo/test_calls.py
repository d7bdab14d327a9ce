"""The commands that every function of the contract sends to a replica set.

The oplog shows which calls took effect: a call that can write adds an entry before it returns or
refuses, since nothing else proves that its primary was still primary.
"""

import contextlib
import gc
from types import SimpleNamespace

import pymongo
import pytest

from nova_docdb import db, exception, testing
from nova_docdb.config import CONF
from nova_docdb.context import RequestContext
from nova_docdb.mongo.calls import SEND_NOTHING, WRITES
from nova_docdb.mongo.families.instances import instances
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.client import Connection
from tests.calls import CALLS, prepared
from tests.cloud import Cloud
from tests.commands import Recorder, listening
from tests.data import load
from tests.db.samples import call

STORES = ("replica_set",)

CONTRACT = sorted(load("contract.json").keys() - SEND_NOTHING)
READS = sorted(set(CONTRACT) - WRITES)
WRITE_COMMANDS = {"insert", "update", "delete", "findAndModify", "commitTransaction"}
READ_COMMANDS = {"find", "aggregate", "distinct", "getMore"}

# On success these may only have written a marker: there was nothing to change.
MAY_CHANGE_NOTHING = {
    "agent_build_update", "archive_deleted_rows_for_table", "block_device_mapping_destroy",
    "block_device_mapping_destroy_by_instance_and_device",
    "block_device_mapping_destroy_by_instance_and_volume", "block_device_mapping_update",
    "cell_delete", "console_delete", "dnsdomain_register_for_project",
    "dnsdomain_register_for_zone", "dnsdomain_unregister", "ec2_instance_create",
    "ec2_snapshot_create", "ec2_volume_create", "fixed_ip_disassociate",
    "fixed_ip_disassociate_all_by_timeout", "fixed_ip_update", "floating_ip_bulk_destroy",
    "floating_ip_deallocate", "floating_ip_destroy", "floating_ip_disassociate",
    "floating_ip_fixed_ip_associate", "floating_ip_set_auto_assigned", "floating_ip_update",
    "instance_info_cache_delete", "instance_info_cache_update", "instance_metadata_delete",
    "instance_remove_security_group", "instance_type_extra_specs_delete",
    "migration_update", "network_associate",
    "network_disassociate", "network_set_host", "network_update", "project_get_networks",
    "provider_fw_rule_destroy", "quota_destroy_all_by_project", "reservation_commit",
    "reservation_expire", "reservation_rollback", "s3_image_create", "security_group_destroy",
    "security_group_ensure_default", "service_update", "virtual_interface_delete_by_instance",
}  # fmt: skip


@pytest.fixture(scope="module")
def recorder(synced_store):
    CONF.set_override("connection", synced_store, group="mongo")
    with listening(Recorder()) as recorder:
        yield recorder
    CONF.reset()


@pytest.fixture(scope="module")
def oplog(synced_store):
    with pymongo.MongoClient(synced_store) as client:
        yield client.local["oplog.rs"]


@pytest.fixture(scope="module")
def cloud(recorder):
    testing.clear()
    return Cloud(3)


@pytest.fixture(scope="module")
def ran(recorder, oplog):
    """Run a call; return its commands, its outcome, and the oplog entries of its tables."""

    def run(function):
        newest = oplog.find_one(sort=[("$natural", -1)])["ts"]
        outcome = "ok"
        with recorder.recording() as commands:
            try:
                function()
            except Exception as error:
                outcome = error
        entries = [
            entry
            for entry in oplog.find({"ts": {"$gt": newest}, "op": {"$ne": "n"}})
            if not entry["ns"].endswith(".counters") and not entry["ns"].startswith("config.")
        ]
        return SimpleNamespace(commands=commands, outcome=outcome, entries=entries)

    return run


def names(commands):
    return {next(iter(command)) for command in commands}


@pytest.mark.parametrize("name", READS)
def test_read_only_function_reads_one_snapshot(cloud, ran, name):
    function = prepared(name, cloud)
    found = ran(function)
    assert found.outcome == "ok"
    assert names(found.commands) <= READ_COMMANDS, name
    assert not found.entries
    reads = [command for command in found.commands if "getMore" not in command]
    assert reads
    assert {command["readConcern"]["level"] for command in reads} == {"snapshot"}
    first, *others = (command["readConcern"].get("atClusterTime") for command in reads)
    assert first is None
    assert None not in others
    assert len(set(others)) <= 1


@pytest.mark.parametrize("name", sorted(WRITES & CALLS.keys()))
def test_function_that_can_write_reads_majority_committed_data(cloud, ran, name):
    found = ran(prepared(name, cloud))
    assert found.outcome == "ok"
    assert found.entries, name
    for command in found.commands:
        # A transaction has its read concern only in its first command.
        if next(iter(command)) in READ_COMMANDS - {"getMore"} and "autocommit" not in command:
            concern = command["readConcern"]
            assert concern["level"] == "majority" or "atClusterTime" in concern


@pytest.mark.parametrize("name", sorted(WRITES & CALLS.keys()))
def test_lookup_is_not_used_in_a_transaction_of_a_cluster(cloud, ran, monkeypatch, name):
    """Clusters of MongoDB 5.1 to 7 refuse it if the other collection is sharded."""
    monkeypatch.setattr(Connection, "is_cluster", True)
    found = ran(prepared(name, cloud))
    assert found.outcome == "ok"
    transaction = [command for command in found.commands if "autocommit" in command]
    assert transaction or name not in {"instance_create", "instance_destroy"}
    assert "$lookup" not in str(transaction)


def test_instance_that_is_destroyed_on_a_cluster_is_returned_whole(cloud, recorder, monkeypatch):
    destroyed = []
    for is_cluster in (False, True):
        monkeypatch.setattr(Connection, "is_cluster", is_cluster)
        instance = prepared("instance_destroy", cloud)()
        destroyed.append({name: len(instance[name]) for name in ("metadata", "security_groups")})
        assert instance["info_cache"]["deleted"]
    assert destroyed[0] == destroyed[1] == {"metadata": 5, "security_groups": 2}


def test_functions_that_write_are_listed():
    assert set(CONTRACT) | {"db_sync"} >= WRITES


@pytest.fixture(scope="module")
def admin_user():
    return RequestContext("u", "p", is_admin=True)


def assert_proven(found):
    assert not isinstance(found.outcome, exception.DBConnectionError)
    assert found.entries or not found.commands, found.outcome


@pytest.fixture(scope="module")
def repeated(cloud, ran):
    """Repeated calls of each function."""
    answers = {}
    for name in sorted(WRITES & CALLS.keys()):
        function = prepared(name, cloud)
        function()
        answers[name] = ran(function)
    return answers


@pytest.mark.parametrize("name", sorted(WRITES & CALLS.keys()))
def test_call_without_a_change_is_not_acknowledged_from_a_read_alone(repeated, name):
    assert_proven(repeated[name])


def test_read_that_may_not_associate_needs_no_proof(cloud, ran, admin_user):
    found = ran(lambda: db.project_get_networks(admin_user, "nobody", associate=False))
    assert found.outcome == "ok"
    assert not found.entries


def test_sync_routines_of_quota_read_one_snapshot(cloud, ran, admin_user):
    def sync(context, project_id, session=None):
        with contextlib.suppress(exception.NovaException):
            db.fixed_ip_count_by_project(context, project_id)
        return {"cores": 1}

    resources = {"cores": SimpleNamespace(name="cores", sync=sync)}
    found = ran(
        lambda: db.quota_reserve(
            admin_user, resources, {"cores": 9}, {"cores": 1}, None, None, 0, "new"
        )
    )
    assert found.outcome == "ok"
    levels = [
        command["readConcern"]["level"]
        for command in found.commands
        if command.get("find") in {"instances", "fixed_ips"} or "aggregate" in command
        or "distinct" in command
    ]  # fmt: skip
    assert levels
    assert set(levels) == {"snapshot"}


def test_database_reads_majority_committed_data(recorder):
    assert connection.get_database().read_concern.level == "majority"


@pytest.fixture(scope="module")
def on_empty_store(ran, admin_user, repeated):
    """Calls of each function on an empty store: nothing changes, or they are refused."""
    testing.clear()
    return {
        name: ran(lambda name=name: call(name, admin_user))
        for name in sorted(WRITES & set(CONTRACT))
    }


@pytest.mark.parametrize("name", sorted(WRITES & set(CONTRACT)))
def test_nothing_is_acknowledged_or_refused_from_a_read_alone(on_empty_store, name):
    assert_proven(on_empty_store[name])


def test_only_some_functions_succeed_without_a_change(repeated, on_empty_store):
    succeed = {
        name
        for answers in (repeated, on_empty_store)
        for name, found in answers.items()
        if found.outcome == "ok"
        and found.commands
        and all(entry["ns"].endswith(".confirmations") for entry in found.entries)
    }
    assert succeed == MAY_CHANGE_NOTHING


@pytest.mark.parametrize("was_enabled", [True, False])
@pytest.mark.parametrize("uuid", ["a1b2c3d4-0000-4000-8000-000000000001", "unknown"])
def test_garbage_collection_is_paused_while_a_function_reads(
    store, admin, monkeypatch, was_enabled, uuid
):
    db.instance_create(admin, {"uuid": "a1b2c3d4-0000-4000-8000-000000000001"})
    during = []
    get_whole = instances.get_whole

    def observed(where):
        during.append(gc.isenabled())
        return get_whole(where)

    monkeypatch.setattr(instances, "get_whole", observed)
    try:
        if not was_enabled:
            gc.disable()
        with contextlib.suppress(exception.InstanceNotFound):
            db.instance_get_by_uuid(admin, uuid)
        assert during == [False]
        assert gc.isenabled() == was_enabled
    finally:
        gc.enable()
