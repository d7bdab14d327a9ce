"""Bringing a Grizzly SQL database over: every table and its shadow table, row for row.

Ids, timestamps and soft-delete marks are kept; times are cut to milliseconds, the finest that BSON
keeps, and IPv6 text takes its shortest form. A row that is there already is left alone, so an
import that was interrupted is completed by running it again. Rows that cannot be brought over are
reported, never dropped silently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from nova_docdb.mongo import connection, ids
from nova_docdb.mongo.errors import translated
from nova_docdb.mongo.quota_bookings import note_outstanding
from nova_docdb.mongo.rows import Document
from nova_docdb.schemas import TableFacts
from nova_docdb.sql.checksum import Checksum
from nova_docdb.sql.source import Source, SourceTable

BATCH = 2000

DUPLICATE_KEY_CODE = 11000


@dataclass(frozen=True)
class Problem:
    """Something of the source that is not in the store as it was."""

    table: str
    key: Any
    column: str
    reason: str


@dataclass
class TableReport:
    """What became of one table: what the source has, and what the store has afterwards."""

    name: str
    source: Checksum = field(default_factory=Checksum)
    target: Checksum = field(default_factory=Checksum)
    inserted: int = 0
    present: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """Whether both sides have the same rows."""
        return self.source == self.target and not self.problems


Progress = Callable[[str, int], None]


def run(
    source: Source, progress: Progress = lambda _table, _rows: None, batch: int = BATCH
) -> list[TableReport]:
    """Bring every table over, verify it, and return a report a table.

    The indexes must be there (``db_sync``): unique keys decide what fits.

    :param progress: called with the name of the table and the number of rows just read
    :raises DBError: if the store fails; what was stored stays, run it again
    """
    tables = source.tables()
    reports = [_bring(source, table, progress, batch) for table in tables]
    note_outstanding()
    for report, table in zip(reports, tables, strict=True):
        _read_back(table, report)
    return reports


def _bring(source: Source, table: SourceTable, progress: Progress, batch: int) -> TableReport:
    report = TableReport(table.name)
    report.problems += _lost_columns(source, table)
    highest = 0
    for rows in source.batches(table, batch):
        documents = [document for row in rows if (document := _document(table, row, report))]
        _store(table, documents, report)
        numbers = [d["_id"] for d in documents if isinstance(d["_id"], int)]
        highest = max([highest, *numbers])
        progress(table.name, len(rows))
    if highest:
        ids.pass_by(table.facts.name, highest)
    return report


def _lost_columns(source: Source, table: SourceTable) -> list[Problem]:
    return [
        Problem(table.name, "-", column, f"the schema has no such column; {filled} rows have it")
        for column in table.unknown_columns
        if (filled := source.filled(table, column))
    ]


def _document(table: SourceTable, row: Mapping[str, Any], report: TableReport) -> Document | None:
    """Return the document of a row of the source, or None after reporting why there is none."""
    facts = table.facts
    document: Document = {}
    for name, column in facts.columns.items():
        value = row.get(name)
        try:
            stored = None if value is None else column.read(value)
        except ValidationError as error:
            reason = f"{error.messages[0]}: {value!r:.60}"
            report.problems.append(Problem(table.name, row[facts.key], name, reason))
            report.source.add({column: repr(value) for column, value in row.items()})
            return None
        if stored is None and not column.nullable:
            report.problems.append(Problem(table.name, row[facts.key], name, "may not be empty"))
            report.source.add({column: repr(value) for column, value in row.items()})
            return None
        document["_id" if name == facts.key else name] = stored
    report.source.add(document)
    return document


def _store(table: SourceTable, documents: list[Document], report: TableReport) -> None:
    """Insert the documents that are not there yet."""
    collection = connection.get_database()[table.name]
    with translated(table.name):
        present = {
            document["_id"]: document
            for document in collection.find({"_id": {"$in": [d["_id"] for d in documents]}})
        }
        missing = [document for document in documents if document["_id"] not in present]
        report.present += len(present)
        report.inserted += _insert(collection, missing, report)
    for document in documents:
        stored = present.get(document["_id"])
        if stored is not None and _columns(table.facts, stored) != document:
            reason = "the store has another row of this key"
            report.problems.append(Problem(table.name, document["_id"], "-", reason))


def _insert(
    collection: Collection[Document], documents: list[Document], report: TableReport
) -> int:
    if not documents:
        return 0
    try:
        collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        for refusal in error.details["writeErrors"]:
            document = documents[refusal["index"]]
            if refusal.get("code") == DUPLICATE_KEY_CODE:
                columns = ", ".join(refusal.get("keyPattern", {})) or "-"
                reason = "another row has the same values in this unique key"
            else:
                columns, reason = "-", refusal["errmsg"]
            report.problems.append(Problem(report.name, document["_id"], columns, reason))
        return int(error.details["nInserted"])
    return len(documents)


def _columns(facts: TableFacts, document: Document) -> Document:
    """Return the document without its private fields."""
    return {name: value for name, value in document.items() if name not in facts.private}


def _read_back(table: SourceTable, report: TableReport) -> None:
    with translated(table.name):
        for document in connection.get_database()[table.name].find({}):
            report.target.add(_columns(table.facts, document))
