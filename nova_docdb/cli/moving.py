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
from rich.table import Table

from nova_docdb import exception
from nova_docdb.cli.common import result_table
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
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def progress_bar(rows: int) -> Iterator[Progress]:
    """Show the progress of a command on stderr, and yield a function that advances it.

    A terminal shows a bar; otherwise a line is printed every ten seconds.

    :param rows: the total number of rows; a row that is moved and then verified counts twice
    """
    screen = Console(stderr=True, highlight=False, markup=False, emoji=False)
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
        screen.print(_rehearsal(screen, moved, source))
    else:
        screen.print(_verification(screen, moved.tables, source, target))
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
    click.echo(json.dumps(found, indent=2))


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "table": problem.table,
        "id": problem.key if isinstance(problem.key, (int, str)) else repr(problem.key),
        "column": problem.column,
        "reason": problem.reason,
    }


def _first(moved: Moved) -> list[Problem]:
    return [problem for report in moved.tables for problem in report.problems][:SHOWN_PROBLEMS]


def _rehearsal(screen: Console, moved: Moved, source: str) -> Table:
    shown = [report for report in moved.tables if report.source.rows]
    table = result_table(
        screen,
        title="Nothing was written",
        caption=f"{len(moved.tables) - len(shown)} further tables are empty.",
    )
    table.add_column("table", no_wrap=True)
    for heading in (source, "in the store", "would be new", "problems"):
        table.add_column(heading, justify="right")
    totals = [0, 0, 0, 0]
    for report in shown:
        counts = [report.source.rows, report.present, report.inserted, report.problem_count]
        table.add_row(report.name, *map(str, counts))
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
    table.add_section()
    table.add_row("all", *map(str, totals))
    return table


def _verification(screen: Console, reports: list[TableReport], source: str, target: str) -> Table:
    shown = [report for report in reports if report.source.rows or report.target.rows]
    table = result_table(
        screen,
        title="Comparison",
        caption=f"{len(reports) - len(shown)} further tables are empty on both sides.",
    )
    table.add_column("table", no_wrap=True)
    for heading in (source, target, "new"):
        table.add_column(heading, justify="right")
    table.add_column("checksum")
    table.add_column("")
    for report in shown:
        same = report.source.text == report.target.text
        table.add_row(
            report.name,
            str(report.source.rows),
            str(report.target.rows),
            str(report.inserted),
            report.source.text if same else f"{report.source.text} / {report.target.text}",
            "equal" if report.equal else "DIFFERENT",
        )
    table.add_section()
    sums = [
        sum(report.source.rows for report in reports),
        sum(report.target.rows for report in reports),
        sum(report.inserted for report in reports),
    ]
    table.add_row("all", *map(str, sums), "", "")
    return table


def _print_problems(screen: Console, moved: Moved, file: str | None) -> None:
    count = moved.problem_count
    if not count:
        return
    table = result_table(screen, title=f"{count} problems")
    for heading in ("table", "id", "column", "reason"):
        table.add_column(heading)
    problems = _first(moved)
    for problem in problems:
        table.add_row(*map(str, _as_json(problem).values()))
    screen.print(table)
    if count > len(problems):
        hint = "" if file else " --problems FILE writes all of them."
        screen.print(f"... and {count - len(problems)} more.{hint}")
    if file:
        screen.print(f"All problems are in {file}.")
