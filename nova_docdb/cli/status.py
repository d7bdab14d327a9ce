"""``nova-docdb db status``: show the server, its durability, rows and indexes."""

from __future__ import annotations

import click
from rich.console import Console

from nova_docdb.cli import exits
from nova_docdb.cli.common import JSON, check_store, store_command
from nova_docdb.cli.output import console, counted, print_json, show_totals
from nova_docdb.mongo.admin import status as store_status

# The largest number of names printed on one line.
NAMED = 3


@click.command()
@click.option("--all", "everything", is_flag=True, help="Show empty tables too.")
@JSON
@store_command
def status(*, everything: bool, as_json: bool) -> None:
    """Show the server, its durability, the rows of each table, and indexes that differ.

    The exit code is 1 if indexes are missing or changed; run `nova-docdb db sync` then.

    \b
    Examples:
      nova-docdb db status --connection mongodb://localhost/nova
      nova-docdb db status --json --config-file /etc/nova/nova.conf
    """
    check_store()
    found = store_status.status()
    if as_json:
        print_json(found)
    else:
        screen = console()
        _show(screen, found, everything=everything)
        _show_indexes(screen, found)
    if any(t["missing_indexes"] or t["changed_indexes"] for t in found["tables"].values()):
        exits.end(exits.FOUND)


def missing_indexes(names: list[str]) -> str:
    """Return a line that names the missing indexes and what to do.

    :param names: the indexes, as "table.index"
    """
    few = f" ({', '.join(names)})" if len(names) <= NAMED else ""
    verb = "is" if len(names) == 1 else "are"
    indexes = counted(len(names), "index", "indexes")
    return f'{indexes} {verb} missing{few}: run "nova-docdb db sync"'


def _show(screen: Console, found: store_status.Status, *, everything: bool) -> None:
    screen.print(f"Store:       {found['url']}")
    screen.print(f"Server:      {found['server']}")
    screen.print(f"Durability:  {found['durability']}")
    screen.print(f"Format:      version {found['version']}")
    tables = found["tables"]
    filled = {
        name: rows
        for name, rows in tables.items()
        if everything or rows["live"] or rows["deleted"] or rows["archived"]
    }
    if filled:
        show_totals(
            screen,
            ("table", "live", "deleted", "archived"),
            [
                (
                    *(name, rows["live"]),
                    str(rows["deleted"]) + ("" if rows["exact"] else "+"),
                    rows["archived"],
                )
                for name, rows in filled.items()
            ],
            (
                sum(rows["live"] for rows in tables.values()),
                sum(rows["deleted"] for rows in tables.values()),
                sum(rows["archived"] or 0 for rows in tables.values()),
            ),
        )
    if len(filled) < len(tables):
        screen.print(f"{counted(len(tables) - len(filled), 'table')} without rows not shown.")


def _show_indexes(screen: Console, found: store_status.Status) -> None:
    tables = found["tables"].items()
    missing = [f"{name}.{index}" for name, spec in tables for index in spec["missing_indexes"]]
    if missing:
        screen.print(missing_indexes(missing))
    for name, spec in tables:
        for index in spec["changed_indexes"]:
            screen.print(
                f"The index {name}.{index} has other keys or options than its schema: stop the "
                'services and run "nova-docdb db sync --rebuild-indexes"'
            )
    for name, spec in tables:
        for index in spec["unexpected_indexes"]:
            screen.print(f"The index {name}.{index} is not in the schema and slows down writes")
