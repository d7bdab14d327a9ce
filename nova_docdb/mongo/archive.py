"""Archiving: soft-deleted rows move to the shadow table, whole.

``shadow_instances`` holds what was in ``instances``, and so on; an archived row is out of sight of
every function. A batch is copied, the copies are confirmed, and then exactly those are removed: a
crash in between leaves rows in both places, which the next archive removes from the table, and two
archivers at once do each other no harm, as both write the same copy under the same ``_id``.

Children go before their parents, so that an instance is never gone while its metadata is not.

NOTE: rows go in the order of ``deleted``, which an index has. It is the order of their ids, but for
a row whose ``deleted`` a caller set to something else. What changes in a deleted row between its
copy and its removal, a few milliseconds, is not archived.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from nova_docdb import exception
from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo import connection
from nova_docdb.mongo.errors import translated
from nova_docdb.mongo.joins import table
from nova_docdb.mongo.rows import Document, Filter
from nova_docdb.mongo.table import Table
from nova_docdb.schemas import TABLES

SHADOW = "shadow_"
BATCH = 1000
DUPLICATE_KEY_CODE = 11000


def archive_order() -> list[str]:
    """Return the tables that have a shadow, each before those that its rows belong to."""
    children: dict[str, set[str]] = {name: set() for name in TABLES}
    for name, facts in TABLES.items():
        for relation in facts.relations.values():
            if relation.through:
                children[name].add(relation.through.table)
            elif relation.local in {facts.key, "uuid"}:
                children[name].add(relation.table)
    order: list[str] = []

    def visit(name: str) -> None:
        if name not in order:
            for child in sorted(children[name]):
                visit(child)
            order.append(name)

    for name in TABLES:
        visit(name)
    return [name for name in order if TABLES[name].shadow]


ORDER = archive_order()


@require_admin_context
def archive_deleted_rows(context: Context, max_rows: int | None = None) -> int:
    left = _limit(max_rows)
    moved = 0
    for name in ORDER:
        moved += archive_table(name, None if left is None else left - moved)
    return moved


@require_admin_context
def archive_deleted_rows_for_table(
    context: Context, tablename: str, max_rows: int | None = None
) -> int:
    limit = _limit(max_rows)
    if not isinstance(tablename, str) or tablename not in TABLES:
        raise exception.UnknownTable(table=tablename)
    return archive_table(tablename, limit)


def archive_table(
    name: str, limit: int | None = None, before: datetime | None = None, batch: int = BATCH
) -> int:
    """Move soft-deleted rows of a table, lowest ids first, and return how many.

    :param limit: how many at the most; None is all
    :param before: only rows that were deleted before this moment
    :param batch: how many are moved at once
    """
    return sum(archive_batches(name, limit, before, batch))


def archive_batches(
    name: str, limit: int | None = None, before: datetime | None = None, batch: int = BATCH
) -> Iterator[int]:
    """Do what ``archive_table`` does, yielding the number of rows after each batch."""
    rows = table(name)
    if not rows.facts.shadow:
        return
    left = limit
    while left is None or left > 0:
        size = batch if left is None else min(batch, left)
        documents = _deleted(rows, before, size)
        if documents:
            moved = _move(rows, documents)
            left = None if left is None else left - moved
            yield moved
        if len(documents) < size:
            return


def _limit(max_rows: int | None) -> int | None:
    if max_rows is None or (isinstance(max_rows, int) and max_rows >= 0):
        return max_rows
    raise exception.InvalidInput(reason=f"max_rows must be 0 or more, not {max_rows!r:.60}")


def _deleted(rows: Table, before: datetime | None, size: int) -> list[Document]:
    where: Filter = dict(rows.dead)
    if before is not None:
        where["deleted_at"] = {"$lt": before}
    order = [("deleted", 1), ("_id", 1)]
    with translated(rows.name):
        found = rows.collection.find(where, batch_size=size)
        return list(found.sort(order).limit(size))


def _move(rows: Table, documents: list[Document]) -> int:
    """Copy, confirm, remove; return how many rows this call removed."""
    shadow = connection.get_database()[SHADOW + rows.name]
    with translated(rows.name):
        _copy(shadow, documents)
        confirmed = shadow.distinct("_id", {"_id": {"$in": [d["_id"] for d in documents]}})
        copied = {"_id": {"$in": confirmed}}
        removed = rows.collection.delete_many({**copied, **rows.dead}).deleted_count
        if removed < len(confirmed):
            # NOTE: another archiver removed the others, or they are live again: then the copy goes,
            # but not one that another archiver made of a row that was deleted anew.
            revived = set(rows.collection.distinct("_id", copied))
            copies = [
                {"_id": document["_id"], "deleted_at": document["deleted_at"]}
                for document in documents
                if document["_id"] in revived
            ]
            if copies:
                shadow.delete_many({"$or": copies})
        return removed


def _copy(shadow: Collection[Document], documents: list[Document]) -> None:
    """Write the rows to the shadow table; a copy that is there from before is replaced."""
    try:
        shadow.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        refused: list[dict[str, Any]] = (error.details or {}).get("writeErrors", [])
        if any(refusal["code"] != DUPLICATE_KEY_CODE for refusal in refused):
            raise
        # NOTE: an archive that broke off left these; the row in the table is the newer one.
        for refusal in refused:
            document = documents[refusal["index"]]
            shadow.replace_one({"_id": document["_id"]}, document)
