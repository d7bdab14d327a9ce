"""Archiving: soft-deleted rows move to shadow tables.

``shadow_instances`` holds the archived rows of ``instances``, and so on; no function of the
contract reads them. A batch is copied, the copies are confirmed, and exactly these rows are
removed. A crash in between leaves rows in both tables; the next archive removes them from the
first. Two archivers can run at the same time: both write the same copy with the same ``_id``.

An instance moves together with its dependent rows (``dependents``) that are deleted, and dependent
rows wait for their instance. With ``everything``, its live rows (system metadata, actions, what a
crashed destroy left) move too: their copies are marked as deleted at the time of their instance.
Without it they stay in their table, and the instance moves anyway. Within a batch dependents move
first and instances last, so that what a crash leaves behind is found through the instance.

NOTE: rows move in the order of ``deleted``, which is indexed. It is the order of their ids, unless
a caller set ``deleted`` to another value. A change of a deleted row in the milliseconds between its
copy and its removal is not archived, and a row that is added to an instance in the milliseconds
around its removal is left behind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from nova_docdb import clock, exception
from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo.admin import dependents
from nova_docdb.mongo.admin.dependents import Dependency
from nova_docdb.mongo.admin.purge import deleted_before
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.confirmations import changed
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.server_errors import DUPLICATE_KEY
from nova_docdb.mongo.tables.batches import BATCH, leniently
from nova_docdb.mongo.tables.table import Table, table
from nova_docdb.schemas import TABLES

INSTANCES = table("instances")

# An instance has some ten to forty rows.
ROWS_OF_AN_INSTANCE = 10

LOWEST_FIRST = [("deleted", 1), ("_id", 1)]

# The number of moved rows by table.
Moved = Counter[str]


@require_admin_context
def archive_deleted_rows(context: Context, max_rows: int | None = None) -> int:
    return sum(moved.total() for moved in Archive(_limit(max_rows)).all_tables())


@require_admin_context
def archive_deleted_rows_for_table(
    context: Context, tablename: str, max_rows: int | None = None
) -> int:
    archive = Archive(_limit(max_rows))
    if not isinstance(tablename, str) or str.__str__(tablename) not in TABLES:
        raise exception.UnknownTable(table=tablename)
    return sum(moved.total() for moved in archive.one_table(tablename))


def _limit(max_rows: int | None) -> int | None:
    if max_rows is None or (isinstance(max_rows, int) and max_rows >= 0):
        return max_rows
    raise exception.InvalidInput(
        reason=f"max_rows must be 0 or more, not {exception.shown(max_rows)}"
    )


class Archive:
    """One run of the archive, in batches.

    :param limit: the maximum number of rows; None is unlimited. The first instance whose rows
        exceed the limit is split: its dependent rows move first.
    :param before: only rows that were deleted before this time; an instance moves with all its rows
    :param batch: the number of rows that are copied at once
    :param everything: whether live rows of a deleted instance move with it. Then instances are
        never split: one too big for what is left of the limit waits for the next run; one bigger
        than the limit is moved anyway.
    :param dry_run: whether to count the rows instead of moving them
    :ivar moved: the number of rows that have moved, by table
    """

    def __init__(
        self,
        limit: int | None = None,
        before: datetime | None = None,
        *,
        batch: int = BATCH,
        everything: bool = False,
        dry_run: bool = False,
    ) -> None:
        self.moved: Moved = Counter()
        self._limit = limit
        self._before = before
        self._batch = batch
        self._everything = everything
        self._dry_run = dry_run
        self._begun = clock.utcnow()

    def all_tables(self) -> Iterator[Moved]:
        """Move rows of all tables; yield the number of moved rows after each batch."""
        complete = yield from self._instances()
        for name in dependents.ORDER:
            owner = dependents.owner_of(name)
            # Finding the rows that may move without their instance is expensive while deleted
            # instances remain.
            if name != INSTANCES.name and (complete or owner is None):
                yield from self.one_table(name, owner)

    def one_table(self, name: str, owner: Dependency | None = None) -> Iterator[Moved]:
        """Move rows of one table, lowest ids first; yield the number after each batch.

        :param owner: the dependency of the table whose owners its rows wait for; None is none
        """
        if not TABLES[name].shadow:
            return
        for documents in self._deleted(table(name), self._batch):
            moving = _without_waiting(owner, documents) if owner else documents
            yield self._move(table(name), moving, table(name).deleted)

    def counted(self) -> Moved:
        """Return the number of deleted rows by table, including those that cannot move yet."""
        counts: Moved = Counter()
        for name in dependents.ORDER:
            counts[name] = table(name).count(self._where_deleted(table(name)))
        return counts

    # Which rows

    @property
    def _left(self) -> int | None:
        """How many more rows may move."""
        return None if self._limit is None else max(self._limit - self.moved.total(), 0)

    def _where_deleted(self, rows: Table) -> Filter:
        """Return the filter for the deleted rows that may move.

        NOTE: rows that are deleted while the archive runs wait for the next run. So the rows that
        one call deletes in several tables move together.
        """
        where = dict(rows.deleted)
        if self._before is None:
            return {**where, "deleted_at": {"$not": {"$gt": self._begun}}}
        # The index serves this condition, so that newer rows are not read.
        where["deleted_at"] = {"$not": {"$gte": self._before}}
        return where | deleted_before(self._before)

    def _deleted(self, rows: Table, size: int) -> Iterator[list[Document]]:
        """Yield the deleted rows in batches until the limit is reached.

        Each batch is a separate query that starts after the last row, so no cursor can time out,
        and rows that do not move are not read again.
        """
        where: Filter = self._where_deleted(rows)
        while self._left != 0:
            most = size if self._left is None else min(size, self._left)
            with translated(rows.name, reads=True):
                found = leniently(rows.name).find(where, batch_size=most)
                documents = list(found.sort(LOWEST_FIRST).limit(most))
            if documents:
                yield documents
            if len(documents) < most:
                return
            last, deleted = documents[-1], self._where_deleted(rows)
            same = {**deleted, "deleted": last["deleted"], "_id": {"$gt": last["_id"]}}
            where = {"$or": [same, {**deleted, "deleted": {"$gt": last["deleted"]}}]}

    # Instances with their rows

    def _instances(self) -> Generator[Moved, None, bool]:
        """Move instances with their rows; return whether all of them moved within the limit."""
        for instances in self._deleted(INSTANCES, max(self._batch // ROWS_OF_AN_INSTANCE, 1)):
            fitting = self._fitting(instances)
            yield self._move_with_rows(INSTANCES, instances[:fitting])
            if fitting < len(instances):
                if self._left and not self._everything:
                    yield self._move_with_rows(INSTANCES, [instances[fitting]])
                return False
        return self._left != 0

    def _fitting(self, instances: list[Document]) -> int:
        """Return how many of the instances, from the first, move whole within the limit."""
        if self._left is None:
            return len(instances)
        sizes = self._sizes(INSTANCES, instances)
        left = self._left
        for position, instance in enumerate(instances):
            left -= sizes[instance["_id"]]
            if left < 0:
                exceeds_limit = position == 0 and not self.moved
                return 1 if exceeds_limit and self._everything else position
        return len(instances)

    def _sizes(self, owners: Table, documents: list[Document]) -> Counter[Any]:
        """Return how many rows would move with each document, itself included, by _id."""
        sizes = Counter({document["_id"]: 1 for document in documents})
        for dependency in dependents.of(owners.name):
            by_key = dependency.by_key(documents)
            for batch in self._dependent_rows(dependency, by_key, [dependency.local]):
                inner = self._sizes(dependency.rows, batch)
                for row in batch:
                    sizes[by_key[row[dependency.local]]["_id"]] += inner[row["_id"]]
        return sizes

    def _dependent_rows(
        self, dependency: Dependency, by_key: dict[Any, Document], fields: list[str] | None = None
    ) -> Iterator[list[Document]]:
        """Yield the rows that move with their owners, in batches.

        :param fields: the fields to return, besides the id; None is all
        """
        where: Filter = {dependency.local: {"$in": list(by_key)}}
        if not self._everything:
            where |= dependency.rows.deleted
        if by_key:
            with translated(dependency.table, reads=True):
                found = leniently(dependency.table).find(where, fields, batch_size=self._batch)
                rows = iter(found)
                while documents := list(islice(rows, self._batch)):
                    yield documents

    def _move_with_rows(self, owners: Table, documents: list[Document]) -> Moved:
        """Move rows after their dependent rows."""
        moved: Moved = Counter()
        for dependency in dependents.of(owners.name):
            by_key = dependency.by_key(documents)
            for batch in self._dependent_rows(dependency, by_key):
                deleted = [_deleted_with(by_key[row[dependency.local]], row) for row in batch]
                moved += self._move_with_rows(dependency.rows, deleted)
                if self._left == 0 and not self._everything:
                    return moved
        may_be_live = self._everything and owners is not INSTANCES
        return moved + self._move(owners, documents, {} if may_be_live else owners.deleted)

    # Moving

    def _move(self, rows: Table, documents: list[Document], still: Filter) -> Moved:
        """Move rows until the limit is reached.

        :param still: a filter that rows must still match when they are removed from the table
        """
        if not self._everything:
            documents = documents[: self._left]
        count = len(documents)
        if documents and not self._dry_run:
            count = move(rows, documents, still)
        moved: Moved = Counter({rows.name: count} if count else {})
        self.moved += moved
        return moved


def _without_waiting(owner: Dependency, documents: list[Document]) -> list[Document]:
    """Return the rows without those that wait for a deleted owner that has not moved yet."""
    named = {document[owner.local] for document in documents} - {None}
    where = {owner.key: {"$in": list(named)}, **owner.owners.deleted}
    waiting = set(owner.owners.values(owner.foreign, where))
    return [document for document in documents if document[owner.local] not in waiting]


def _deleted_with(owner: Document, document: Document) -> Document:
    """Return the row; if it is live, marked as deleted at the time of its owner."""
    if document["deleted"]:
        return document
    return {**document, "deleted": document["_id"], "deleted_at": owner["deleted_at"]}


def move(rows: Table, documents: list[Document], still: Filter) -> int:
    """Copy rows, confirm the copies and remove the rows; return how many this call removed.

    :param still: a filter that rows must still match when they are removed
    """
    shadow = connection.get_database()[rows.spec.shadow_name]
    with translated(rows.name):
        _copy(shadow, documents)
        confirmed = shadow.distinct("_id", {"_id": {"$in": [d["_id"] for d in documents]}})
        copied = {"_id": {"$in": confirmed}}
        removed = rows.collection.delete_many({**copied, **still}).deleted_count
        changed(removed)
        if removed < len(confirmed):
            # Another archiver removed the others, or they are live again. The copies of live rows
            # are removed, but not a newer one of a row that was deleted again.
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
    """Write the rows to the shadow table; replace existing copies."""
    try:
        shadow.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        refused: list[dict[str, Any]] = (error.details or {}).get("writeErrors", [])
        if any(refusal["code"] != DUPLICATE_KEY for refusal in refused):
            raise
        # An interrupted archive left these copies; the row in the table is newer.
        for refusal in refused:
            document = documents[refusal["index"]]
            shadow.replace_one({"_id": document["_id"]}, document)
