"""The operations shared by all tables."""

import threading
from datetime import datetime, timedelta, timezone

import pytest

from nova_docdb import exception
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.families.floating_ips import FREE_INDEX
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.relations import join
from nova_docdb.mongo.tables.table import table

CELLS = table("cells")
SERVICES = table("services")
KEY_PAIRS = table("key_pairs")
NODES = table("compute_nodes")


def test_row_has_every_column_and_nothing_else(store):
    created = CELLS.insert({"name": "c", "color": "red"})
    assert set(created) == set(CELLS.spec.columns)
    assert (created["weight_scale"], created["deleted"], created["updated_at"]) == (1.0, 0, None)
    assert CELLS.get({"_id": created["id"]}) == created


def test_changing_a_returned_row_changes_nothing_in_the_store(store):
    created = CELLS.insert({"name": "c"})
    created["name"] = "changed"
    CELLS.get({"_id": 1})["name"] = "changed"
    assert CELLS.get({"_id": 1})["name"] == "c"


def test_values_of_the_caller_are_unchanged(store):
    values = {"name": "c", "color": "red"}
    CELLS.insert(values)
    CELLS.update({"_id": 1}, values)
    assert values == {"name": "c", "color": "red"}


def test_times_are_naive_utc_in_milliseconds(store):
    aware = datetime(2013, 1, 2, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=2)))
    created = CELLS.insert({"created_at": aware})
    assert created["created_at"] == datetime(2013, 1, 2, 1, 4, 5, 678000)  # noqa: DTZ001
    assert CELLS.get({"_id": 1}) == created


def test_wrong_type_is_refused_with_table_column_and_value(store):
    with pytest.raises(exception.InvalidInput, match=r"cells\.rpc_port is not an integer: 'x'"):
        CELLS.insert({"rpc_port": "x"})
    assert CELLS.count({}) == 0


@pytest.mark.sends_nothing
def test_values_that_are_not_a_mapping_are_refused(store):
    with pytest.raises(exception.InvalidInput, match="mapping, not list"):
        CELLS.insert([])


def test_column_that_is_not_nullable_must_not_be_empty(store):
    with pytest.raises(exception.DBError, match=r"services\.report_count may not be empty"):
        SERVICES.update({"_id": SERVICES.insert({})["id"]}, {"report_count": None})


def test_insert_many_stores_all_or_none(store):
    KEY_PAIRS.insert({"user_id": "u", "name": "taken"})
    rows = [{"user_id": "u", "name": name} for name in ("a", "b", "taken", "c")]
    with pytest.raises(exception.DBDuplicateEntry) as caught:
        KEY_PAIRS.insert_many(rows)
    assert caught.value.columns == ["user_id", "name", "deleted"]
    assert [row["name"] for row in KEY_PAIRS.find({})] == ["taken"]


def test_forced_id_is_used_and_the_counter_advances_past_it(store):
    assert CELLS.insert({"id": 10})["id"] == 10
    assert CELLS.insert({})["id"] == 11


def test_taken_forced_id_is_a_duplicate_and_does_not_change_the_row(store):
    CELLS.insert({"id": 10, "name": "first"})
    with pytest.raises(exception.DBDuplicateEntry) as caught:
        CELLS.insert({"id": 10, "name": "second"})
    assert caught.value.columns == ["id"]
    assert [row["name"] for row in CELLS.find({})] == ["first"]


def test_id_that_another_process_forced_is_skipped(store):
    CELLS.insert_many([{}, {}])
    CELLS.insert({})
    CELLS.collection.insert_one({"_id": 4, "deleted": 0})
    assert CELLS.insert({"name": "next"})["id"] > 4


@pytest.mark.parametrize("value", [{"$gt": ""}, {"$ne": None}, ["c"], object()])
def test_operator_as_a_value_matches_nothing(store, value):
    CELLS.insert({"name": "c"})
    assert CELLS.find(CELLS.equals({"name": value})) == []
    assert CELLS.find(CELLS.any_of("name", [value])) == []


def test_update_sets_updated_at_only_if_a_column_changes(store):
    CELLS.insert({"name": "c"})
    assert CELLS.update({"_id": 1}, {"name": "c"})["updated_at"] is None
    assert CELLS.update({"_id": 1}, {})["updated_at"] is None
    assert CELLS.update({"_id": 1}, {"name": "d"})["updated_at"] is not None
    assert CELLS.update({"_id": 9}, {"name": "d"}) is None


def test_soft_delete_marks_live_rows_only(store):
    CELLS.insert_many([{"name": "c"}, {"name": "c"}])
    assert CELLS.soft_delete({"_id": 1}) == 1
    first = CELLS.get({"_id": 1})
    assert first["deleted"] == 1
    assert first["updated_at"] is None
    assert CELLS.soft_delete({"name": "c"}) == 1
    assert CELLS.get({"_id": 1}) == first


def test_first_prefers_live_rows_then_the_lowest_id(store):
    CELLS.insert_many([{"name": "c"}, {"name": "c"}, {"name": "c"}])
    CELLS.soft_delete({"_id": 1})
    assert CELLS.first({"name": "c"})["id"] == 2


def test_claim_returns_the_lowest_first_and_no_row_twice(store):
    pool = table("floating_ips")
    index = FREE_INDEX
    pool.insert_many({"address": f"10.0.0.{n}", "pool": "p"} for n in range(40))
    free = {"pool": "p", "deleted": 0, "fixed_ip_id": None, "project_id": None}
    assert pool.claim(free, {"project_id": "first"}, index)["id"] == 1
    taken = []

    def work(name):
        while row := pool.claim(free, {"project_id": name}, index):
            taken.append(row["id"])

    threads = [threading.Thread(target=work, args=(f"p{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(2, 41))


def test_join_sends_one_query_per_relation(store):
    for number in range(1, 4):
        SERVICES.insert({"host": f"h{number}"})
    node = dict.fromkeys(
        ["vcpus", "memory_mb", "local_gb", "vcpus_used", "memory_mb_used", "local_gb_used"], 1
    )
    node |= {"hypervisor_type": "kvm", "hypervisor_version": 1, "cpu_info": "{}"}
    NODES.insert_many({**node, "service_id": n % 3 + 1} for n in range(6))
    nodes = join(NODES, NODES.find({}), "service", "stats")
    assert [n["service"]["id"] for n in nodes] == [1, 2, 3, 1, 2, 3]
    assert all(n["stats"] == [] for n in nodes)
    nodes[0]["service"]["host"] = "changed"
    assert nodes[3]["service"]["host"] == "h1"


@pytest.fixture
def unsynced(store):
    """A pool of two addresses in a store that lacks the index of claims."""
    if connection.is_embedded():
        pytest.skip("the embedded store never lacks an index")
    pool = table("floating_ips")
    pool.insert_many({"address": f"10.0.0.{n}", "pool": "p"} for n in (1, 2))
    index = FREE_INDEX
    pool.collection.drop_index(index.name)
    yield pool, index
    db_sync(default_flavors=False)


def test_missing_index_is_logged_and_the_query_succeeds(unsynced, caplog):
    pool, index = unsynced
    free = {"pool": "p", "deleted": 0, "fixed_ip_id": None, "project_id": None}
    assert pool.claim(free, {"project_id": "a"}, index)["id"] == 1
    assert [row["id"] for row in pool.find(free, hint=index.name)] == [2]
    message = f"floating_ips lacks the index {index.name}: run nova-docdb db sync"
    assert caplog.messages == [message, message]
