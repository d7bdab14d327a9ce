"""Further guarantees of the embedded store: cost, snapshots, forks."""

import os
import threading
import uuid

import mongomock.filtering
import pytest

from nova_docdb import backend, db
from nova_docdb.data import load
from nova_docdb.mongo.store import connection

FORKS = 40


@pytest.fixture
def cloud(embedded, admin):
    """Return a function that creates this many instances, each with a free address."""
    flavor = db.instance_type_create(admin, load("default_flavors.json")[0])
    network = db.network_create_safe(admin, {"label": "private"})

    def grow(size):
        documents = connection.get_database()["instances"].count_documents({})
        for number in range(documents + 1, size + 1):
            db.instance_create(admin, values(number))
        addresses = [
            {"network_id": network["id"], "address": f"10.0.{number >> 8}.{number & 255}"}
            for number in range(documents, size)
        ]
        db.fixed_ip_bulk_create(admin, addresses)

    def values(number):
        return {
            "uuid": str(uuid.UUID(int=number)),
            "project_id": f"project{number % 7}",
            "host": f"host{number % 5}",
            "instance_type_id": flavor["id"],
            "metadata": {"role": "web"},
        }

    grow.values = values
    return grow


def one(number):
    return str(uuid.UUID(int=number))


CALLS = {
    "instance_create": lambda admin, cloud, n: db.instance_create(admin, cloud.values(10_000 + n)),
    "instance_get_by_uuid": lambda admin, cloud, n: db.instance_get_by_uuid(admin, one(n)),
    "instance_update": lambda admin, cloud, n: db.instance_update(
        admin, one(n), {"task_state": f"state {n}"}
    ),
    "instance_destroy": lambda admin, cloud, n: db.instance_destroy(admin, one(n)),
    "instance_get_all_by_filters": lambda admin, cloud, n: db.instance_get_all_by_filters(
        admin, {"deleted": False}, "created_at", "desc", limit=10
    ),
    "fixed_ip_associate_pool": lambda admin, cloud, n: db.fixed_ip_associate_pool(admin, 1, one(n)),
    "fixed_ip_disassociate": lambda admin, cloud, n: db.fixed_ip_disassociate(
        admin, f"10.0.0.{n % 20}"
    ),
}


def matched(store, call, *arguments):
    """Return how many documents a call compared with filters."""
    before = store.matched
    call(*arguments)
    return store.matched - before


@pytest.mark.parametrize("name", CALLS)
def test_call_costs_the_same_with_ten_times_the_rows(embedded, admin, cloud, name):
    cloud(30)
    few = [matched(embedded, CALLS[name], admin, cloud, number) for number in (11, 12)]
    cloud(300)
    many = [matched(embedded, CALLS[name], admin, cloud, number) for number in (21, 22)]
    assert max(many) <= max(few) <= 60


def test_insert_checks_unique_keys_without_a_scan(embedded, admin):
    for number in range(50):
        db.key_pair_create(admin, {"user_id": "u", "name": f"key{number}"})
    another = {"user_id": "u", "name": "another"}
    assert matched(embedded, db.key_pair_create, admin, another) <= 2


class Pattern(type):
    looked_for = 0

    def __instancecheck__(cls, value):
        Pattern.looked_for += 1
        return False


def test_long_list_of_values_is_matched_by_hash(embedded, monkeypatch):
    things = embedded.database["things"]
    things.insert_many([{"_id": number, "a": number} for number in range(3000)])

    wanted = list(range(0, 3000, 2))
    with monkeypatch.context() as patched:
        # The comparisons of mongomock for each of them and each document.
        patched.setattr(mongomock.filtering, "_RE_TYPES", (Pattern("Pattern", (), {}),))
        assert len(things.find({"a": {"$in": wanted}}).to_list()) == 1500
    assert Pattern.looked_for <= 3000


def rows(embedded):
    return {
        name: list(embedded.database[name].find({}))
        for name in embedded.database.list_collection_names()
    }


