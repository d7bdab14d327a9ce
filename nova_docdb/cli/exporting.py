"""``nova-docdb export``: export the store as a Grizzly SQL database."""

from __future__ import annotations

import click

from nova_docdb.cli import exits
from nova_docdb.cli.common import JSON, check_lasting_store, store_command
from nova_docdb.cli.moving import (
    problem_sink,
    problems_option,
    progress_bar,
    show,
    show_json,
)
from nova_docdb.cli.output import console
from nova_docdb.sql import exporter
from nova_docdb.sql.store import estimated_rows


@click.command("export")
@click.option(
    "--to",
    "target_url",
    metavar="URL",
    required=True,
    help="The SQLAlchemy URL of an empty database (SQLite, MySQL or MariaDB, PostgreSQL), or of "
    "one that Grizzly's nova-manage db sync created.",
)
@click.option(
    "--batch",
    default=exporter.BATCH,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="The number of rows per write.",
)
@problems_option
@JSON
@store_command
def export_command(
    target_url: str, batch: int, problems_file: str | None, *, as_json: bool
) -> None:
    """Export the store as a Grizzly SQL database, with every table and shadow table, and verify it.

    Ids, timestamps and soft-deleted rows are kept. A SQLite file is created with permissions for
    its owner only, because the store contains passwords. After an interruption run the command
    again: rows that the database already has are not changed. The exit code is 1 if any table
    differs at the end.

    \b
    Examples:
      nova-docdb export --to mysql://nova:secret@db/nova --connection mongodb://db/nova
      nova-docdb export --to sqlite:////var/lib/nova/nova.sqlite --config-file /etc/nova/nova.conf
    """
    check_lasting_store()
    with problem_sink(problems_file) as sink, progress_bar(2 * estimated_rows()) as progress:
        moved = exporter.run(target_url, progress, batch, sink=sink)
    if as_json:
        show_json(moved)
    else:
        show(console(), moved, "documents", "SQL rows", problems_file)
    if not moved.equal:
        exits.end(exits.FOUND)
