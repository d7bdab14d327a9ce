"""Archiving: soft-deleted rows move to the shadow table, whole.

``shadow_instances`` holds what was in ``instances``, and so on; an archived row is out of sight of
every function. A batch is copied, the copies are confirmed, and then exactly those are removed: a
crash in between leaves rows in both places, which the next archive removes from the table, and two
archivers at once do each other no harm, as both write the same copy under the same ``_id``.

An instance moves together with what belongs to it (``belongings``): the rows that are deleted,
while those of an instance that stays wait for it. An archive of ``everything`` takes along its live
rows too (system metadata, actions, what a crashed destroy left): their copies are deleted at the
moment of their instance, so that each archived row says when it was. Otherwise these stay where
they are; they hold nothing up. Within a batch children go first and instances last, so that what a
crash leaves behind is found through the instance.

NOTE: rows go in the order of ``deleted``, which an index has. It is the order of their ids, but for
a row whose ``deleted`` a caller set to something else. What changes in a deleted row between its
copy and its removal, a few milliseconds, is not archived, and a row that an instance is given in
the milliseconds around its own removal is left behind.
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
from nova_docdb.mongo.admin.dependents import Belonging
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

# The rows that moved, by table.
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
    """One run of the archive, batch by batch.

    :param limit: how many rows at the most; None is all. The first instance whose rows do not fit
        into what is left goes in portions, itself last.
    :param before: only rows that were deleted before this moment, an instance with all its rows
    :param batch: how many rows are copied at once
    :param everything: whether live rows of a deleted instance move with it. Then an instance always
        moves whole: one that does not fit waits for the next run, and one that fits into no run
        goes beyond the limit.
    :param dry_run: whether nothing is changed, and the rows that would move are counted

    ``moved`` is what has moved so far.
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
        """Move rows of all tables, yielding after each batch what it moved."""
        complete = yield from self._instances()
        for name in dependents.ORDER:
            owner = dependents.owner_of(name)
            # Among the rows of instances that are left, those that may move alone are hard to find.
            if name != INSTANCES.name and (complete or owner is None):
                yield from self._one_table(name, owner)

    def one_table(self, name: str) -> Iterator[Moved]:
        """Move rows of one table, lowest ids first, yielding after each batch what it moved."""
        return self._one_table(name, None)

    def counted(self) -> Moved:
        """Return how many deleted rows there are, whether or not they move now."""
        counts: Moved = Counter()
        for name in dependents.ORDER:
            counts[name] = table(name).count(self._dead(table(name)))
        return counts

    # Which rows

    @property
    def _left(self) -> int | None:
        """How many more rows may move."""
        return None if self._limit is None else max(self._limit - self.moved.total(), 0)

    def _dead(self, rows: Table) -> Filter:
        """Return the filter for the rows that may move.

        NOTE: what is deleted while the archive runs waits for the next one: of what a call deletes
        in several tables it takes all or nothing.
        """
        where = dict(rows.deleted)
        if self._before is None:
            return {**where, "deleted_at": {"$not": {"$gt": self._begun}}}
        # The first condition is one that the index answers: rows too young are not read.
        where["deleted_at"] = {"$not": {"$gte": self._before}}
        return where | deleted_before(self._before)

    def _deleted(self, rows: Table, size: int) -> Iterator[list[Document]]:
        """Yield the deleted rows in batches, as long as there is room for them.

        Each is a query of its own that goes on behind the last, so that a pause in between is no
        matter, and rows that stay are not read again.
        """
        where: Filter = self._dead(rows)
        while self._left != 0:
            most = size if self._left is None else min(size, self._left)
            with translated(rows.name, reads=True):
                found = leniently(rows.name).find(where, batch_size=most)
                documents = list(found.sort(LOWEST_FIRST).limit(most))
            if documents:
                yield documents
            if len(documents) < most:
                return
            last, dead = documents[-1], self._dead(rows)
            same = {**dead, "deleted": last["deleted"], "_id": {"$gt": last["_id"]}}
            where = {"$or": [same, {**dead, "deleted": {"$gt": last["deleted"]}}]}

    def _one_table(self, name: str, owner: Belonging | None) -> Iterator[Moved]:
        """Move rows of a table but those that wait for their owner."""
        if not TABLES[name].shadow:
            return
        for documents in self._deleted(table(name), self._batch):
            moving = _without_waiting(owner, documents) if owner else documents
            yield self._move(table(name), moving, table(name).deleted)

    # Instances with their rows

    def _instances(self) -> Generator[Moved, None, bool]:
        """Move instances with their rows; return whether the limit left none behind."""
        for instances in self._deleted(INSTANCES, max(self._batch // ROWS_OF_AN_INSTANCE, 1)):
            fitting = self._fitting(instances)
            yield self._move_with_rows(INSTANCES, instances[:fitting])
            if fitting < len(instances):
                if self._left and not self._everything:
                    yield self._move_with_rows(INSTANCES, [instances[fitting]])
                return False
        return self._left != 0

    def _fitting(self, instances: list[Document]) -> int:
        """Return how many of the instances move whole, first come first."""
        if self._left is None:
            return len(instances)
        sizes = self._sizes(INSTANCES, instances)
        room = self._left
        for number, instance in enumerate(instances):
            room -= sizes[instance["_id"]]
            if room < 0:
                fits_into_no_run = number == 0 and not self.moved
                return 1 if fits_into_no_run and self._everything else number
        return len(instances)

    def _sizes(self, owners: Table, documents: list[Document]) -> Counter[Any]:
        """Return how many rows would move with each of the documents, itself included, by _id."""
        sizes = Counter({document["_id"]: 1 for document in documents})
        for belonging in dependents.of(owners.name):
            by_key = belonging.by_key(documents)
            for batch in self._belonging(belonging, by_key, [belonging.local]):
                inner = self._sizes(belonging.rows, batch)
                for row in batch:
                    sizes[by_key[row[belonging.local]]["_id"]] += inner[row["_id"]]
        return sizes

    def _belonging(
        self, belonging: Belonging, by_key: dict[Any, Document], fields: list[str] | None = None
    ) -> Iterator[list[Document]]:
        """Yield the rows that move with their owners, in batches.

        :param fields: which of their fields beside the id; None is all
        """
        where: Filter = {belonging.local: {"$in": list(by_key)}}
        if not self._everything:
            where |= belonging.rows.deleted
        if by_key:
            with translated(belonging.table, reads=True):
                found = leniently(belonging.table).find(where, fields, batch_size=self._batch)
                rows = iter(found)
                while documents := list(islice(rows, self._batch)):
                    yield documents

    def _move_with_rows(self, owners: Table, documents: list[Document]) -> Moved:
        """Move rows after everything that belongs to them."""
        moved: Moved = Counter()
        for belonging in dependents.of(owners.name):
            by_key = belonging.by_key(documents)
            for batch in self._belonging(belonging, by_key):
                gone = [_deleted_with(by_key[row[belonging.local]], row) for row in batch]
                moved += self._move_with_rows(belonging.rows, gone)
                if self._left == 0 and not self._everything:
                    return moved
        goes_along = self._everything and owners is not INSTANCES
        return moved + self._move(owners, documents, {} if goes_along else owners.deleted)

    # Moving

    def _move(self, rows: Table, documents: list[Document], still: Filter) -> Moved:
        """Move rows, unless the limit is reached before them.

        :param still: what must hold of a row when it is removed from the table
        """
        if not self._everything:
            documents = documents[: self._left]
        count = len(documents)
        if documents and not self._dry_run:
            count = move(rows, documents, still)
        moved: Moved = Counter({rows.name: count} if count else {})
        self.moved += moved
        return moved


def _without_waiting(owner: Belonging, documents: list[Document]) -> list[Document]:
    """Return the rows whose owner is not in the table and deleted: they move with that."""
    named = {document[owner.local] for document in documents} - {None}
    where = {owner.key: {"$in": list(named)}, **owner.owners.deleted}
    waiting = set(owner.owners.values(owner.foreign, where))
    return [document for document in documents if document[owner.local] not in waiting]


def _deleted_with(owner: Document, document: Document) -> Document:
    """Return a row as it is when it was deleted with its owner, if it is live."""
    if document["deleted"]:
        return document
    return {**document, "deleted": document["_id"], "deleted_at": owner["deleted_at"]}


def move(rows: Table, documents: list[Document], still: Filter) -> int:
    """Copy, confirm, remove; return how many rows this call removed.

    :param still: what must hold of a row when it is removed
    """
    shadow = connection.get_database()[rows.spec.shadow_name]
    with translated(rows.name):
        _copy(shadow, documents)
        confirmed = shadow.distinct("_id", {"_id": {"$in": [d["_id"] for d in documents]}})
        copied = {"_id": {"$in": confirmed}}
        removed = rows.collection.delete_many({**copied, **still}).deleted_count
        changed(removed)
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
        if any(refusal["code"] != DUPLICATE_KEY for refusal in refused):
            raise
        # NOTE: an archive that broke off left these; the row in the table is the newer one.
        for refusal in refused:
            document = documents[refusal["index"]]
            shadow.replace_one({"_id": document["_id"]}, document)
