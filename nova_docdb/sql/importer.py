"""Bringing a Grizzly SQL database over: every table and its shadow table, row for row.

Ids, timestamps and soft-delete marks are kept; times are cut to milliseconds, the finest that BSON
keeps, and IPv6 text takes its shortest form. A row that is there already is left alone, so an
import that was interrupted is completed by running it again. Rows that cannot be brought over are
reported, never dropped silently, and rows that differ are reported, never overwritten.

The collection ``imports`` remembers the import, so that its rows are told from a store's own:

    {_id: "sql", source: "mysql://...", begun_at: ISODate, finished_at: ISODate or null}

Into a store with rows of its own nothing is brought unless that is asked for: rows of two clouds
would refer to each other's by the same ids. After an import that ended equal the store is Nova's,
and running it again compares both sides and writes nothing: what Nova removed since stays removed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from nova_docdb import clock, exception
from nova_docdb.mongo.families.quotas.bookings import note_outstanding
from nova_docdb.mongo.store import connection, ids
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.server_errors import DUPLICATE_KEY, named
from nova_docdb.sql.report import Moved, Progress, TableReport, no_progress
from nova_docdb.sql.rows import Translator, UnfitError, as_read
from nova_docdb.sql.source import Source, SourceTable
from nova_docdb.sql.store import collections, documents, is_empty

BATCH = 2000

SHOWN = 5

IMPORTS = "imports"
IMPORT_ID = "sql"


def run(
    source: Source,
    progress: Progress = no_progress,
    batch: int = BATCH,
    *,
    merge: bool = False,
) -> Moved:
    """Bring every table over, verify it, and return a report a table.

    The indexes must be there (``db_sync``): unique keys decide what fits.

    :param batch: how many rows are read and written at once; fewer where their texts are long
    :param merge: whether to go on where the store has rows of its own
    :raises ConfigurationError: if the store has rows that no import brought
    :raises DBError: if a side fails; what was stored stays, run it again
    """
    finished = None if merge else _begin(source)
    brought = source.tables()
    moved = Moved([TableReport(table.name) for table in brought], finished)
    if finished is None:
        # Nova may number rows meanwhile: past all that are to come.
        for table in brought:
            if highest := source.highest_number(table):
                ids.advance_past(table.spec.name, highest)
    for table, report in zip(brought, moved.tables, strict=True):
        _Import(source, table, report, writes=finished is None).run(progress, batch)
    if finished is None:
        note_outstanding()
    for table, report in zip(brought, moved.tables, strict=True):
        translator = Translator(table.spec)
        for stored in documents(table.spec, table.name, batch):
            for document in stored:
                report.target.add(translator.plain(document))
            progress(table.name, len(stored))
    if finished is None and moved.equal:
        with translated(IMPORTS):
            _imports().update_one({"_id": IMPORT_ID}, {"$set": {"finished_at": clock.utcnow()}})
    return moved


def _begin(source: Source) -> datetime | None:
    """Note that an import begins or goes on; return when it was finished, or None."""
    with translated(IMPORTS):
        known = _imports().find_one({"_id": IMPORT_ID})
        if known is not None:
            if known["source"] != source.name:
                raise exception.ConfigurationError(
                    f"The store holds an import from {known['source']}, not from {source.name}: "
                    "import into an empty database."
                )
            finished: datetime | None = known["finished_at"]
            return finished
        if filled := [name for _facts, name in collections() if not is_empty(name)]:
            raise exception.ConfigurationError(
                f"The store has rows already, in {', '.join(filled[:SHOWN])}, and no import that "
                "began: import into an empty database (db sync makes flavors, unless it is told "
                "--no-default-flavors), or give --merge to add the others to them."
            )
        _imports().insert_one(
            {
                "_id": IMPORT_ID,
                "source": source.name,
                "begun_at": clock.utcnow(),
                "finished_at": None,
            }
        )
    return None


def _imports() -> Collection[Document]:
    return connection.get_database()[IMPORTS]


class _Import:
    """The import of one table.

    :param writes: whether rows are stored, or only compared
    """

    def __init__(
        self, source: Source, table: SourceTable, report: TableReport, *, writes: bool
    ) -> None:
        self._source = source
        self._table = table
        self._report = report
        self._writes = writes
        self._translator = Translator(table.spec)
        self._collection: Collection[Document] = connection.get_database()[table.name]

    def run(self, progress: Progress, batch: int) -> None:
        """Bring the rows over."""
        self._report_lost_columns()
        with translated(self._table.name):
            # Then there is nothing to look for before an insert.
            empty = self._writes and is_empty(self._table.name)
            for rows in self._source.batches(self._table, batch):
                found = [document for row in rows if (document := self._document(row)) is not None]
                missing = found if empty else self._not_there(found)
                if self._writes:
                    self._report.inserted += self._insert(missing)
                else:
                    for document in missing:
                        self._report.add_problem(document["_id"], "-", "the store has no such row")
                progress(self._table.name, len(rows))

    def _report_lost_columns(self) -> None:
        for column in self._table.unknown_columns:
            if filled := self._source.filled(self._table, column):
                self._report.add_problem(
                    "-", column, f"the schema has no such column; {filled} rows have it"
                )

    def _document(self, row: dict[str, Any]) -> Document | None:
        """Return the document of a row, or None after reporting why there is none."""
        try:
            document = self._translator.document(row)
        except UnfitError as error:
            self._report.add_problem(row[self._table.spec.key], error.column, error.reason)
            self._report.source.add(as_read(row))
            return None
        self._report.source.add(document)
        return document

    def _not_there(self, found: list[Document]) -> list[Document]:
        """Return the documents that the store lacks; report those that differ there."""
        keys = [document["_id"] for document in found]
        present = {
            document["_id"]: self._translator.plain(document)
            for document in self._collection.find({"_id": {"$in": keys}})
        }
        self._report.present += len(present)
        for document in found:
            if present.get(document["_id"], document) != document:
                self._report.add_problem(
                    document["_id"], "-", "the store has another row of this key"
                )
        return [document for document in found if document["_id"] not in present]

    def _insert(self, missing: list[Document]) -> int:
        """Store the documents that fit, report the others, and return how many were stored."""
        if not missing:
            return 0
        try:
            self._collection.insert_many(missing, ordered=False)
        except BulkWriteError as error:
            refused: list[dict[str, Any]] = error.details["writeErrors"]
            for refusal in refused:
                if refusal.get("code") != DUPLICATE_KEY:
                    # What the server says may have values of the row.
                    reason = named(refusal.get("code"), refusal.get("codeName"))
                    raise exception.DBError(f"{self._table.name}: {reason}") from error
                columns = ", ".join(refusal.get("keyPattern", {})) or "-"
                self._report.add_problem(
                    missing[refusal["index"]]["_id"],
                    columns,
                    "another row has the same values in this unique key",
                )
            return int(error.details["nInserted"])
        return len(missing)
