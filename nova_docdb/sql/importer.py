"""Import a Grizzly SQL database: every table and its shadow table, row for row.

Ids, timestamps and soft-delete marks are kept; times are truncated to milliseconds, the precision
of BSON, and IPv6 addresses are stored in their short form. A row that the store already has is not
changed, so running an interrupted import again completes it. A row that cannot be imported is
reported and the others are imported; rows that differ are reported, never overwritten.

The collection ``imports`` records the import, so that imported rows can be distinguished from
others:

    {_id: "sql", source: "mysql://...", begun_at: ISODate, finished_at: ISODate or null}

A store with rows of its own is refused unless ``merge`` is given, because rows of two clouds with
the same ids would refer to each other. After an import without differences the store belongs to
Nova: running the import again compares both sides and writes nothing, so rows that Nova has removed
stay removed.
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
from nova_docdb.mongo.tables.batches import Progress, no_progress
from nova_docdb.sql.report import Moved, Sink, TableReport, no_sink
from nova_docdb.sql.rows import Translator, UnfitError, as_read
from nova_docdb.sql.source import Source, SourceTable
from nova_docdb.sql.store import collections, documents, is_empty
from nova_docdb.sql.unique_keys import UniqueKeys

BATCH = 2000

SHOWN = 5

IMPORTS = "imports"
IMPORT_ID = "sql"

# The maximum size of a document in MongoDB, in bytes.
LONGEST_DOCUMENT = 16 * 2**20

NOT_UNIQUE = "another row has the same values in this unique key"


def run(
    source: Source,
    progress: Progress = no_progress,
    batch: int = BATCH,
    *,
    merge: bool = False,
    dry_run: bool = False,
    sink: Sink = no_sink,
) -> Moved:
    """Import every table, verify it, and return a report for each.

    The indexes must exist (``db_sync``), because unique keys decide which rows are accepted.

    :param batch: the number of rows per batch; fewer if their texts are long
    :param merge: whether to import into a store that has rows of its own
    :param dry_run: whether to read and check every row, and write nothing. Rows of the store are
        compared by id; its unique keys are not checked
    :param sink: called with each problem
    :raises ConfigurationError: if the store has rows that were not imported
    :raises DBError: if either database fails; what was stored stays, run the import again
    """
    finished = None if merge else _finished(source)
    writes = finished is None and not dry_run
    if writes and not merge:
        _record_begin(source)
    tables = source.tables()
    reports = [TableReport(table.name, sink=sink) for table in tables]
    moved = Moved(reports, finished, rehearsed=finished is None and dry_run)
    if writes:
        # Nova may create rows during the import: their ids must be above all imported ones.
        for table in tables:
            if highest := source.highest_id(table):
                ids.advance_past(table.spec.name, highest)
    kind = _Import if writes else _Rehearsal if moved.rehearsed else _Comparison
    for table, report in zip(tables, reports, strict=True):
        kind(source, table, report).run(progress, batch)
    if writes:
        note_outstanding()
    if not moved.rehearsed:
        _verify(tables, moved, progress, batch)
    moved.notes += source.notes()
    if writes and moved.equal:
        with translated(IMPORTS):
            _imports().update_one({"_id": IMPORT_ID}, {"$set": {"finished_at": clock.utcnow()}})
    return moved


def _verify(tables: list[SourceTable], moved: Moved, progress: Progress, batch: int) -> None:
    """Read every table back from the store."""
    for table, report in zip(tables, moved.tables, strict=True):
        translator = Translator(table.spec)
        for stored in documents(table.spec, table.name, batch):
            for document in stored:
                report.target.add(translator.plain(document))
            progress(f"verifying {table.name}", len(stored))


def _record_begin(source: Source) -> None:
    """Record that an import begins, unless it resumes."""
    note = {"source": source.name, "begun_at": clock.utcnow(), "finished_at": None}
    with translated(IMPORTS):
        _imports().update_one({"_id": IMPORT_ID}, {"$setOnInsert": note}, upsert=True)


def _finished(source: Source) -> datetime | None:
    """Return when the import from this source finished without differences, or None; write nothing.

    :raises ConfigurationError: if the store has rows that were not imported, or an import of
        another source
    """
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
    if filled := [name for _spec, name in collections() if not is_empty(name)]:
        raise exception.ConfigurationError(
            f"The store already has rows that were not imported, in {', '.join(filled[:SHOWN])}: "
            "import into an empty database (db sync creates flavors, except with "
            "--no-default-flavors), or use --merge to add the SQL rows to them."
        )
    return None


def _imports() -> Collection[Document]:
    return connection.get_database()[IMPORTS]


class _Import:
    """The import of one table."""

    doing = "importing"

    def __init__(self, source: Source, table: SourceTable, report: TableReport) -> None:
        self._source = source
        self._table = table
        self._report = report
        self._translator = Translator(table.spec)
        self._collection: Collection[Document] = connection.get_database()[table.name]
        self._highest = 0

    def run(self, progress: Progress, batch: int) -> None:
        """Process all rows."""
        name = self._table.name
        self._report_lost_columns()
        with translated(name):
            # In that case existing rows need not be looked up before an insert.
            empty = is_empty(name)
            for rows in self._source.batches(self._table, batch):
                found = [document for row in rows if (document := self._document(row)) is not None]
                self._take(found if empty else self._missing(found))
                progress(f"{self.doing} {name}", len(rows))
        if (unread := self._source.count(name) - self._report.source.rows) > 0:
            reason = (
                f"{unread} rows were not read: their ids are duplicates, or they were added during "
                "the import"
            )
            self._report.add_problem("-", "-", reason)
        self._finish()

    def _report_lost_columns(self) -> None:
        for column in self._table.unknown_columns:
            if filled := self._source.filled(self._table, column):
                self._report.add_problem(
                    "-",
                    column,
                    f"the schema does not have this column; {filled} rows have a value in it",
                )

    def _document(self, row: dict[str, Any]) -> Document | None:
        """Return the document of a row, or None after reporting a problem."""
        key = row[self._table.spec.key]
        try:
            document = self._translator.document(row)
        except UnfitError as error:
            self._report.add_problem(key, error.column, error.reason)
            self._report.source.add(as_read(row))
            return None
        if self._report.source.add(document) > LONGEST_DOCUMENT:
            self._report.add_problem(key, "-", "is larger than 16 MiB, the limit of a document")
            return None
        if isinstance(document["_id"], int):
            self._highest = max(self._highest, document["_id"])
        return document

    def _missing(self, found: list[Document]) -> list[Document]:
        """Return the documents that are missing in the store; report those that differ."""
        keys = [document["_id"] for document in found]
        present = {
            document["_id"]: self._translator.plain(document)
            for document in self._collection.find({"_id": {"$in": keys}})
        }
        return self._report.compare(found, present, "the store")

    def _take(self, missing: list[Document]) -> None:
        """Insert the documents that the store accepts, and report the others."""
        if not missing:
            return
        try:
            self._collection.insert_many(missing, ordered=False)
        except BulkWriteError as error:
            refused: list[dict[str, Any]] = error.details["writeErrors"]
            for refusal in refused:
                if refusal.get("code") != DUPLICATE_KEY:
                    # The server's message may contain values of the row.
                    reason = named(refusal.get("code"), refusal.get("codeName"))
                    raise exception.DBError(f"{self._table.name}: {reason}") from error
                key = self._table.spec.key
                names = [key if n == "_id" else n for n in refusal.get("keyPattern", {})]
                self._report.add_problem(
                    missing[refusal["index"]]["_id"], ", ".join(names) or "-", NOT_UNIQUE
                )
            self._report.inserted += int(error.details["nInserted"])
        else:
            self._report.inserted += len(missing)

    def _finish(self) -> None:
        """Advance the counter past ids that SQL does not compare as numbers, such as text."""
        if self._highest:
            ids.advance_past(self._table.spec.name, self._highest)


class _Comparison(_Import):
    """Compares both sides."""

    doing = "comparing"

    def _take(self, missing: list[Document]) -> None:
        self._report.add_missing(missing, "the store")

    def _finish(self) -> None:
        """Write nothing."""


class _Rehearsal(_Import):
    """A dry run: reads and checks, and writes nothing."""

    doing = "checking"

    def __init__(self, source: Source, table: SourceTable, report: TableReport) -> None:
        super().__init__(source, table, report)
        self._keys = UniqueKeys(table.spec, table.name)

    def _take(self, missing: list[Document]) -> None:
        for document in missing:
            if columns := self._keys.add(document):
                self._report.add_problem(document["_id"], columns, NOT_UNIQUE)
            else:
                self._report.inserted += 1

    def _finish(self) -> None:
        self._keys.close()
