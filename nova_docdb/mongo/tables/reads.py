"""Filters and reads of one table.

Filters are plain MongoDB filters. Callers' values are only added to them through ``equals`` and
``any_of``, so that a value cannot act as an operator.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

from pymongo.collection import Collection
from pymongo.cursor import Cursor

from nova_docdb import exception
from nova_docdb.context import Context
from nova_docdb.mongo.store import connection, transactions
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import is_missing_index, translated
from nova_docdb.mongo.tables.batches import leniently
from nova_docdb.mongo.tables.rows import Row, RowFormat
from nova_docdb.schemas import TABLES

LOG = logging.getLogger(__name__)

# With this sort the server walks the index of ids, whatever else the filter contains.
BY_ID = (("_id", 1),)
IN_ANY_ORDER: Sequence[tuple[str, int]] = ()

# A server limits a batch to 16 MiB in any case; its default for the first batch is 101 documents.
LARGEST_BATCH = 100_000


class TableReader:
    """Filters and reads of a table, which is a collection of the same name."""

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
        """The collection, with the session and write concern of the running call."""
        return transactions.collection(self.name)

    def where_live(self, **columns: Any) -> Filter:
        """Return the filter for live rows with exactly these values."""
        return {**self.equals(columns), **self.live}

    def where_visible(self, context: Context, **columns: Any) -> Filter:
        """Return the filter for rows with exactly these values that a context may read.

        :raises InvalidInput: if the context's read_deleted is not "no", "yes" or "only"
        """
        return {**self.equals(columns), **self.read_deleted(context.read_deleted)}

    def read_deleted(self, choice: str) -> Filter:
        """Return the filter for live rows ("no"), all rows ("yes") or deleted rows ("only").

        :raises InvalidInput: for any other value
        """
        try:
            return {"no": self.live, "yes": {}, "only": self.deleted}[choice]
        except (KeyError, TypeError) as error:
            raise exception.InvalidInput(
                reason=f"read_deleted must be no, yes or only, not {exception.shown(choice)}"
            ) from error

    def get(self, where: Filter) -> Row | None:
        """Return the row that a unique key names, or None."""
        with self._naming_faults(where, reads=True):
            document = self.collection.find_one(where)
        return None if document is None else self.format.row(document)

    def first(self, where: Filter) -> Row | None:
        """Return the live row with the lowest id, else the deleted one, or None."""
        rows = self.find(where, sort=[("deleted", 1), ("_id", 1)], limit=1)
        return rows[0] if rows else None

    def lowest(self, where: Filter) -> Row | None:
        """Return the row with the lowest id, live or deleted, or None."""
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
        """Return the rows, by id unless another order is given.

        :param sort: fields and directions, by which the server sorts, or ``IN_ANY_ORDER``
        :param limit: the maximum number of rows; 0 is unlimited
        :param hint: the name of the index to use; ignored with a warning if it is missing
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
        """Yield the rows in an order, for a caller that may stop early.

        :param hint: as for ``find``
        """
        try:
            yield from self._streamed(where, sort, hint)
        except exception.DBError as error:
            if hint is None:
                raise
            # The server reports a missing index in its first reply, before any row.
            self._tolerate_missing(hint, error)
            yield from self._streamed(where, sort)

    def count(self, where: Filter, limit: int = 0) -> int:
        """Return the number of rows.

        :param limit: the number at which counting stops; 0 is unlimited
        """
        options: dict[str, Any] = {"limit": limit} if limit else {}
        with translated(self.name, reads=True):
            return self.collection.count_documents(where, **options)

    def exists(self, where: Filter) -> bool:
        """Return whether there is such a row."""
        with translated(self.name, reads=True):
            return self.collection.find_one(where, {"_id": 1}) is not None

    def values(self, column: str, where: Filter, limit: int = 0) -> Iterator[Any]:
        """Yield the value of a column for each row, in any order.

        :param limit: the maximum number of rows; 0 is unlimited
        """
        field = self.format.field(column)
        fields = {"_id": int(field == "_id"), field: 1}
        found = self.collection.find(where, fields, limit=limit)
        # The block closes the cursor even if the caller stops early.
        with translated(self.name, reads=True), found as cursor:
            for document in cursor:
                yield document.get(field)

    def aggregate(self, pipeline: list[dict[str, Any]], **options: Any) -> Iterator[Document]:
        """Yield the documents of an aggregation pipeline.

        :param options: options of the driver (allowDiskUse, batchSize)
        """
        with translated(self.name, reads=True):
            yield from self.collection.aggregate(pipeline, **options)

    def sums(self, where: Filter, columns: Sequence[str]) -> dict[str, int]:
        """Return the sums of integer columns and, as ``count``, the number of rows.

        NOTE: the server returns a sum that exceeds 64 bits as a rounded double; such a sum is
        calculated here.
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
        """Raise ``missing`` instead of an error of the values if there is no such row."""
        try:
            yield
        except (exception.InvalidInput, exception.DBError):
            if self.exists(where):
                raise
            raise missing from None

    def _found(
        self,
        where: Filter,
        sort: Sequence[tuple[str, int]] | None,
        limit: int,
        hint: str | None = None,
    ) -> list[Row]:
        if sort is None and where.keys() <= {"deleted"}:
            # A query without conditions can use an index that is sorted by id.
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
            # A sort without an index may exceed the server's memory limit.
            cursor.allow_disk_use(True)
        return cursor

    @contextmanager
    def _naming_faults(self, where: Filter, *, reads: bool) -> Iterator[None]:
        """Translate errors; for a document that cannot be read, name the row and the field."""
        try:
            with translated(self.name, reads=reads):
                yield
        except exception.DBRowError:
            with translated(self.name, reads=True):
                self.format.require_fitting(leniently(self.name).find(where))
            raise

    def _tolerate_missing(self, index: str, error: exception.DBError) -> None:
        """Log a warning if the error is a missing index; raise it otherwise."""
        if not is_missing_index(error):
            raise error
        LOG.warning("%s lacks the index %s: run nova-docdb db sync", self.name, index)
