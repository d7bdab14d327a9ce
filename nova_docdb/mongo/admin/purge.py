"""Purging: archived rows go for good. Only shadow tables are ever touched.

``--before`` compares deleted_at, where that is empty updated_at, then created_at. A row without any
of the three stays. Children go before their parents, so that a purge that broke off leaves no row
without the one it belongs to; the next one completes it.

Each shadow table is walked once in the order of its ids: it has no other index, so that archiving
into it costs the same however many rows it has.

NOTE: a row that is being archived at this moment either loses its copy before that was confirmed,
and stays in its table for the next archive, or goes, being old enough.
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
    """Remove archived rows for good, yielding the shadow table and the number after each batch.

    :param before: only rows that were deleted before this moment; None is all
    :param batch: how many are removed at once
    :param dry_run: whether nothing is removed, and the rows that would be are counted
    """
    where = {} if before is None else deleted_before(before)
    for name in dependents.ORDER:
        shadow = TABLES[name].shadow_name
        for documents in batches(shadow, where, fields=["_id"], size=batch):
            keys = [document["_id"] for document in documents]
            yield shadow, len(keys) if dry_run else _remove(shadow, keys, where)


def archived() -> int:
    """Return how many rows all shadow tables have, as the store estimates it."""
    database = connection.get_database()
    with translated("", reads=True):
        return sum(
            database[TABLES[name].shadow_name].estimated_document_count()
            for name in dependents.ORDER
        )


def deleted_before(moment: datetime) -> Filter:
    """Return the filter for deleted rows that are older than a moment.

    NOTE: no comparison matches an empty value, and a SQL script may leave each of these empty.
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
