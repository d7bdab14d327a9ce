"""What every table can do; the families are written in these words.

Filters are plain MongoDB filters. Values of callers get into them through ``equals`` and
``any_of`` only, which never let one act as an operator.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter
from typing import Any

from pymongo import ReturnDocument, UpdateOne
from pymongo.collection import Collection
from pymongo.cursor import Cursor
from pymongo.errors import DuplicateKeyError
from pymongo.results import UpdateResult

from nova_docdb import clock, exception
from nova_docdb.context import Context
from nova_docdb.mongo.store import confirmations, connection, transactions
from nova_docdb.mongo.store.confirmations import changed
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import is_missing_index, raising_on_duplicate, translated
from nova_docdb.mongo.tables import inserts
from nova_docdb.mongo.tables.batches import leniently
from nova_docdb.mongo.tables.retry import Retry
from nova_docdb.mongo.tables.rows import Row, RowFormat
from nova_docdb.schemas import TABLES, Index

LOG = logging.getLogger(__name__)

# A private field of rows that transactions have held.
HELD = "_held"

Values = Mapping[str, Any]

# A list that is asked for in this order goes along an index, whatever else its filter holds.
BY_ID = (("_id", 1),)
IN_ANY_ORDER: Sequence[tuple[str, int]] = ()

# A server fills a batch up to 16 MiB, whatever is asked for; its own first batch has 101 documents.
LARGEST_BATCH = 100_000


def require(row: Row | None, missing: Exception) -> Row:
    """Return a row that was looked for, or raise what says that it is not there."""
    if row is None:
        raise missing
    return row


class Table:
    """A table: a collection of the same name and what its schema says of it."""

    def __init__(self, name: str) -> None:
        self.spec = TABLES[name]
        self.name = name
        self.format = RowFormat(self.spec)
        self.equals = self.format.equals
        self.any_of = self.format.any_of
        self.live: Filter = {"deleted": self.spec.live_value}
        self.deleted: Filter = {"deleted": {"$gt": self.spec.live_value}}

    @property
    def collection(self) -> Collection[Document]:
        """The collection, in the database that is configured now, as the running call uses it."""
        return transactions.collection(self.name)

    # Filters

    def where_live(self, **columns: Any) -> Filter:
        """Return the filter for live rows with exactly these values."""
        return {**self.equals(columns), **self.live}

    def where_visible(self, context: Context, **columns: Any) -> Filter:
        """Return the filter for rows with exactly these values that a context sees.

        :raises InvalidInput: if the context's read_deleted is none of "no", "yes" and "only"
        """
        return {**self.equals(columns), **self.read_deleted(context.read_deleted)}

    def read_deleted(self, choice: str) -> Filter:
        """Return the filter for "no" live rows, "yes" all, "only" deleted ones.

        :raises InvalidInput: if it is none of the three
        """
        try:
            return {"no": self.live, "yes": {}, "only": self.deleted}[choice]
        except (KeyError, TypeError) as error:
            raise exception.InvalidInput(
                reason=f"read_deleted must be no, yes or only, not {exception.shown(choice)}"
            ) from error

    # Reading

    def get(self, where: Filter) -> Row | None:
        """Return the row that a unique key names, or None."""
        with self._naming_faults(where, reads=True):
            document = self.collection.find_one(where)
        return None if document is None else self.format.row(document)

    def first(self, where: Filter) -> Row | None:
        """Return the first of the rows: live before deleted, then the lowest id; or None."""
        rows = self.find(where, sort=[("deleted", 1), ("_id", 1)], limit=1)
        return rows[0] if rows else None

    def lowest(self, where: Filter) -> Row | None:
        """Return the row with the lowest id, live or deleted; or None."""
        rows = self.find(where, sort=BY_ID, limit=1)
        return rows[0] if rows else None

    def find(
        self,
        where: Filter,
        *,
        sort: Sequence[tuple[str, int]] | None = None,
        limit: int = 0,
        hint: str | None = None,
    ) -> list[Row]:
        """Return the rows, by id unless another order is asked for.

        :param sort: fields and directions, by which the server sorts, or ``IN_ANY_ORDER``
        :param limit: how many rows at the most; 0 is all
        :param hint: the name of the index to use, unless the store lacks it
        """
        try:
            rows = self._found(where, sort, limit, hint)
        except exception.DBError as error:
            if hint is None:
                raise
            self._tolerate_missing(hint, error)
            rows = self._found(where, sort, limit)
        if sort is None:
            rows.sort(key=itemgetter(self.spec.key))
        return rows

    def stream(
        self,
        where: Filter,
        *,
        sort: Sequence[tuple[str, int]],
        hint: str | None = None,
    ) -> Iterator[Row]:
        """Yield the rows in an order as the server sends them, for a caller who may stop early.

        :param hint: as for ``find``
        """
        try:
            yield from self._streamed(where, sort, hint)
        except exception.DBError as error:
            if hint is None:
                raise
            # It is the first answer of the server that says so.
            self._tolerate_missing(hint, error)
            yield from self._streamed(where, sort)

    def count(self, where: Filter, limit: int = 0) -> int:
        """Return the number of rows.

        :param limit: at which number to stop counting; 0 counts all
        """
        options: dict[str, Any] = {"limit": limit} if limit else {}
        with translated(self.name, reads=True):
            return self.collection.count_documents(where, **options)

    def exists(self, where: Filter) -> bool:
        """Tell whether there is such a row."""
        with translated(self.name, reads=True):
            return self.collection.find_one(where, {"_id": 1}) is not None

    def hold(self, where: Filter) -> bool:
        """Tell whether there is such a row, and keep it as it is until the transaction ends.

        Of two transactions that hold one row, or of which one holds it and the other changes it,
        one waits for the other. Outside a transaction this only looks.

        NOTE: a write that changes nothing holds nothing: so a private field changes.
        """
        if connection.is_embedded() or not transactions.in_transaction():
            return self.exists(where)
        return self._hold(where)

    def hold_seen(self, row: Row) -> None:
        """Hold a row that was read, likewise. Outside a transaction this does nothing."""
        if transactions.in_transaction() and not connection.is_embedded():
            self._hold({"_id": row[self.spec.key]})

    def _hold(self, where: Filter) -> bool:
        with translated(self.name):
            held = self.collection.update_one(where, {"$inc": {HELD: 1}})
            return bool(held.matched_count)

    def values(self, column: str, where: Filter, limit: int = 0) -> Iterator[Any]:
        """Yield the value of a column for each row, in any order, as the server sends them.

        :param limit: how many rows at the most; 0 is all
        """
        field = self.format.field(column)
        fields = {"_id": int(field == "_id"), field: 1}
        found = self.collection.find(where, fields, limit=limit)
        # Closed here where the caller stops early: the driver would do it at some later time.
        with translated(self.name, reads=True), found as cursor:
            for document in cursor:
                yield document.get(field)

    def aggregate(self, pipeline: list[dict[str, Any]], **options: Any) -> Iterator[Document]:
        """Yield what an aggregation pipeline gives.

        :param options: the driver's (allowDiskUse, batchSize)
        """
        with translated(self.name, reads=True):
            yield from self.collection.aggregate(pipeline, **options)

    def sums(self, where: Filter, columns: Sequence[str]) -> dict[str, int]:
        """Return the sums of integer columns and, as ``count``, the number of rows.

        NOTE: a server adds up what 64 bits do not hold as a double, which is rounded: that is added
        up here.
        """
        fields = {name: {"$sum": f"${name}"} for name in columns}
        group = {"_id": None, "count": {"$sum": 1}, **fields}
        found = next(self.aggregate([{"$match": where}, {"$group": group}]), {})
        if any(isinstance(found.get(name), float) for name in columns):
            rows = self.find(where, sort=IN_ANY_ORDER)
            found |= {name: sum(row[name] or 0 for row in rows) for name in columns}
        return {name: int(found.get(name) or 0) for name in ("count", *columns)}

    @contextmanager
    def unless_missing(self, where: Filter, missing: Exception) -> Iterator[None]:
        """Let values be refused, but raise ``missing`` where there is no such row to change."""
        try:
            yield
        except (exception.InvalidInput, exception.DBError):
            if self.exists(where):
                raise
            raise missing from None

    # Writing

    def insert(self, values: Values, private: Document | None = None) -> Row:
        """Store a new row and return it.

        :param private: private fields of the document
        :raises InvalidInput: if a column cannot hold its value
        :raises DBError: if a column that may not be empty is
        :raises DBDuplicateEntry: if a unique key refuses the row
        """
        return self.insert_many([values], private)[0]

    def insert_many(self, rows: Iterable[Values], private: Document | None = None) -> list[Row]:
        """Store new rows, numbered in their order, all of them or none, and return them.

        :raises InvalidInput, DBError, DBDuplicateEntry: as ``insert``
        """
        return self.store([self.format.document(values) for values in rows], private)

    def insert_unique(
        self, values: Values, taken: Callable[[Document], Exception], *columns: str
    ) -> Row:
        """Store a new row, which a unique key may refuse, and return it.

        :param taken: makes the exception for a document that was refused
        :param columns: some of the columns of that unique key
        :raises InvalidInput, DBError, DBDuplicateEntry: as ``insert``
        """
        document = self.format.document(values)
        with raising_on_duplicate(taken(document), *columns):
            return self.store([document])[0]

    def store(self, documents: Iterable[Document], private: Document | None = None) -> list[Row]:
        """Store documents that ``format.document`` made, all or none, and return them as rows.

        :raises DBDuplicateEntry: if a unique key refuses one
        """
        stored = [{**document, **(private or {})} for document in documents]
        if stored:
            with translated(self.name):
                inserts.store(self.spec, self.collection, stored)
            changed(len(stored))
        return self.format.rows(stored)

    def store_with(self, document: Document, before: Callable[[int], Callable[[], Any]]) -> Row:
        """Store a document under a new id, after what belongs to it, and return it as a row.

        :param before: stores what belongs to the id that it is given, and returns what removes it;
            that is called where a unique key refuses the row
        :raises DBDuplicateEntry: if a unique key refuses the row
        """

        def insert(numbers: list[int]) -> Row:
            remove = before(numbers[0])
            try:
                return self.store_as(numbers[0], document)
            except exception.DBDuplicateEntry:
                remove()
                raise

        return inserts.numbered(self.spec, insert)

    def store_as(self, number: int, document: Document) -> Row:
        """Store a document under an id that ``ids.allocate`` gave for it, and return it as a row.

        :raises DBDuplicateEntry: if a unique key refuses it
        """
        stored = {**document, "_id": number}
        with translated(self.name):
            try:
                self.collection.insert_one(stored)
            except DuplicateKeyError as error:
                raise inserts.duplicate(self.spec, self.collection, [stored], error) from error
        changed(1)
        return self.format.row(stored)

    def insert_once(self, where: Filter, values: Values) -> int | None:
        """Store a new row, unless there is one that the filter names.

        :param where: the fields of a unique key; the new row has them too
        :returns: the id of the row, if it is new
        :raises InvalidInput, DBError, DBDuplicateEntry: as ``insert``
        """
        document = self.format.document(values)

        def insert(numbers: list[int]) -> int | None:
            new = {"_id": numbers[0], **document}
            with translated(self.name):
                stored = self.collection.update_one(where, {"$setOnInsert": new}, upsert=True)
            number: int | None = stored.upserted_id
            changed(number is not None)
            return number

        return inserts.numbered(self.spec, insert)

    def update(self, where: Filter, values: Values, *, guard: Filter | None = None) -> Row | None:
        """Change columns of the one row and return it, or None if there is no such row.

        updated_at moves when a column gets another value, unless it is given; with texts of several
        MiB it always moves.

        :param where: names one row
        :param guard: what else must hold of it at the moment it is written
        :raises InvalidInput, DBError, DBDuplicateEntry: as ``insert``
        """
        where = {**where, **(guard or {})}
        try:
            changes = self.format.changes(values)
        except (exception.InvalidInput, exception.DBError):
            if self.exists(where):
                raise
            return None
        if not changes:
            return self.get(where)
        compared = self.format.comparable(changes)
        if compared is None:
            return self.find_one_and_update(where, {"$set": self.stamped(changes)})
        differs = [{name: {"$ne": value}} for name, value in compared.items()]
        retry = Retry(self.name, "others changed the same row")
        while True:
            retry.begin()
            changed = self.find_one_and_update(
                {"$and": [where, {"$or": differs}]}, {"$set": self.stamped(changes)}
            )
            row = changed or self.get(where)
            # NOTE: a row that came or changed in between has other values: it is changed anew.
            if row is None or changed or _holds(row, compared):
                return row

    def update_each(self, updates: Sequence[tuple[Filter, Document]]) -> int:
        """Run updates of one row each in their order, in one trip; return how many found theirs.

        NOTE: each is a step of its own; what others do may come in between.
        """
        if not updates:
            return 0
        with translated(self.name):
            if connection.is_embedded():
                # NOTE: mongomock's bulk_write does not take the driver's updates.
                return sum(
                    self.collection.update_one(where, update).matched_count
                    for where, update in updates
                )
            operations = [UpdateOne(where, update) for where, update in updates]
            written = self.collection.bulk_write(operations)
        changed(written.modified_count)
        return written.matched_count

    def update_always(self, where: Filter, values: Values) -> int:
        """Change columns of the one row, updated_at always, and return 1, or 0 without such a row.

        :param where: names one row
        """
        return self.update_each([(where, {"$set": self.stamped(self.format.changes(values))})])

    def update_all(self, where: Filter, values: Values) -> int:
        """Change columns of all such rows, updated_at always, and return how many there were."""
        changes = self.stamped(self.format.changes(values))
        with translated(self.name):
            return self._matched(self.collection.update_many(where, {"$set": changes}))

    def update_or_insert(self, update: Callable[[], Any], values: Values) -> None:
        """Run an update; insert a row where it finds none.

        Of two callers who find none, a unique key refuses one, who then updates the other's row.

        :param update: returns something true when it found its row
        :param values: the new row
        """
        if update():
            return
        try:
            self.insert(values)
        except exception.DBDuplicateEntry:
            update()

    def claim(
        self, where: Filter, values: Values, index: Index, private: Document | None = None
    ) -> Row | None:
        """Change the matching row with the lowest id in one step and return it, or None.

        The filter must hold the very columns that ``values`` changes, so that of two callers only
        one finds the row.

        :param index: serves the filter by equality alone and ends in the id; a store that lacks it
            is asked to sort
        :param private: private fields of the document

        NOTE: a server is not asked to sort: the index gives the lowest id first, and a caller who
        lost a row to another goes on to the next instead of starting anew.
        """
        update = {"$set": {**self.stamped(self.format.changes(values)), **(private or {})}}
        if not connection.is_embedded():
            try:
                return self.find_one_and_update(where, update, hint=index.name)
            except exception.DBError as error:
                self._tolerate_missing(index.name, error)
        return self.find_one_and_update(where, update, sort=[("_id", 1)])

    def find_one_and_update(
        self,
        where: Filter,
        update: Document | list[Document],
        *,
        before: bool = False,
        changes: bool = True,
        **options: Any,
    ) -> Row | None:
        """Run MongoDB's find_one_and_update and return the row, or None.

        :param before: whether to return the row as it was, not as it became
        :param changes: whether a row that is found surely changes; where not, the caller reports
            the change with ``confirmations.changed``
        :param options: the driver's (sort, hint, upsert)
        """
        with self._naming_faults(where, reads=False):
            document: Document | None = self.collection.find_one_and_update(
                where,
                update,
                return_document=ReturnDocument.BEFORE if before else ReturnDocument.AFTER,
                **options,
            )
        if document is None:
            return None
        changed(changes)
        return self.format.row(document)

    def soft_delete(
        self, where: Filter, visible: Filter | None = None, *, deletion: Document | None = None
    ) -> int:
        """Mark all such rows as deleted and return how many there were.

        :param visible: which rows are looked at, live ones by default; a row that was deleted
            before is stamped anew
        :param deletion: what ``deletion`` gave, where the caller needs to know the time in it
        """
        seen = self.live if visible is None else visible
        return self._each_now(
            {"$and": [where, seen]},
            lambda rows: self._matched(
                self.collection.update_many(rows, [{"$set": deletion or self.deletion()}])
            ),
        )

    def restore(self, where: Filter) -> int:
        """Make soft-deleted rows live again and return how many there were."""
        with translated(self.name):
            written = self.collection.update_many(
                {"$and": [where, self.deleted]},
                {"$set": {"deleted": self.spec.live_value, "deleted_at": None}},
            )
            return self._matched(written)

    def remove(self, where: Filter) -> int:
        """Remove all such rows for good and return how many there were."""
        removed = self._each_now(
            where, lambda rows: self.collection.delete_many(rows).deleted_count
        )
        changed(removed)
        return removed

    def _each_now(self, where: Filter, delete: Callable[[Filter], int]) -> int:
        """Delete the rows that match now, and return how many.

        NOTE: the driver cannot number a deletion of several rows (see ``late_requests``). One that
        comes late must not find rows that are newer than its call, so it names those of its call.
        """
        call = confirmations.current()
        named = any("_id" in part for part in (where, *where.get("$and", ())))
        with translated(self.name):
            if not named and call is not None and call.is_provable:
                found = self.collection.find(where, {"_id": 1})
                numbers = [document["_id"] for document in found]
                if not numbers:
                    return 0
                where = {"$and": [{"_id": {"$in": numbers}}, where]}
            return delete(where)

    @staticmethod
    def _matched(written: UpdateResult) -> int:
        """Report what an update changed, and return how many rows it found."""
        changed(written.modified_count)
        return written.matched_count

    def _found(
        self,
        where: Filter,
        sort: Sequence[tuple[str, int]] | None,
        limit: int,
        hint: str | None = None,
    ) -> list[Row]:
        if sort is None and where.keys() <= {"deleted"}:
            # A list of the whole table walks an index that is in this order already.
            sort = BY_ID
        with self._naming_faults(where, reads=True):
            cursor = self._query(where, sort or IN_ANY_ORDER, hint)
            cursor.batch_size(limit or LARGEST_BATCH)
            return self.format.rows((cursor.limit(limit) if limit else cursor).to_list())

    def _streamed(
        self,
        where: Filter,
        sort: Sequence[tuple[str, int]],
        hint: str | None = None,
    ) -> Iterator[Row]:
        with (
            self._naming_faults(where, reads=True),
            self._query(where, sort, hint) as cursor,
        ):
            for document in cursor:
                yield self.format.row(document)

    def _query(
        self, where: Filter, sort: Sequence[tuple[str, int]], hint: str | None
    ) -> Cursor[Document]:
        cursor: Cursor[Document] = self.collection.find(where)
        if sort:
            cursor = cursor.sort(list(sort))
        if connection.is_embedded():
            return cursor
        if hint is not None:
            cursor.hint(hint)
        elif len(sort) > 1:
            # A sort that no index serves may need more memory than a server gives to one.
            cursor.allow_disk_use(True)
        return cursor

    @contextmanager
    def _naming_faults(self, where: Filter, *, reads: bool) -> Iterator[None]:
        """Translate errors; name the row among those of a filter that Python cannot hold."""
        try:
            with translated(self.name, reads=reads):
                yield
        except exception.DBRowError:
            with translated(self.name, reads=True):
                self.format.require_fitting(leniently(self.name).find(where))
            raise

    def _tolerate_missing(self, index: str, error: exception.DBError) -> None:
        """Warn of an index that the store lacks, where that is the error; else raise it."""
        if not is_missing_index(error):
            raise error
        LOG.warning("%s lacks the index %s: run nova-docdb db sync", self.name, index)

    # What updates are made of

    @staticmethod
    def stamped(changes: Document) -> Document:
        """Return the changes with updated_at, now unless they bring one."""
        return {"updated_at": clock.utcnow(), **changes}

    @staticmethod
    def deletion(moment: datetime | None = None) -> Document:
        """Return what a soft delete sets, for a pipeline update."""
        return {"deleted": "$_id", "deleted_at": moment or clock.utcnow()}


def _holds(row: Row, changes: Document) -> bool:
    """Tell whether a row has the values of changes; to MongoDB one NaN equals another."""
    return all(
        row[name] == value or (row[name] != row[name] and value != value)  # noqa: PLR0124 - NaN
        for name, value in changes.items()
    )


# Each is made once: a family names the same table as another.
table = functools.cache(Table)
