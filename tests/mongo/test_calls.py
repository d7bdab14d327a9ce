"""What every function of the contract sends to a replica set, whatever it does there.

The oplog tells what took effect: a call that can write leaves an entry there before it answers, or
refuses, since nothing else proves that its primary still was one.
"""

import contextlib
from types import SimpleNamespace

import pymongo
import pytest

from nova_docdb import db, exception, testing
from nova_docdb.config import CONF
from nova_docdb.context import RequestContext
from nova_docdb.fixtures import load
from nova_docdb.mongo.calls import SEND_NOTHING, WRITES
from nova_docdb.mongo.store import connection
from tests.calls import CALLS, prepared
from tests.cloud import Cloud
from tests.commands import Recorder, listening
from tests.db.samples import call

STORES = ("replica_set",)

CONTRACT = sorted(load("contract.json").keys() - SEND_NOTHING)
READS = sorted(set(CONTRACT) - WRITES)
WRITE_COMMANDS = {"insert", "update", "delete", "findAndModify", "commitTransaction"}
READ_COMMANDS = {"find", "aggregate", "distinct", "getMore"}


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


@pytest.fixture
def ran(recorder, oplog):
    """Run a call; return its commands, its outcome, and the oplog's entries of its tables."""

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
def test_function_that_only_reads_reads_one_snapshot(cloud, ran, name):
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
def test_function_that_can_write_reads_what_a_majority_has(cloud, ran, name):
    found = ran(prepared(name, cloud))
    assert found.outcome == "ok"
    assert found.entries, name
    for command in found.commands:
        if next(iter(command)) in READ_COMMANDS and "getMore" not in command:
            # A transaction says once how it reads.
            concern = command.get("readConcern", {}).get("level")
            assert concern == ("majority" if "autocommit" not in command else concern)


def test_functions_that_write_are_listed():
    assert set(CONTRACT) | {"db_sync"} >= WRITES


@pytest.fixture
def mighty():
    return RequestContext("u", "p", is_admin=True)


def assert_proven(found):
    assert not isinstance(found.outcome, exception.DBConnectionError)
    assert found.entries or not found.commands, found.outcome


@pytest.mark.parametrize("name", sorted(WRITES & CALLS.keys()))
def test_what_is_done_already_is_not_acknowledged_from_a_read_alone(cloud, ran, name):
    function = prepared(name, cloud)
    function()
    assert_proven(ran(function))


def test_read_that_may_associate_is_no_acknowledgement_when_it_may_not(cloud, ran, mighty):
    found = ran(lambda: db.project_get_networks(mighty, "nobody", associate=False))
    assert found.outcome == "ok"
    assert not found.entries


def test_sync_routines_of_quota_read_one_snapshot(cloud, ran, mighty):
    def sync(context, project_id, session=None):
        with contextlib.suppress(exception.NovaException):
            db.fixed_ip_count_by_project(context, project_id)
        return {"cores": 1}

    resources = {"cores": SimpleNamespace(name="cores", sync=sync)}
    found = ran(
        lambda: db.quota_reserve(
            mighty, resources, {"cores": 9}, {"cores": 1}, None, None, 0, "new"
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


def test_database_reads_what_a_majority_has(recorder):
    assert connection.get_database().read_concern.level == "majority"


@pytest.fixture(scope="module")
def emptied(recorder):
    testing.clear()


@pytest.mark.parametrize("name", sorted(WRITES & set(CONTRACT)))
def test_nothing_is_acknowledged_or_refused_from_a_read_alone(emptied, ran, mighty, name):
    """Most samples name no row: there is nothing to do, or the call is refused."""
    assert_proven(ran(lambda: call(name, mighty)))
