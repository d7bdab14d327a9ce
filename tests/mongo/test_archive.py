import pytest

from nova_docdb import db, exception
from nova_docdb.mongo import archive, connection
from tests.threads import COUNT, at_once


def dead_cells(admin, count):
    for number in range(count):
        db.cell_create(admin, {"name": f"c{number}"})
        db.cell_delete(admin, f"c{number}")


def archived():
    return [row["_id"] for row in connection.get_database()["shadow_cells"].find({}).sort("_id")]


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
def test_limit_that_is_no_number_of_rows_is_refused(store, admin, limit):
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
    assert connection.get_database()["instances"].count_documents({}) == 0


def test_children_go_before_their_parents():
    place = archive.ORDER.index
    for child in ("instance_metadata", "instance_info_caches", "instance_system_metadata"):
        assert place(child) < place("instances")
    assert place("security_group_rules") < place("security_groups")


def test_archivers_at_once_move_every_row_once(store, admin):
    dead_cells(admin, 40)
    found = at_once(*[lambda: archive.archive_table("cells", batch=5)] * COUNT)
    assert sum(found) == 40
    assert archived() == list(range(1, 41))
    assert connection.get_database()["cells"].count_documents({}) == 0


def test_batches_tell_how_many_rows_they_moved(store, admin):
    dead_cells(admin, 5)
    assert list(archive.archive_batches("cells", limit=4, batch=3)) == [3, 1]
