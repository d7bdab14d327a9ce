"""Exports the store as a Grizzly SQL database: every table and its shadow table, row for row.

Ids, timestamps and soft-delete marks are kept; private fields are not exported. A row that exists
in the database is not changed, so running an interrupted export again completes it. Rows that the
database rejects are reported, never dropped silently, and rows that differ are reported, never
overwritten.

After an export without differences the database belongs to Nova: running the export again compares
both sides and writes nothing.
"""

from __future__ import annotations

from typing import Any

from nova_docdb.mongo.store import connection, ids
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.tables.batches import Progress, no_progress
from nova_docdb.schemas import TABLES, TableSpec
from nova_docdb.sql.report import Moved, Sink, TableReport, no_sink
from nova_docdb.sql.rows import Translator, UnfitError, as_read
from nova_docdb.sql.source import Source
from nova_docdb.sql.store import collections, documents
from nova_docdb.sql.tables import parents_first
from nova_docdb.sql.target import Target
from nova_docdb.urls import masked

BATCH = 2000

PARENTS_FIRST = parents_first()


def run(
    url: str, progress: Progress = no_progress, batch: int = BATCH, *, sink: Sink = no_sink
) -> Moved:
    """Write every table, verify it, and return a report for each.

    :param url: the SQLAlchemy URL of the database
    :param batch: the number of rows per write; fewer if their texts are long
    :param sink: called with each problem
    :raises ConfigurationError: if the database has rows of its own, tables of another program or
        release, or is a file that must not be written to
    :raises DBError: if either database fails; what was written stays, run the export again
    """
    order = sorted(collections(), key=lambda table: PARENTS_FIRST.index(table[0].name))
    with Target(url) as target:
        export = target.begin(_store_name())
        moved = Moved([], export.finished_at)
        writes = export.finished_at is None
        numbers = ids.highest()
        for spec, name in order:
            one = _Export(target, spec, TableReport(name, sink=sink), writes=writes)
            one.run(progress, batch)
            moved.tables.append(one.report)
            numbers[spec.name] = max(numbers.get(spec.name, 0), one.highest)
        if writes:
            for name in TABLES.keys() & numbers.keys():
                # New rows get ids above every id that was ever allocated.
                target.advance_ids_past(name, numbers[name])
        _verify(url, moved.tables, progress, batch)
        moved.notes += _notes(target)
        if writes and moved.equal:
            if export.made_tables and (left_out := target.add_foreign_keys()):
                moved.notes.append(
                    "Foreign keys not created, because rows refer to missing rows: "
                    f"{', '.join(left_out)}."
                )
            target.finish(export)
    return moved


def _store_name() -> str:
    return masked(connection.current().url).partition("?")[0]


def _notes(target: Target) -> list[str]:
    if any(target.whole_seconds(name) for _spec, name in collections()):
        return ["The database stores whole seconds: times were truncated."]
    return []


def _verify(url: str, reports: list[TableReport], progress: Progress, batch: int) -> None:
    """Read every table back as an import does."""
    by_name = {report.name: report for report in reports}
    with Source(url) as written:
        for table in written.tables():
            translator, report = Translator(table.spec), by_name[table.name]
            for rows in written.batches(table, batch):
                for row in rows:
                    _read_back(row, translator, report)
                progress(f"verifying {table.name}", len(rows))


def _read_back(row: dict[str, Any], translator: Translator, report: TableReport) -> None:
    try:
        report.target.add(translator.document(row))
    except UnfitError as error:
        report.add_problem(row[translator.key], error.column, error.reason)
        report.target.add(as_read(row))


class _Export:
    """The export of one table.

    :param writes: whether to write rows, or only to compare them
    """

    def __init__(
        self, target: Target, spec: TableSpec, report: TableReport, *, writes: bool
    ) -> None:
        self.report = report
        self._target = target
        self._spec = spec
        self._writes = writes
        self.highest = 0
        self._translator = Translator(spec)
        self._whole_seconds = {
            "_id" if column == spec.key else column for column in target.whole_seconds(report.name)
        }

    def run(self, progress: Progress, batch: int) -> None:
        """Write the rows."""
        name = self.report.name
        for stored in documents(self._spec, name, batch):
            found = [self._document(document) for document in stored]
            if isinstance(last := found[-1]["_id"], int):
                self.highest = last
            missing = self._missing(found)
            if self._writes:
                rows = [self._translator.row(document) for document in missing]
                refusals = self._target.store(name, rows)
                for refusal in refusals:
                    self.report.add_problem(refusal.key, refusal.column, refusal.reason)
                self.report.inserted += len(rows) - len(refusals)
            else:
                self.report.add_missing(missing, "the database")
            progress(f"{'exporting' if self._writes else 'comparing'} {name}", len(stored))

    def _document(self, stored: Document) -> Document:
        document = self._translator.plain(stored)
        for column in self._whole_seconds:
            if document[column] is not None:
                document[column] = document[column].replace(microsecond=0)
        self.report.source.add(document)
        return document

    def _missing(self, found: list[Document]) -> list[Document]:
        """Return the documents that are missing in the database; report those that differ."""
        rows = self._target.present(self.report.name, [document["_id"] for document in found])
        present = {key: self._read(row) for key, row in rows.items()}
        return self.report.compare(found, present, "the database")

    def _read(self, row: dict[str, Any]) -> Document | None:
        try:
            return self._translator.document(row)
        except UnfitError:
            return None
