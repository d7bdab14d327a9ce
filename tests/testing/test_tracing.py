"""A trace lists the commands that all threads send to the store while it runs."""

import re
import threading

import pytest

from nova_docdb import db
from nova_docdb.demo import Cloud
from nova_docdb.mongo.store import connection
from nova_docdb.testing import Command, Simulation, embedded_store, small_cloud, trace
from tests.threads import COUNT, at_once


def summary_of(sent):
    return [(command.function, command.name, command.collection) for command in sent]


def test_command_is_traced_with_function_collection_shape_and_count(store, admin):
    db.service_create(admin, {"host": "node1", "binary": "nova-compute", "topic": "compute"})
    with trace() as sent:
        db.service_get_all_by_host(admin, "node1")
    (command,) = sent
    assert command.function == "service_get_all_by_host"
    assert (command.name, command.collection) == ("find", "services")
    assert command.filter == {"host": "?", "deleted": "?"}
    assert command.documents == 1
    assert command.seconds > 0


def test_repr_of_a_command_is_one_readable_line(store, admin):
    db.cell_create(admin, {"name": "c"})
    with trace() as sent:
        db.cell_get_all(admin)
    (command,) = sent
    assert re.fullmatch(
        r'<find cells \{"deleted": "\?"\} by cell_get_all, 1 document, \d+\.\d ms>', repr(command)
    )


def test_repr_of_a_command_omits_unknown_parts():
    assert repr(Command(None, "", "ping", None, 0.00123, None)) == "<ping, 1.2 ms>"


def test_every_kind_of_command_is_traced_alike_on_every_store(store, admin):
    small_cloud()
    uuid = "00000001-0000-4000-8000-000000000000"
    alive = {"_id": "?", "deleted": "?"}
    differs = {"$or": [{"report_count": {"$ne": "?"}}]}
    named = {"$and": [{"name": "?"}, {"deleted": "?"}]}
    if "replicaSet" in store:
        # A deletion that may arrive late filters by the ids that its caller read.
        named = {"$and": [{"_id": {"$in": "?"}}, named]}
    usage = {"uuid": "?", "start_period": "?", "mac": "?"}
    for call, expected in [
        (lambda: db.cell_create(admin, {"name": "c"}), ("insert", None, 1)),
        (lambda: db.cell_get_all(admin), ("find", {"deleted": "?"}, 1)),
        (
            lambda: db.service_update(admin, 1, {"report_count": 1}),
            ("findAndModify", {"$and": [alive, differs]}, 1),
        ),
        (lambda: db.cell_delete(admin, "c"), ("update", named, 1)),
        (lambda: db.bw_usage_get(admin, uuid, None, "m"), ("find", usage, 0)),
    ]:
        with trace() as sent:
            call()
        last = sent[-1]
        assert (last.name, last.filter, last.documents) == expected


def test_open_client_is_traced_and_used_again_afterwards(store, admin):
    db.service_get_all(admin)
    before = connection.get_database()
    with trace() as sent:
        db.service_get_all(admin)
    assert summary_of(sent) == [("service_get_all", "find", "services")]
    assert connection.get_database() is before
    db.service_get_all(admin)
    assert len(sent) == 1


def test_client_that_opens_or_closes_during_a_trace_is_traced(store, admin):
    connection.close()
    with trace() as sent:
        db.service_get_all(admin)
        connection.close()
        db.service_get_all(admin)
    assert summary_of(sent) == [("service_get_all", "find", "services")] * 2


def test_each_thread_is_traced_with_its_own_function(store, admin):
    calls = [lambda: db.service_get_all(admin), lambda: db.cell_get_all(admin)] * (COUNT // 2)
    with trace() as sent:
        at_once(*calls)
    assert sorted(summary_of(sent)) == sorted(
        [("service_get_all", "find", "services"), ("cell_get_all", "find", "cells")] * (COUNT // 2)
    )


def test_traces_may_overlap(store, admin):
    with trace() as outer:
        db.service_get_all(admin)
        with trace() as inner:
            db.cell_get_all(admin)
    assert summary_of(outer) == [
        ("service_get_all", "find", "services"),
        ("cell_get_all", "find", "cells"),
    ]
    assert summary_of(inner) == summary_of(outer)[1:]


def test_trace_ends_with_an_error(store, admin):
    with pytest.raises(KeyError), trace() as sent:
        raise KeyError
    db.service_get_all(admin)
    assert sent == []


def test_thread_that_outlives_a_trace_continues(store, admin):
    db.cell_create(admin, {"name": "c"})
    traced, ended = threading.Event(), threading.Event()
    rows = []

    def read_slowly():
        documents = connection.get_database()["cells"].find({})
        traced.set()
        ended.wait(10)
        rows.extend(documents)

    reader = threading.Thread(target=read_slowly)
    with trace():
        reader.start()
        traced.wait(10)
    ended.set()
    reader.join()
    assert [row["name"] for row in rows] == ["c"]


def test_simulation_is_traced(admin):
    with embedded_store(), trace() as sent:
        simulation = Simulation(1)
        simulation.run(lambda: db.service_get_all(admin), lambda: db.cell_get_all(admin))
        names = [(collection, command) for _worker, collection, command in simulation.history]
    assert [(command.collection, command.name) for command in sent] == names
    assert {command.function for command in sent} == {"service_get_all", "cell_get_all"}


def test_trace_contains_no_values(store, admin):
    with trace() as sent:
        cloud = small_cloud()
        uuid = cloud["instances"][0]["uuid"]
        db.instance_update(admin, uuid, {"task_state": "hunter2", "metadata": {"hunter2": "x"}})
        db.instance_get_all_by_filters(admin, {"uuid": [uuid], "hostname": "web.*"})
        db.fixed_ip_get_by_instance(admin, uuid)
        db.key_pair_get(admin, "alice", "laptop")
        db.security_group_ensure_default(admin)
        db.archive_deleted_rows(admin, 10)
    assert len(sent) > 50
    text = repr(sent)
    for value in ("hunter2", "acme", "alice", "laptop", "10.0.0.", "192.0.2.", "web", uuid[8:]):
        assert value not in text


def test_trace_of_a_simulated_day_contains_no_values(store):
    cloud = Cloud()
    with trace() as sent:
        cloud.run()
    text = repr(sent)
    # The reservations of a usage are fields named by uuids.
    assert "_reservations.?" in text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-|\d+\.\d+\.\d+|2001:", text)
    assert cloud.suffix not in text
