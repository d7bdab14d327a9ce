"""No row is both live and archived, or in neither."""

import contextlib

from nova_docdb import db, exception
from nova_docdb.mongo import connection
from tests.claims.scenario import ADMIN, USER, UUIDS, an_instance, calls, claim, won


def places(name):
    """Return the ids of the rows that are in a table, and in its shadow table."""
    database = connection.get_database()
    return [
        {row["_id"] for row in database[collection].find({})}
        for collection in (name, f"shadow_{name}")
    ]


@claim("archive_deleted_rows_for_table")
def no_row_is_lost_or_doubled_by_archivers(simulation, faulty):
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
def an_instance_that_is_destroyed_meanwhile_is_archived_whole(simulation, faulty):
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
