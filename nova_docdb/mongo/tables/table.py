"""Operations on one table, shared by all families: inserts, updates, claims, deletions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import DuplicateKeyError
from pymongo.results import UpdateResult

from nova_docdb import clock, exception
from nova_docdb.mongo.store import confirmations, connection, transactions
from nova_docdb.mongo.store.confirmations import changed
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import raising_on_duplicate, translated
from nova_docdb.mongo.tables import inserts
from nova_docdb.mongo.tables.reads import TableReader
from nova_docdb.mongo.tables.retry import Retry
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.schemas import Index

# The private field that a transaction increments to lock a row.
LOCK_FIELD = "_held"

Values = Mapping[str, Any]


def require(row: Row | None, missing: Exception) -> Row:
    """Return a row, or raise ``missing`` if it is None."""
    if row is None:
        raise missing
    return row


class Table(TableReader):
    """A table: a collection of the same name, and its schema."""

    def insert(self, values: Values, private: Document | None = None) -> Row:
        """Insert a row and return it.

        :param private: private fields of the document
        :raises InvalidInput: if a column cannot hold its value
        :raises DBError: if a column that is not nullable is empty
        :raises DBDuplicateEntry: if a unique key refuses the row
        """
        return self.insert_many([values], private)[0]

    def insert_many(self, rows: Iterable[Values], private: Document | None = None) -> list[Row]:
        """Insert all rows or none, with ascending ids, and return them.

        :raises InvalidInput, DBError, DBDuplicateEntry: as ``insert``
        """
        return self.store([self.format.document(values) for values in rows], private)

    def insert_unique(
        self, values: Values, taken: Callable[[Document], Exception], *columns: str
    ) -> Row:
        """Insert a row and return it; raise ``taken`` if a unique key refuses it.

        :param taken: returns the exception for the refused document
        :param columns: some of the columns of that unique key
        :raises InvalidInput, DBError, DBDuplicateEntry: as ``insert``
        """
        document = self.format.document(values)
        with raising_on_duplicate(taken(document), *columns):
            return self.store([document])[0]

    def store(self, documents: Iterable[Document], private: Document | None = None) -> list[Row]:
        """Insert all documents of ``format.document`` or none, and return them as rows.

        :raises DBDuplicateEntry: if a unique key refuses one
        """
        stored = [{**document, **(private or {})} for document in documents]
        if stored:
            with translated(self.name):
                inserts.store(self.spec, self.collection, stored)
            changed(len(stored))
        return self.format.rows(stored)

    def insert_after(
        self, document: Document, insert_dependents: Callable[[int], Callable[[], Any]]
    ) -> Row:
        """Insert a document with a new id, after its dependent rows, and return it as a row.

        :param insert_dependents: inserts the dependent rows of the id, and returns a function that
            removes them, which is called if a unique key refuses the document
        :raises DBDuplicateEntry: if a unique key refuses the document
        """

        def insert(new_ids: list[int]) -> Row:
            remove_dependents = insert_dependents(new_ids[0])
            try:
                return self.insert_with_id(new_ids[0], document)
            except exception.DBDuplicateEntry:
                remove_dependents()
                raise

        return inserts.with_new_ids(self.spec, insert)

    def insert_with_id(self, row_id: int, document: Document) -> Row:
        """Insert a document with an id from ``ids.allocate``, and return it as a row.

        :raises DBDuplicateEntry: if a unique key refuses it
        """
        stored = {**document, "_id": row_id}
        with translated(self.name):
            try:
                self.collection.insert_one(stored)
            except DuplicateKeyError as error:
                raise inserts.duplicate_entry(
                    self.spec, self.collection, [stored], error
                ) from error
        changed(1)
        return self.format.row(stored)

    def insert_if_absent(self, where: Filter, values: Values) -> int | None:
        """Insert a row and return its id; return None if the filter matches a row already.

        :param where: the fields of a unique key, which the new row gets too
        :raises InvalidInput, DBError, DBDuplicateEntry: as ``insert``
        """
        document = self.format.document(values)

        def insert(new_ids: list[int]) -> int | None:
            new = {"_id": new_ids[0], **document}
            with translated(self.name):
                stored = self.collection.update_one(where, {"$setOnInsert": new}, upsert=True)
            inserted_id: int | None = stored.upserted_id
            changed(inserted_id is not None)
            return inserted_id

        return inserts.with_new_ids(self.spec, insert)

    def lock(self, where: Filter) -> bool:
        """Lock a row until the transaction ends; return False if there is none.

        Another transaction that locks or changes the row waits. Outside a transaction the row is
        not locked.

        NOTE: a write that changes nothing does not lock, so a private field is incremented.
        """
        if connection.is_embedded() or not transactions.in_transaction():
            return self.exists(where)
        return self._lock(where)

    def lock_row(self, row: Row) -> None:
        """Lock a row that was read until the transaction ends; do nothing outside of one."""
        if transactions.in_transaction() and not connection.is_embedded():
            self._lock({"_id": row[self.spec.key]})

    def lock_field(self) -> Document:
        """Return the field with which a pipeline update changes its row even if no column changes.

        Then it locks the row until its transaction ends, and has a time that related rows can be
        read at. On a store without transactions the result is empty.
        """
        has_transaction = transactions.in_transaction() and not connection.is_embedded()
        if not (has_transaction or confirmations.in_provable_call()):
            return {}
        return {LOCK_FIELD: {"$add": [{"$ifNull": [f"${LOCK_FIELD}", 0]}, 1]}}

    def _lock(self, where: Filter) -> bool:
        with translated(self.name):
            locked = self.collection.update_one(where, {"$inc": {LOCK_FIELD: 1}})
            return bool(locked.matched_count)

    def update(self, where: Filter, values: Values, *, guard: Filter | None = None) -> Row | None:
        """Update columns of a row and return it; return None if there is no such row.

        updated_at is set to now if a value changes, unless it is given. With texts of several MiB
        it is always set.

        :param where: the fields of a unique key
        :param guard: further conditions of the update
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
            updated = self.find_one_and_update(
                {"$and": [where, {"$or": differs}]}, {"$set": self.stamped(changes)}
            )
            row = updated or self.get(where)
            # A row that was inserted or changed in between has other values: update it again.
            if row is None or updated or _has_values(row, compared):
                return row

    def update_each(self, updates: Sequence[tuple[Filter, Document]]) -> int:
        """Run updates of single rows, in order, as one command; return how many rows matched.

        NOTE: each update is atomic, all of them together are not.
        """
        if not updates:
            return 0
        with translated(self.name):
            if connection.is_embedded():
                # mongomock's bulk_write does not accept the driver's updates.
                return sum(
                    self.collection.update_one(where, update).matched_count
                    for where, update in updates
                )
            operations = [UpdateOne(where, update) for where, update in updates]
            written = self.collection.bulk_write(operations)
        changed(written.modified_count)
        return written.matched_count

    def update_always(self, where: Filter, values: Values) -> int:
        """Update columns and updated_at of a row; return 1, or 0 if there is no such row.

        :param where: the fields of a unique key
        """
        return self.update_each([(where, {"$set": self.stamped(self.format.changes(values))})])

    def update_all(self, where: Filter, values: Values) -> int:
        """Update columns and updated_at of all matching rows, and return their number."""
        changes = self.stamped(self.format.changes(values))
        with translated(self.name):
            return self._matched(self.collection.update_many(where, {"$set": changes}))

    def update_or_insert(self, update: Callable[[], Any], values: Values) -> None:
        """Run an update; insert a row if it matches none.

        If two callers insert at the same time, a unique key refuses one of them, which then updates
        the row of the other.

        :param update: returns a true value if it matched a row
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
        """Update the matching row with the lowest id atomically and return it, or None.

        The filter must contain the columns that ``values`` changes, so that only one of two callers
        matches the row.

        :param index: an index that serves the filter by equality alone and ends in the id; if it is
            missing, the server sorts
        :param private: private fields of the document

        NOTE: do not add a sort. The index returns the lowest id first, and a caller that loses a
        row to another one moves on to the next row instead of starting again.
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

        :param before: whether to return the row before the update
        :param changes: whether a matching row always changes; if not, the caller reports a change
            with ``confirmations.changed``
        :param options: options of the driver (sort, hint, upsert)
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
        """Soft-delete all matching rows and return their number.

        :param visible: a filter in place of the one for live rows; rows that are already deleted
            get a new deleted_at
        :param deletion: the result of ``deletion``, for a caller that needs its time
        """
        visible = self.live if visible is None else visible
        return self._delete_present(
            {"$and": [where, visible]},
            lambda rows: self._matched(
                self.collection.update_many(rows, [{"$set": deletion or self.deletion()}])
            ),
        )

    def restore(self, where: Filter) -> int:
        """Make soft-deleted rows live again and return their number."""
        with translated(self.name):
            written = self.collection.update_many(
                {"$and": [where, self.deleted]},
                {"$set": {"deleted": self.spec.live_value, "deleted_at": None}},
            )
            return self._matched(written)

    def remove(self, where: Filter) -> int:
        """Remove all matching rows from the collection and return their number."""
        removed = self._delete_present(
            where, lambda rows: self.collection.delete_many(rows).deleted_count
        )
        changed(removed)
        return removed

    def _delete_present(self, where: Filter, delete: Callable[[Filter], int]) -> int:
        """Delete the rows that match at present, by their ids, and return their number.

        NOTE: the driver cannot number a deletion of several rows (see ``late_requests``). If it
        arrives late, it must not match rows that are newer than its call.
        """
        has_ids = any("_id" in part for part in (where, *where.get("$and", ())))
        with translated(self.name):
            if not has_ids and confirmations.in_provable_call():
                found = self.collection.find(where, {"_id": 1})
                row_ids = [document["_id"] for document in found]
                if not row_ids:
                    return 0
                where = {"$and": [{"_id": {"$in": row_ids}}, where]}
            return delete(where)

    @staticmethod
    def _matched(written: UpdateResult) -> int:
        """Report the changes of an update, and return how many rows it matched."""
        changed(written.modified_count)
        return written.matched_count

    @staticmethod
    def stamped(changes: Document) -> Document:
        """Return the changes with updated_at: the given one, else now."""
        return {"updated_at": clock.utcnow(), **changes}

    @staticmethod
    def deletion() -> Document:
        """Return the fields that a soft delete sets, for a pipeline update."""
        return {"deleted": "$_id", "deleted_at": clock.utcnow()}


def _has_values(row: Row, changes: Document) -> bool:
    """Return whether a row has the values of changes; as in MongoDB, NaN equals NaN."""
    return all(
        row[name] == value or (row[name] != row[name] and value != value)  # noqa: PLR0124 - NaN
        for name, value in changes.items()
    )


# Modules that use the same table share one object.
table = functools.cache(Table)
