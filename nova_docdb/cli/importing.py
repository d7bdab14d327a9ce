"""``nova-docdb import``: bring a Grizzly SQL database over."""

from __future__ import annotations

import click
from rich.console import Console

from nova_docdb.cli.common import check_lasting_store, console, store_command
from nova_docdb.cli.moving import progress_bar, show
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.sql import importer
from nova_docdb.sql.source import Source

# So many of the tables and columns that are missing are named.
SHOWN = 5


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
@click.option(
    "--merge",
    is_flag=True,
    help="Go on although the store has rows of its own: they are left as they are, those that "
    "differ from the SQL rows of the same id are reported.",
)
@store_command
def import_command(source_url: str | None, batch: int, *, merge: bool) -> None:
    """Bring a Grizzly SQL database over: every table and its shadow table, then verify it.

    Ids, timestamps and soft-deleted rows are kept. After an interruption run it again: rows that
    are there are left alone. A database that is not of Grizzly is refused before anything is
    stored. The exit code is 1 when any table differs at the end or when it failed, 130 when it
    was interrupted.

    \b
    Examples:
      nova-docdb import --from sqlite:////var/lib/nova/nova.sqlite --connection mongodb://db/nova
      nova-docdb import --config-file /etc/nova/nova.conf
    """  # noqa: D301 - \b is click's mark for lines that are not wrapped
    url = source_url or CONF.sql_connection
    if not url:
        raise click.UsageError("Name the SQL database: --from URL, or the option sql_connection.")
    check_lasting_store()
    screen = console()
    with Source(url) as source:
        source.refuse_unfit()
        screen.print(f"From {source.name}")
        db_sync(default_flavors=False)
        rows = sum(source.count(table.name) for table in source.tables())
        with progress_bar(screen, rows) as progress:
            moved = importer.run(source, progress, batch, merge=merge)
        unknown, lacking = source.unknown_tables(), source.lacking()
    show(screen, moved, "SQL rows", "documents")
    _print_left_out(screen, unknown)
    _print_lacking(screen, lacking)
    if not moved.equal:
        raise SystemExit(1)


def _print_left_out(screen: Console, unknown: dict[str, int]) -> None:
    filled = {name: rows for name, rows in unknown.items() if rows}
    if filled:
        names = ", ".join(f"{name} ({rows} rows)" for name, rows in filled.items())
        screen.print(f"Not part of the API and left out: {names}.")


def _print_lacking(screen: Console, lacking: list[str]) -> None:
    if lacking:
        more = f" and {len(lacking) - SHOWN} more" if len(lacking) > SHOWN else ""
        screen.print(f"Not there, and taken as empty: {', '.join(lacking[:SHOWN])}{more}.")
