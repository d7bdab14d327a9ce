from collections import Counter
from datetime import timedelta

import pytest

from nova_docdb import clock, db, exception
from nova_docdb.mongo.admin import dependents
from nova_docdb.mongo.admin.archive import Archive
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table
from tests.crashes import Failing, every_failure
from tests.data import load
from tests.threads import COUNT, at_once

UUIDS = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(1, 9)]
LONG_AGO = clock.parse("2012-01-01")


def dead_cells(admin, count):
    for number in range(count):
        db.cell_create(admin, {"name": f"c{number}"})
        db.cell_delete(admin, f"c{number}")


def an_instance(admin, uuid=UUIDS[0], **values):
    """Create an instance that has a row in every dependent table."""
    values = {
        "uuid": uuid,
        "metadata": {"a": "1", "b": "2"},
        "system_metadata": {"c": "3"},
    } | values
    db.instance_create(admin, values)
    action = {"instance_uuid": uuid, "request_id": uuid, "action": "create"}
    db.action_start(admin, action)
    db.action_event_start(admin, {**action, "event": "run"})
    of_it = {"instance_uuid": uuid}
    db.instance_fault_create(admin, {**of_it, "code": 500})
    db.block_device_mapping_create(admin, {**of_it, "device_name": "vda"})
    db.migration_create(admin, {**of_it, "status": "done"})
    db.virtual_interface_create(admin, {**of_it, "address": uuid})
    table("consoles").insert(of_it)
    table("security_group_instance_association").insert({**of_it, "security_group_id": 1})


# The rows of such an instance: its own, two of metadata, and one in each other table.
ROWS = len(dependents.DEPENDENCIES) + 2


def places(name):
    """Return the ids of the rows of a table, and of its shadow table."""
    database = connection.get_database()
    return [
        {row["_id"] for row in database[collection].find({}).sort("_id")}
        for collection in (name, f"shadow_{name}")
    ]


def archived(name="cells"):
    return sorted(places(name)[1])


def rows_of(uuid, prefix=""):
    """Count the rows of an instance, by table."""
    database = connection.get_database()
    found = Counter()
    for dependency in dependents.of("instances"):
        where = {dependency.local: uuid}
        rows = database[prefix + dependency.table]
        found[dependency.table] = len(list(rows.find(where).sort("_id")))
    found["instances"] = len(list(database[f"{prefix}instances"].find({"uuid": uuid}).sort("_id")))
    found["instance_actions_events"] = len(places("instance_actions_events")[bool(prefix)])
    return +found


def together(**options):
    return sum(Archive(everything=True, **options).all_tables(), Counter())


def test_no_limit_moves_everything(store, admin):
    dead_cells(admin, 3)
    assert db.archive_deleted_rows(admin) == 3
    assert db.archive_deleted_rows(admin) == 0


def test_limit_is_for_all_tables_together_lowest_ids_first(store, admin):
    dead_cells(admin, 3)
    db.service_create(admin, {})
    db.service_destroy(admin, 1)
    assert db.archive_deleted_rows(admin, 2) == 2
    assert db.archive_deleted_rows(admin, 0) == 0
    assert db.archive_deleted_rows(admin, max_rows=10) == 2
    assert archived() == [1, 2, 3]


def test_id_of_an_archived_row_is_never_used_again(store, admin):
    dead_cells(admin, 1)
    db.archive_deleted_rows(admin)
    assert db.cell_create(admin, {})["id"] == 2


@pytest.mark.parametrize("name", ["volume_types", "shadow_cells", "", None, {"$gt": ""}])
def test_unknown_table_is_named_and_nothing_changes(store, admin, name):
    dead_cells(admin, 1)
    with pytest.raises(exception.UnknownTable) as caught:
        db.archive_deleted_rows_for_table(admin, name)
    assert caught.value.kwargs["table"] == name
    assert archived() == []


