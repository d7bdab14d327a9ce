from datetime import timedelta

import pytest

from nova_docdb import clock
from nova_docdb.mongo.admin import dependents
from nova_docdb.mongo.admin.purge import archived, purge
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table

MOMENT = clock.parse("2013-06-01")
EARLIER = MOMENT - timedelta(days=1)
LATER = MOMENT + timedelta(days=1)


def shadow(name):
    return connection.get_database()[f"shadow_{name}"]


def insert_archived(name, number, **dates):
    """Insert a row into a shadow table."""
    document = dict.fromkeys(table(name).spec.columns.keys() - {"id", "domain"})
    shadow(name).insert_one({**document, "_id": number, "deleted": number, **dates})


def archived_ids(name):
    return [row["_id"] for row in shadow(name).find({}).sort("_id")]


@pytest.mark.parametrize(
    ("dates", "purged"),
    [
        ({"deleted_at": EARLIER}, True),
        ({"deleted_at": MOMENT}, False),
        ({"deleted_at": LATER, "updated_at": EARLIER, "created_at": EARLIER}, False),
        ({"updated_at": EARLIER}, True),
        ({"updated_at": LATER, "created_at": EARLIER}, False),
        ({"created_at": EARLIER}, True),
        ({"created_at": LATER}, False),
        ({}, False),
    ],
)
def test_purge_compares_deleted_at_or_else_updated_at(store, dates, purged):
    insert_archived("cells", 1, **dates)
    list(purge(MOMENT))
    assert archived_ids("cells") == ([] if purged else [1])


def test_purge_without_a_time_deletes_all(store):
    for number in range(1, 6):
        insert_archived("cells", number)
    assert list(purge(batch=2)) == [("shadow_cells", 2), ("shadow_cells", 2), ("shadow_cells", 1)]
    assert archived_ids("cells") == []


def test_purge_changes_only_shadow_tables(store):
    table("cells").insert({"deleted": 1, "deleted_at": EARLIER})
    table("cells").insert({})
    list(purge())
    assert table("cells").count({}) == 2


def test_children_go_before_their_parents(store):
    for name in dependents.ORDER:
        insert_archived(name, 1, deleted_at=EARLIER)
    order = [name.removeprefix("shadow_") for name, _rows in purge(MOMENT)]
    for dependency in dependents.DEPENDENCIES:
        assert order.index(dependency.table) < order.index(dependency.owner)


def test_dry_run_removes_nothing_and_counts_rows(store):
    for number in range(1, 4):
        insert_archived("cells", number, deleted_at=EARLIER)
    insert_archived("cells", 4, deleted_at=LATER)
    assert list(purge(MOMENT, dry_run=True)) == [("shadow_cells", 3)]
    assert archived_ids("cells") == [1, 2, 3, 4]
    assert archived() == 4


def test_interrupted_purge_is_completed_by_the_next_one(store):
    for number in range(1, 6):
        insert_archived("cells", number, deleted_at=EARLIER)
    next(purge(MOMENT, batch=2))
    assert archived_ids("cells") == [3, 4, 5]
    assert sum(rows for _name, rows in purge(MOMENT, batch=2)) == 3
