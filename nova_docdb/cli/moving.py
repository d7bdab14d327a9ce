"""The output of import and export: progress, and the comparison of both sides at the end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

from nova_docdb import exception
from nova_docdb.cli.output import Screen, print_json, show_rows, show_totals
from nova_docdb.mongo.tables.batches import Progress
from nova_docdb.sql import files
from nova_docdb.sql.report import Moved, Problem, Sink, TableReport, no_sink

# The number of problems shown; --problems writes all of them.
SHOWN_PROBLEMS = 50

# The seconds between progress lines if there is no terminal for a bar.
SECONDS_BETWEEN_LINES = 10

problems_option = click.option(
    "--problems",
    "problems_file",
    metavar="FILE",
    type=click.Path(),
    help="Write all problems to a new file, as JSON lines, readable only by its owner.",
)


@contextmanager
def progress_bar(rows: int) -> Iterator[Progress]:
    """Show the progress of a command on stderr, and yield a function that advances it.

    A terminal shows a bar; otherwise a line is printed every ten seconds.

    :param rows: the total number of rows; a row that is moved and then verified counts twice
    """
    screen = Screen(stderr=True)
    if not screen.is_terminal:
        yield _Lines(rows).advance
        return
    columns = (
        TextColumn("{task.description:<42}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows,"),
        TimeElapsedColumn(),
        TextColumn("elapsed,"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Bar(*columns, console=screen) as bar:
        task = bar.add_task("", total=rows)
        yield lambda doing, done: bar.update(task, description=doing, advance=done)


class _Lines:
    """Progress as lines of text.

    :param rows: the total number of rows
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._done = 0
        self._began = self._shown = time.monotonic()

    def advance(self, doing: str, done: int) -> None:
        """Count rows, and print a line if the last one is old enough."""
        self._done += done
        now = time.monotonic()
        if now - self._shown < SECONDS_BETWEEN_LINES:
            return
        self._shown = now
        left = (now - self._began) * max(self._rows - self._done, 0) / max(self._done, 1)
        click.echo(f"{doing}: {self._done} of {self._rows} rows, about {left:.0f} s left", err=True)


@contextmanager
def problem_sink(path: str | None) -> Iterator[Sink]:
    """Yield a function that writes each problem to a new file as JSON lines, or drops it.

    :raises ConfigurationError: if the file cannot be created
    """
    if path is None:
        yield no_sink
        return
    try:
        opened = files.create(path)
    except files.UnsuitableFileError as error:
        raise exception.ConfigurationError(
            f"The problems cannot be written to {path}: {error}."
        ) from error
    with opened:
        yield lambda problem: print(json.dumps(_as_json(problem)), file=opened)


def show(screen: Console, moved: Moved, source: str, target: str, file: str | None) -> None:
    """Print the comparison of every table, and the problems.

    :param source: the name of the rows of the source
    :param target: the name of the rows of the target
    :param file: the file with all problems, or None
    """
    if moved.finished is not None:
        screen.print(f"Already finished on {moved.finished:%Y-%m-%d %H:%M}: only compared.")
    if moved.rehearsed:
        _show_rehearsal(screen, moved, source)
    else:
        _show_verification(screen, moved.tables, source, target)
    for note in moved.notes:
        screen.print(note)
    _print_problems(screen, moved, file)


def show_json(moved: Moved, **others: Any) -> None:
    """Print the result as one JSON object.

    :param others: additional keys
    """
    found = {
        **others,
        "equal": moved.equal,
        "dry_run": moved.rehearsed,
        "finished_at": moved.finished and moved.finished.isoformat(),
        "tables": {
            report.name: {
                "source_rows": report.source.rows,
                "target_rows": None if moved.rehearsed else report.target.rows,
                "new": report.inserted,
                "source_checksum": report.source.text,
                "target_checksum": None if moved.rehearsed else report.target.text,
                "problems": report.problem_count,
            }
            for report in moved.tables
        },
        "notes": moved.notes,
        "problem_count": moved.problem_count,
        "problems": [_as_json(problem) for problem in _first(moved)],
    }
    print_json(found)


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "table": problem.table,
        "id": problem.key if isinstance(problem.key, (int, str)) else repr(problem.key),
        "column": problem.column,
        "reason": problem.reason,
    }


def _first(moved: Moved) -> list[Problem]:
    return [problem for report in moved.tables for problem in report.problems][:SHOWN_PROBLEMS]


def _show_rehearsal(screen: Console, moved: Moved, source: str) -> None:
    rows = [
        (r.name, r.source.rows, r.present, r.inserted, r.problem_count)
        for r in moved.tables
        if r.source.rows
    ]
    show_totals(
        screen,
        ("table", source, "in the store", "would be new", "problems"),
        rows,
        [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)] or [0] * 4,
        title="Nothing was written",
        caption=f"{len(moved.tables) - len(rows)} further tables are empty.",
    )


def _show_verification(
    screen: Console, tables: list[TableReport], source: str, target: str
) -> None:
    shown = [table for table in tables if table.source.rows or table.target.rows]
    show_totals(
        screen,
        ("table", source, target, "new", "checksum", ""),
        [
            (
                *(table.name, table.source.rows, table.target.rows, table.inserted),
                " / ".join(dict.fromkeys((table.source.text, table.target.text))),
                "equal" if table.equal else "DIFFERENT",
            )
            for table in shown
        ],
        (
            sum(table.source.rows for table in shown),
            sum(table.target.rows for table in shown),
            sum(table.inserted for table in shown),
            *("", ""),
        ),
        title="Comparison",
        caption=f"{len(tables) - len(shown)} further tables are empty on both sides.",
    )


def _print_problems(screen: Console, moved: Moved, file: str | None) -> None:
    count = moved.problem_count
    if not count:
        return
    problems = _first(moved)
    rows = [tuple(map(str, _as_json(problem).values())) for problem in problems]
    show_rows(screen, ("table", "id", "column", "reason"), rows, f"{count} problems")
    if count > len(problems):
        hint = "" if file else " --problems FILE writes all of them."
        screen.print(f"... and {count - len(problems)} more.{hint}")
    if file:
        screen.print(f"All problems are in {file}.")
