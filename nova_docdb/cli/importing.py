"""``nova-docdb import``: bring a Grizzly SQL database over."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from nova_docdb.cli.common import check_store, console, result_table, store_command
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.sql import importer
from nova_docdb.sql.source import Source

# More problems than these are summed up; a reader has seen enough.
SHOWN_PROBLEMS = 50


@click.command("import")
@click.option(
    "--from",
    "source_url",
    metavar="URL",
    help="The SQLAlchemy URL of the Grizzly database (SQLite, MySQL or MariaDB, PostgreSQL); "
    "default: the option sql_connection.",
)
@click.option(
    "--batch",
    default=importer.BATCH,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="How many rows are read at once.",
)
@store_command
def import_command(source_url: str | None, batch: int) -> None:
    """Bring a Grizzly SQL database over: every table and its shadow table, then verify it.

    Ids, timestamps and soft-deleted rows are kept. After an interruption run it again: rows that
    are there are left alone. The exit code is 1 when any table differs at the end.

    \b
    Examples:
      nova-docdb import --from sqlite:////var/lib/nova/nova.sqlite --connection mongodb://db/nova
      nova-docdb import --config-file /etc/nova/nova.conf
    """  # noqa: D301 - \b is click's mark for lines that are not wrapped
    url = source_url or CONF.sql_connection
    if not url:
        raise click.UsageError("Name the SQL database: --from URL, or the option sql_connection.")
    check_store()
    screen = console()
    with Source(url) as source:
        screen.print(f"From {source.name}")
        db_sync(default_flavors=False)
        reports = _with_progress(source, screen, batch)
        unknown = source.unknown_tables()
    screen.print(_verification(screen, reports))
    _print_left_out(screen, unknown)
    _print_problems(screen, reports)
    if not all(report.equal for report in reports):
        raise SystemExit(1)


def _with_progress(source: Source, screen: Console, batch: int) -> list[importer.TableReport]:
    total = sum(source.count(table.name) for table in source.tables())
    columns = (
        TextColumn("{task.description:<40}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen, disable=not screen.is_terminal) as bar:
        task = bar.add_task("", total=total)

        def advance(table: str, rows: int) -> None:
            bar.update(task, description=table, advance=rows)

        reports = importer.run(source, advance, batch)
        bar.update(task, description="verified")
        return reports


def _verification(screen: Console, reports: list[importer.TableReport]) -> Table:
    shown = [report for report in reports if report.source.rows or report.target.rows]
    table = result_table(
        screen,
        title="What both sides have",
        caption=f"{len(reports) - len(shown)} further tables are empty on both sides.",
    )
    table.add_column("table", no_wrap=True)
    for heading in ("SQL rows", "documents", "new"):
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


def _print_left_out(screen: Console, unknown: dict[str, int]) -> None:
    filled = {name: rows for name, rows in unknown.items() if rows}
    if filled:
        names = ", ".join(f"{name} ({rows} rows)" for name, rows in filled.items())
        screen.print(f"Not part of the API and left out: {names}.")


def _print_problems(screen: Console, reports: list[importer.TableReport]) -> None:
    problems = [problem for report in reports for problem in report.problems]
    if not problems:
        return
    table = result_table(screen, title=f"{len(problems)} problems")
    for heading in ("table", "id", "column", "reason"):
        table.add_column(heading)
    for problem in problems[:SHOWN_PROBLEMS]:
        table.add_row(problem.table, str(problem.key), problem.column, problem.reason)
    screen.print(table)
    if len(problems) > SHOWN_PROBLEMS:
        screen.print(f"... and {len(problems) - SHOWN_PROBLEMS} more.")
