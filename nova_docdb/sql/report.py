"""The results of an import or export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nova_docdb.mongo.store.documents import Document
from nova_docdb.sql.checksum import Checksum

# The number of problems of a table that are kept for display; a sink gets all of them.
KEPT_PROBLEMS = 50


@dataclass(frozen=True)
class Problem:
    """A row or value of the source that is not in the target unchanged."""

    table: str
    key: Any
    column: str
    reason: str


# Called with each problem as it is found.
Sink = Callable[[Problem], None]


def no_sink(_problem: Problem) -> None:
    """Drop the problem."""


@dataclass
class TableReport:
    """The result of one table: the rows of the source, and those of the target afterwards.

    :param inserted: the number of rows written; in a rehearsal, the number that would be
    :param present: the number of rows that already existed
    :param problems: the first of the problems
    :param problem_count: the number of all problems
    """

    name: str
    source: Checksum = field(default_factory=Checksum)
    target: Checksum = field(default_factory=Checksum)
    inserted: int = 0
    present: int = 0
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    sink: Sink = no_sink

    @property
    def equal(self) -> bool:
        """Whether both sides have the same rows."""
        return self.source == self.target and not self.problem_count

    def add_problem(self, key: Any, column: str, reason: str) -> None:
        """Report a problem with a row."""
        problem = Problem(self.name, key, column, reason)
        self.problem_count += 1
        if len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(problem)
        self.sink(problem)

    def compare(
        self, documents: list[Document], present: Mapping[Any, Document | None], target: str
    ) -> list[Document]:
        """Return the documents that the target lacks; report those that differ.

        :param present: the documents of the target, by ``_id``; None is one that cannot be read
        :param target: its name in the messages
        """
        self.present += len(present)
        for document in documents:
            if present.get(document["_id"], document) != document:
                reason = f"{target} has a different row with this key"
                self.add_problem(document["_id"], "-", reason)
        return [document for document in documents if document["_id"] not in present]

    def add_missing(self, documents: list[Document], target: str) -> None:
        """Report documents that the target lacks."""
        for document in documents:
            self.add_problem(document["_id"], "-", f"the row is missing in {target}")


@dataclass
class Moved:
    """The results of all tables.

    :param finished: when an earlier run finished without differences; this run then only compared
        both sides
    :param notes: other remarks for the operator, one sentence each
    :param rehearsed: whether the run only read and checked rows
    """

    tables: list[TableReport]
    finished: datetime | None = None
    notes: list[str] = field(default_factory=list)
    rehearsed: bool = False

    @property
    def equal(self) -> bool:
        """Whether both sides have the same rows in every table; in a rehearsal, would have."""
        if self.rehearsed:
            return not self.problem_count
        return all(table.equal for table in self.tables)

    @property
    def problem_count(self) -> int:
        """The number of problems of all tables."""
        return sum(table.problem_count for table in self.tables)

    def __getitem__(self, name: str) -> TableReport:
        return {table.name: table for table in self.tables}[name]