def test_restore_returns_to_a_snapshot(embedded, admin, cloud):
    cloud(3)
    embedded.database["things"].insert_one({"_id": 1, "inner": {"list": [1]}})
    before = rows(embedded)
    snapshot = embedded.snapshot()
    for _ in range(2):
        db.instance_update(admin, one(1), {"host": "elsewhere"})
        db.instance_destroy(admin, one(2))
        cloud(5)
        db.fixed_ip_associate_pool(admin, 1, one(1))
        embedded.database["things"].update_one({"_id": 1}, {"$push": {"inner.list": 2}})
        embedded.database["others"].insert_one({"_id": 1})
        embedded.database["instances"].drop_index("uuid")
        assert rows(embedded) != before
        embedded.restore(snapshot)
        connection.forget_caches()
        assert rows(embedded) == before
        assert "uuid" in embedded.database["instances"].index_information()
        assert db.instance_get_by_uuid(admin, one(2))["uuid"] == one(2)


def test_snapshot_shares_stored_documents(embedded, admin, cloud):
    cloud(3)
    documents = embedded._documents["instances"].contents.documents
    embedded.snapshot()
    db.instance_update(admin, one(1), {"host": "elsewhere"})
    now = embedded._documents["instances"].contents.documents
    assert [now[number] is documents[number] for number in sorted(now)] == [False, True, True]
    assert documents[1]["host"] == "host1"


def test_clear_keeps_indexes(embedded, admin, cloud):
    cloud(3)
    known = embedded.database["instances"].index_information()
    embedded.clear()
    assert not any(rows(embedded).values())
    assert embedded.database["instances"].index_information() == known
    cloud(3)
    assert matched(embedded, db.instance_get_by_uuid, admin, one(1)) <= 10


def test_refused_update_changes_nothing(embedded):
    things = embedded.database["things"]
    things.insert_one({"_id": 1, "a": 1, "b": "text"})
    with pytest.raises(TypeError):
        things.update_one({"_id": 1}, {"$set": {"a": 2}, "$inc": {"b": 1}})
    assert things.find_one({"a": 1}) == {"_id": 1, "a": 1, "b": "text"}


def fork(call):
    """Return the exit status of a forked child that makes a call within ten seconds."""
    child = os.fork()
    if child == 0:
        threading.Timer(10, os._exit, (2,)).start()
        try:
            os._exit(0 if call() else 1)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_child_forked_during_a_call_finds_complete_rows(embedded, admin, cloud):
    cloud(2)
    stop = threading.Event()

    def keep_calling():
        number = 0
        while not stop.is_set():
            number += 1
            db.instance_update(admin, one(1), {"host": f"h{number}", "node": f"h{number}"})
            db.instance_get_all(admin)

    def whole():
        row = db.instance_get_by_uuid(admin, one(1))
        db.instance_update(admin, one(1), {"host": "child"})
        found = db.instance_get_all_by_host(admin, "child")
        return row["host"] == row["node"] and [row["uuid"] for row in found] == [one(1)]

    db.instance_update(admin, one(1), {"host": "h", "node": "h"})
    callers = [threading.Thread(target=keep_calling) for _ in range(2)]
    for caller in callers:
        caller.start()
    try:
        assert [fork(whole) for _ in range(FORKS)] == [0] * FORKS
    finally:
        stop.set()
        for caller in callers:
            caller.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_child_may_be_forked_while_its_parent_loads_the_backend(embedded, admin):
    loading, loaded = threading.Event(), threading.Event()

    def load():
        with backend.IMPL._lock:
            loading.set()
            loaded.wait(10)

    loader = threading.Thread(target=load)
    loader.start()
    loading.wait(10)
    try:
        assert fork(_loads_anew) == 0
    finally:
        loaded.set()
        loader.join()


def _loads_anew():
    backend.IMPL._loaded.clear()
    return backend.IMPL.backend() is not None
