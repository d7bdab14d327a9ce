"""``nova-docdb import``: import a Grizzly SQL database."""

from __future__ import annotations

import click
from rich.console import Console

from nova_docdb.cli import exits
from nova_docdb.cli.common import JSON, check_lasting_store, check_store, store_command
from nova_docdb.cli.moving import (
    problem_sink,
    problems_option,
    progress_bar,
    show,
    show_json,
)
from nova_docdb.cli.output import console
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.sql import importer
from nova_docdb.sql.source import Source

# The number of missing tables and columns that are named.
SHOWN = 5

# An exact import keeps the inconsistencies of its source, which `db check` finds.
NEXT = (
    'Next, before the services start: "nova-docdb db check". Problems that it finds now '
    'are in the SQL database too, and were imported: "nova-docdb db check --repair" repairs them.'
)


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
    help="The number of rows per read.",
)
@click.option(
    "--merge",
    is_flag=True,
    help="Import into a store that has rows of its own: they are not changed, and those that "
    "differ from the SQL rows with the same id are reported.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Read and check every row, and write nothing.",
)
@problems_option
@JSON
@store_command
def import_command(
    source_url: str | None,
    batch: int,
    problems_file: str | None,
    *,
    merge: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import a Grizzly SQL database, with every table and shadow table, and verify it.

    Ids, timestamps and soft-deleted rows are kept. After an interruption run the command again:
    rows that the store already has are not changed. A row that cannot be imported is reported, and
    the others are imported. A database that is not Grizzly's is refused before anything is stored.
    The exit code is 1 if any table differs at the end, or with --dry-run if any row cannot be
    imported.

    \b
    Examples:
      nova-docdb import --from sqlite:////var/lib/nova/nova.sqlite --connection mongodb://db/nova
      nova-docdb import --dry-run --problems rows.json --config-file /etc/nova/nova.conf
    """
    url = source_url or CONF.sql_connection
    if not url:
        raise click.UsageError(
            "The SQL database is missing: use --from URL, or the option sql_connection."
        )
    (check_store if dry_run else check_lasting_store)()
    screen = console()
    with Source(url) as source, problem_sink(problems_file) as sink:
        source.require_grizzly()
        if not as_json:
            screen.print(f"From {source.name}")
        if not dry_run:
            db_sync(default_flavors=False)
        rows = sum(source.count(table.name) for table in source.tables())
        with progress_bar(rows if dry_run else 2 * rows) as progress:
            moved = importer.run(source, progress, batch, merge=merge, dry_run=dry_run, sink=sink)
        unknown, lacking = source.unknown_tables(), source.lacking()
    if as_json:
        show_json(moved, source=source.name, left_out=unknown, lacking=lacking)
    else:
        show(screen, moved, "SQL rows", "documents", problems_file)
        _print_left_out(screen, unknown)
        _print_lacking(screen, lacking)
        if moved.equal and not moved.rehearsed and moved.finished is None:
            screen.print(NEXT)
    if not moved.equal:
        exits.end(exits.FOUND)


def _print_left_out(screen: Console, unknown: dict[str, int]) -> None:
    filled = {name: rows for name, rows in unknown.items() if rows}
    if filled:
        names = ", ".join(f"{name} ({rows} rows)" for name, rows in filled.items())
        screen.print(f"Not imported, because not part of the API: {names}.")


def _print_lacking(screen: Console, lacking: list[str]) -> None:
    if lacking:
        more = f" and {len(lacking) - SHOWN} more" if len(lacking) > SHOWN else ""
        screen.print(
            f"Missing in the SQL database, imported as empty: {', '.join(lacking[:SHOWN])}{more}."
        )
