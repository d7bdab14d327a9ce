"""What became of the tables that were moved, one way or the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nova_docdb.sql.checksum import Checksum

# So many problems of a table are kept for the screen; a sink gets all of them.
KEPT_PROBLEMS = 50


@dataclass(frozen=True)
class Problem:
    """Something of the source that is not in the target as it was."""

    table: str
    key: Any
    column: str
    reason: str


# Called with each problem when it is found.
Sink = Callable[[Problem], None]


def no_sink(_problem: Problem) -> None:
    """Drop the problem."""


@dataclass
class TableReport:
    """What became of one table: what the source has, and what the target has afterwards.

    :param inserted: how many rows were written now; in a rehearsal, how many would be
    :param present: how many were there already
    :param problems: the first of the problems
    :param problem_count: how many there are in all
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


@dataclass
class Moved:
    """What became of all tables.

    :param finished: when an earlier run ended equal; then nothing was written, both sides were
        only compared
    :param notes: what else an operator must know, one sentence each
    :param rehearsed: whether rows were only read and checked
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
        """How many problems all tables have."""
        return sum(table.problem_count for table in self.tables)

    def __getitem__(self, name: str) -> TableReport:
        return {table.name: table for table in self.tables}[name]