@pytest.mark.parametrize("limit", [-1, "3", 1.5])
def test_limit_that_is_not_an_integer_of_at_least_0_is_refused(store, admin, limit):
    dead_cells(admin, 1)
    for call in (
        db.archive_deleted_rows,
        lambda c, n: db.archive_deleted_rows_for_table(c, "cells", n),
    ):
        with pytest.raises(exception.InvalidInput, match="max_rows"):
            call(admin, limit)
    assert archived() == []


def test_rows_keep_every_column_and_private_field(store, admin):
    instance = db.instance_create(admin, {"hostname": "h"})
    db.instance_destroy(admin, instance["uuid"])
    where = {"_id": instance["id"]}
    before = connection.get_database()["instances"].find_one(where)
    db.archive_deleted_rows(admin)
    assert connection.get_database()["shadow_instances"].find_one(where) == before
    assert places("instances")[0] == set()


def test_children_go_before_their_parents():
    place = dependents.ORDER.index
    for dependency in dependents.DEPENDENCIES:
        assert place(dependency.table) < place(dependency.owner)
    assert place("security_group_rules") < place("security_groups")


def test_every_table_that_refers_to_an_instance_is_a_dependent():
    referring = {
        (name, reference["column"])
        for name, spec in load("tables.json").items()
        for reference in spec.get("references", [])
        if reference["refers_to"] == "instances.uuid"
    }
    assert referring <= {(b.table, b.local) for b in dependents.of("instances")}


def test_concurrent_archivers_move_every_row_once(store, admin):
    dead_cells(admin, 40)
    found = at_once(*[lambda: sum(m.total() for m in Archive(batch=5).one_table("cells"))] * COUNT)
    assert sum(found) == 40
    assert archived() == list(range(1, 41))
    assert places("cells")[0] == set()


def test_batches_report_how_many_rows_they_moved(store, admin):
    dead_cells(admin, 5)
    assert [m.total() for m in Archive(4, batch=3).one_table("cells")] == [3, 1]


def test_rows_with_equal_deleted_are_all_scanned(store, admin):
    for number in range(1, 8):
        table("cells").insert({"deleted": 3 if number > 2 else number})
    assert [m.total() for m in Archive(batch=2, dry_run=True).one_table("cells")] == [2, 2, 2, 1]


# An instance and its dependent rows


def test_instance_moves_with_its_dependent_rows(store, admin):
    an_instance(admin)
    an_instance(admin, UUIDS[1])
    db.instance_destroy(admin, UUIDS[0])
    whole = rows_of(UUIDS[1])
    assert together().total() == ROWS
    assert rows_of(UUIDS[0], "shadow_") == {**whole, "instance_actions_events": 1}
    left = rows_of(UUIDS[0])
    assert left == {"instance_actions_events": 1}  # the other's
    assert rows_of(UUIDS[1]) == {**whole, "instance_actions_events": 1}


def test_archived_live_row_gets_deleted_at_of_its_instance(store, admin):
    an_instance(admin)
    instance = db.instance_destroy(admin, UUIDS[0])
    together()
    database = connection.get_database()
    for dependency in dependents.DEPENDENCIES:
        for row in database[f"shadow_{dependency.table}"].find({}).sort("_id"):
            assert (row["deleted"], row["deleted_at"]) == (row["_id"], instance["deleted_at"])


def test_live_dependents_neither_delay_nor_follow_an_archived_instance(store, admin):
    an_instance(admin)
    db.instance_destroy(admin, UUIDS[0])
    db.archive_deleted_rows(admin)
    assert places("instances") == [set(), {1}]
    assert places("instance_metadata") == [set(), {1, 2}]
    for name in ("instance_system_metadata", "instance_actions", "instance_faults"):
        assert places(name) == [{1}, set()], name


def test_rows_that_only_refer_to_an_instance_stay(store, admin):
    an_instance(admin)
    network = db.network_create_safe(admin, {})["id"]
    db.fixed_ip_create(admin, {"address": "10.0.0.1", "network_id": network})
    db.fixed_ip_associate(admin, "10.0.0.1", UUIDS[0], network)
    now = clock.utcnow()
    db.bw_usage_update(admin, UUIDS[0], "mac", now, 1, 1, 1, 1)
    table("volumes").insert({"id": "v", "instance_uuid": UUIDS[0]})
    db.instance_destroy(admin, UUIDS[0])
    together()
    assert places("fixed_ips") == [{1}, set()]
    assert places("bw_usage_cache") == [{1}, set()]
    assert places("volumes") == [{"v"}, set()]


