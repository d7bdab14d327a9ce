"""No row is both live and archived, or neither."""

import contextlib
from datetime import timedelta

from nova_docdb import clock, db, exception
from nova_docdb.mongo.admin import dependents
from nova_docdb.mongo.admin.archive import Archive
from nova_docdb.mongo.admin.purge import purge
from nova_docdb.mongo.store import connection
from tests.claims.scenario import ADMIN, USER, UUIDS, an_instance, calls, claim, won

LONG_AGO = clock.parse("2012-01-01")


def places(name):
    """Return the ids of the rows of a table, and of its shadow table."""
    database = connection.get_database()
    return [
        {row["_id"] for row in database[collection].find({})}
        for collection in (name, f"shadow_{name}")
    ]


@claim("archive_deleted_rows_for_table")
def archivers_neither_lose_nor_duplicate_a_row(simulation, faulty):
    for number in range(5):
        db.cell_create(ADMIN, {"name": f"c{number}"})
        if number:
            db.cell_delete(ADMIN, f"c{number}")
    outcomes = simulation.run(*calls(db.archive_deleted_rows_for_table, *[(ADMIN, "cells")] * 3))
    moved = sum(outcome.value for outcome in won(outcomes))
    assert faulty or moved == 4
    with contextlib.suppress(exception.DBError):
        db.archive_deleted_rows_for_table(ADMIN, "cells")
    assert places("cells") == [{1}, {2, 3, 4, 5}]


@claim("archive_deleted_rows", "instance_destroy")
def an_instance_destroyed_during_an_archive_is_archived_completely(simulation, faulty):
    an_instance(metadata={"a": "1"})
    won(
        simulation.run(
            lambda: db.instance_destroy(USER, UUIDS[0]),
            *calls(db.archive_deleted_rows, (ADMIN,), (ADMIN,)),
        )
    )
    if faulty:
        return
    db.archive_deleted_rows(ADMIN)
    for name in ("instances", "instance_metadata", "instance_info_caches"):
        assert places(name) == [set(), {1}], name


def archive_everything():
    return sum(moved.total() for moved in Archive(everything=True, batch=20).all_tables())


@claim("archive_deleted_rows", "instance_destroy")
def an_instance_is_archived_with_its_live_rows(simulation, faulty):
    an_instance(metadata={"a": "1"}, system_metadata={"b": "2"})
    action = {"instance_uuid": UUIDS[0], "request_id": "r", "action": "a", "event": "e"}
    db.action_start(ADMIN, action)
    db.action_event_start(ADMIN, action)
    won(
        simulation.run(
            lambda: db.instance_destroy(USER, UUIDS[0]),
            archive_everything,
            archive_everything,
        )
    )
    with contextlib.suppress(exception.InstanceNotFound):
        db.instance_destroy(USER, UUIDS[0])
    archive_everything()
    for dependency in dependents.DEPENDENCIES:
        assert not places(dependency.table)[0], dependency
    for name in ("instances", "instance_actions_events", "instance_system_metadata"):
        assert places(name) == [set(), {1}], name


@claim("archive_deleted_rows")
def a_purge_during_an_archive_removes_only_old_rows(simulation, faulty):
    for number in range(4):
        db.cell_create(ADMIN, {"name": f"c{number}"})
        db.cell_delete(ADMIN, f"c{number}")
    database = connection.get_database()
    database["cells"].update_many({"_id": {"$lte": 2}}, {"$set": {"deleted_at": LONG_AGO}})
    won(
        simulation.run(
            archive_everything,
            archive_everything,
            lambda: list(purge(LONG_AGO + timedelta(days=1), batch=1)),
        )
    )
    archive_everything()
    there, moved = places("cells")
    assert not there
    assert moved >= {3, 4}
    list(purge(clock.utcnow() - timedelta(days=1)))
    assert places("cells") == [set(), {3, 4}]
