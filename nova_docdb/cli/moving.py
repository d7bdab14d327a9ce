"""What import and export show: how far they are, and what both sides have at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from nova_docdb.cli.common import result_table
from nova_docdb.sql.report import Moved, Progress, TableReport

# More problems than these are summed up; a reader has seen enough.
SHOWN_PROBLEMS = 50


@contextmanager
def progress_bar(screen: Console, rows: int) -> Iterator[Progress]:
    """Show a bar on a terminal, and yield what moves it on.

    :param rows: how many rows there are; each is moved and then compared
    """
    columns = (
        TextColumn("{task.description:<40}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=screen, disable=not screen.is_terminal) as bar:
        task = bar.add_task("", total=2 * rows)
        yield lambda table, done: bar.update(task, description=table, advance=done)


def show(screen: Console, moved: Moved, source: str, target: str) -> None:
    """Show both sides of every table, and what does not fit.

    :param source: what a row of the source is called
    :param target: what a row of the target is called
    """
    if moved.finished is not None:
        screen.print(f"It was finished on {moved.finished:%Y-%m-%d %H:%M}: only compared.")
    screen.print(_verification(screen, moved.tables, source, target))
    for note in moved.notes:
        screen.print(note)
    _print_problems(screen, moved.tables)


def _verification(screen: Console, reports: list[TableReport], source: str, target: str) -> Table:
    shown = [report for report in reports if report.source.rows or report.target.rows]
    table = result_table(
        screen,
        title="What both sides have",
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


def _print_problems(screen: Console, reports: list[TableReport]) -> None:
    count = sum(report.problem_count for report in reports)
    if not count:
        return
    table = result_table(screen, title=f"{count} problems")
    for heading in ("table", "id", "column", "reason"):
        table.add_column(heading)
    problems = [problem for report in reports for problem in report.problems][:SHOWN_PROBLEMS]
    for problem in problems:
        table.add_row(problem.table, str(problem.key), problem.column, problem.reason)
    screen.print(table)
    if count > len(problems):
        screen.print(f"... and {count - len(problems)} more.")