@pytest.mark.parametrize("everything", [False, True])
def test_deleted_row_waits_for_its_deleted_instance(store, admin, everything):
    an_instance(admin)
    db.instance_metadata_delete(admin, UUIDS[0], "a")
    table("instance_metadata").update({"_id": 1}, {"deleted_at": LONG_AGO})
    db.instance_destroy(admin, UUIDS[0])
    before = LONG_AGO + timedelta(days=1)
    assert not any(Archive(before=before, everything=everything).all_tables())
    assert places("instance_metadata") == [{1, 2}, set()]


def test_deleted_row_of_a_live_instance_moves_alone(store, admin):
    an_instance(admin)
    db.instance_metadata_delete(admin, UUIDS[0], "a")
    assert together() == {"instance_metadata": 1}


def test_row_deleted_after_its_instance_was_archived_moves_alone(store, admin):
    an_instance(admin)
    db.instance_destroy(admin, UUIDS[0])
    db.archive_deleted_rows(admin)
    db.block_device_mapping_destroy(admin, 1)
    assert db.archive_deleted_rows(admin) == 1
    assert places("block_device_mapping") == [set(), {1}]


def test_only_rows_deleted_before_a_time_move(store, admin):
    for uuid in UUIDS[:2]:
        an_instance(admin, uuid)
        db.instance_destroy(admin, uuid)
    dead_cells(admin, 2)
    for name in ("instances", "cells"):
        table(name).update({"_id": 1}, {"deleted_at": LONG_AGO})
    before = LONG_AGO + timedelta(days=1)
    # The metadata was deleted today and moves with its instance.
    assert together(before=before).total() == ROWS + 1
    assert places("instances") == [{2}, {1}]
    assert places("cells") == [{2}, {1}]
    assert together(before=LONG_AGO) == {}


@pytest.mark.parametrize(
    ("dates", "moves"),
    [
        ({"updated_at": LONG_AGO}, True),
        ({"updated_at": None, "created_at": LONG_AGO}, True),
        ({"created_at": LONG_AGO}, False),
        ({"updated_at": None, "created_at": None}, False),
    ],
)
def test_row_deleted_without_a_time_moves_by_its_last_change(store, admin, dates, moves):
    dead_cells(admin, 1)
    table("cells").update({"_id": 1}, {"updated_at": clock.utcnow()})
    cells = connection.get_database()["cells"]
    cells.update_one({"_id": 1}, {"$set": {"deleted_at": None, **dates}})
    together(before=LONG_AGO + timedelta(days=1))
    assert archived() == ([1] if moves else [])


@pytest.mark.parametrize("limit", [ROWS, ROWS + 1, 2 * ROWS - 1])
def test_limit_never_splits_an_instance(store, admin, limit):
    for uuid in UUIDS[:3]:
        an_instance(admin, uuid)
        db.instance_destroy(admin, uuid)
    moved = together(limit=limit)
    assert moved["instances"] == 1
    assert moved.total() == ROWS
    assert len(rows_of(UUIDS[0])) == 1  # events, of the others
    assert together(limit=2 * ROWS).total() == 2 * ROWS


def test_remaining_limit_is_used_for_other_tables(store, admin):
    for uuid in UUIDS[:2]:
        an_instance(admin, uuid)
        db.instance_destroy(admin, uuid)
    dead_cells(admin, 5)
    moved = together(limit=ROWS + 3)
    assert (moved["instances"], moved["cells"], moved.total()) == (1, 3, ROWS + 3)


def test_instance_bigger_than_the_limit_moves_anyway(store, admin):
    an_instance(admin)
    db.instance_destroy(admin, UUIDS[0])
    assert together(limit=1).total() == ROWS


