"""Purging: archived rows are deleted permanently. Only shadow tables are changed.

``--before`` compares deleted_at, or updated_at if that is empty, or created_at if both are. A row
without any of the three is kept. Dependent rows are deleted before their owners, so that an
interrupted purge leaves no row without its owner; the next purge completes it.

Each shadow table is read once by id: it has no other index, so that the cost of archiving does not
depend on its size.

A row that is being archived at the same time either loses its copy before it is confirmed, and
stays in its table until the next archive, or is purged, being old enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nova_docdb.mongo.admin import dependents
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.batches import BATCH, batches
from nova_docdb.schemas import TABLES


def purge(
    before: datetime | None = None, *, batch: int = BATCH, dry_run: bool = False
) -> Iterator[tuple[str, int]]:
    """Delete archived rows; yield the shadow table and the number of rows after each batch.

    :param before: only rows that were deleted before this time; None is all
    :param batch: the number of rows that are deleted at once
    :param dry_run: whether to count the rows instead of deleting them
    """
    where = {} if before is None else deleted_before(before)
    for name in dependents.ORDER:
        shadow = TABLES[name].shadow_name
        for documents in batches(shadow, where, fields=["_id"], size=batch):
            keys = [document["_id"] for document in documents]
            yield shadow, len(keys) if dry_run else _remove(shadow, keys, where)


def archived() -> int:
    """Return the estimated number of rows in all shadow tables."""
    database = connection.get_database()
    with translated("", reads=True):
        return sum(
            database[TABLES[name].shadow_name].estimated_document_count()
            for name in dependents.ORDER
        )


def deleted_before(moment: datetime) -> Filter:
    """Return the filter for rows that were deleted before a time.

    A comparison never matches an empty value, and a SQL script may leave each of the columns empty.
    """
    earlier = {"$lt": moment}
    return {
        "$or": [
            {"deleted_at": earlier},
            {"deleted_at": None, "updated_at": earlier},
            {"deleted_at": None, "updated_at": None, "created_at": earlier},
        ]
    }


def _remove(shadow: str, keys: list[object], where: Filter) -> int:
    with translated(shadow):
        collection = connection.get_database()[shadow]
        return collection.delete_many({"_id": {"$in": keys}, **where}).deleted_count
