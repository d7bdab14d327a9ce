"""Purging: archived rows go for good. Only shadow tables are ever touched.

A row goes by the moment of its own deletion; one that does not say when it was deleted goes by its
last change. Children go before their parents, so that a purge that broke off leaves no row without
the one it belongs to; the next one completes it.

Each shadow table is walked once in the order of its ids: it has no other index, so that archiving
into it costs the same however many rows it has.

NOTE: a row that is being archived at this moment either loses its copy before that was confirmed,
and stays in its table for the next archive, or goes, being old enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nova_docdb.mongo import belongings, connection
from nova_docdb.mongo.archive import BATCH, SHADOW
from nova_docdb.mongo.errors import translated
from nova_docdb.mongo.rows import Filter


def purge(
    before: datetime | None = None, *, batch: int = BATCH, dry_run: bool = False
) -> Iterator[tuple[str, int]]:
    """Remove archived rows for good, yielding the shadow table and the number after each batch.

    :param before: only rows that were deleted before this moment; None is all
    :param batch: how many are removed at once
    :param dry_run: whether nothing is removed, and the rows that would be are counted
    """
    where = {} if before is None else _deleted_before(before)
    for name in belongings.ORDER:
        for keys in _batches(SHADOW + name, where, batch):
            yield SHADOW + name, len(keys) if dry_run else _remove(SHADOW + name, keys, where)


def archived() -> int:
    """Return how many rows all shadow tables have, as the store estimates it."""
    database = connection.get_database()
    with translated(""):
        return sum(database[SHADOW + name].estimated_document_count() for name in belongings.ORDER)


def _deleted_before(moment: datetime) -> Filter:
    earlier = {"$lt": moment}
    return {
        "$or": [
            {"deleted_at": earlier},
            {"deleted_at": None, "updated_at": earlier},
            {"deleted_at": None, "updated_at": None, "created_at": earlier},
        ]
    }


def _batches(shadow: str, where: Filter, size: int) -> Iterator[list[object]]:
    """Yield the ids of the rows, each batch by a query of its own that goes on behind the last."""
    collection = connection.get_database()[shadow]
    behind: Filter = {}
    while True:
        with translated(shadow):
            found = collection.find({**where, **behind}, {"_id": 1}, batch_size=size)
            keys = [document["_id"] for document in found.sort("_id").limit(size)]
        if keys:
            yield keys
        if len(keys) < size:
            return
        behind = {"_id": {"$gt": keys[-1]}}


def _remove(shadow: str, keys: list[object], where: Filter) -> int:
    with translated(shadow):
        collection = connection.get_database()[shadow]
        return collection.delete_many({"_id": {"$in": keys}, **where}).deleted_count