def test_function_keeps_its_limit_and_moves_a_big_instance_in_portions(store, admin):
    db.instance_create(admin, {"uuid": UUIDS[0], "metadata": {f"k{n}": "v" for n in range(5)}})
    db.instance_destroy(admin, UUIDS[0])
    portions = []
    while moved := db.archive_deleted_rows(admin, 3):
        assert not portions or places("instance_metadata")[1]
        portions.append((moved, len(places("instances")[1])))
    # Five pairs, the info cache, and at last the instance.
    assert portions == [(3, 0), (3, 0), (1, 1)]


@pytest.mark.parametrize("limit", [1, 4, 7, 9, 14, 16])
def test_function_moves_as_many_rows_as_its_limit_allows(store, admin, limit):
    for _ in range(3):
        instance = db.instance_create(admin, {"metadata": {"a": "1", "b": "2"}})
        db.block_device_mapping_create(
            admin, {"instance_uuid": instance["uuid"], "device_name": "vda"}
        )
        db.instance_destroy(admin, instance["uuid"])
    dead_cells(admin, 4)
    rows = 3 * len(("instance", "cache", "a", "b")) + 4
    portions = []
    while moved := db.archive_deleted_rows(admin, limit):
        portions.append(moved)
        # No deleted row of an archived instance is left.
        database = connection.get_database()
        left = {row["instance_uuid"] for row in database["instance_metadata"].find({}).sort("_id")}
        assert left <= {row["uuid"] for row in database["instances"].find({}).sort("_id")}
    assert portions == [limit] * (rows // limit) + [rows % limit] * bool(rows % limit)


def test_limited_run_costs_the_same_for_any_number_of_instances(store, admin, monkeypatch):
    sent = []
    for waiting in (5, 25):
        for _ in range(waiting):
            instance = db.instance_create(admin, {"metadata": {"a": "1", "b": "2"}})
            db.instance_destroy(admin, instance["uuid"])
        database = Failing(connection.get_database(), first=10**9)
        with monkeypatch.context() as patch:
            patch.setattr(connection, "get_database", lambda database=database: database)
            # Two instances of four rows, and one row of a third.
            assert db.archive_deleted_rows(admin, 9) == 9
        sent.append(database.sent)
        db.archive_deleted_rows(admin)
    assert sent[0] == sent[1]


def test_batches_smaller_than_an_instance_move_it_whole(store, admin):
    for uuid in UUIDS[:3]:
        an_instance(admin, uuid)
        db.instance_destroy(admin, uuid)
    moved = list(Archive(everything=True, batch=1).all_tables())
    assert [m["instances"] for m in moved] == [1, 1, 1]
    assert sum(moved, Counter()).total() == 3 * ROWS


def test_dry_run_changes_nothing_and_counts_rows_that_would_move(store, admin):
    for uuid in UUIDS[:3]:
        an_instance(admin, uuid)
        db.instance_destroy(admin, uuid)
    db.instance_metadata_delete(admin, UUIDS[2], "a")
    dead_cells(admin, 3)
    for limit in (None, ROWS + 1, 1):
        expected = together(limit=limit, dry_run=True)
        assert together(limit=limit, dry_run=True) == expected
        assert together(limit=limit) == expected


# Crashes


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_interrupted_run_is_completed_by_the_next_one(store, admin, applied):
    if not connection.is_embedded():
        pytest.skip("the commands and their order are those of the embedded store")

    def prepare():
        for uuid in UUIDS[:2]:
            an_instance(admin, uuid)
            db.instance_destroy(admin, uuid)
        dead_cells(admin, 2)

    how = {"applied": applied, "forever": True, "least": 20}
    for _prepared in every_failure(prepare, lambda _prepared: together(batch=10), **how):
        together(batch=10)
        for name in dependents.ORDER:
            live, moved = places(name)
            assert not live & moved, name
        assert places("instances") == [set(), {1, 2}]
        assert places("cells") == [set(), {1, 2}]
        assert rows_of(UUIDS[0]) == {}
        assert rows_of(UUIDS[1], "shadow_").total() == ROWS + 1  # the other's event
