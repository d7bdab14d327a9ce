"""``nova-docdb db``: set the store up and look after it."""

from __future__ import annotations

import json

import click

from nova_docdb.cli.archiving import archive, purge
from nova_docdb.cli.common import (
    check_lasting_store,
    check_store,
    console,
    result_table,
    store_command,
)
from nova_docdb.cli.sharding import shard
from nova_docdb.db import migration
from nova_docdb.mongo.admin import check as store_check
from nova_docdb.mongo.admin import migration as store_migration
from nova_docdb.mongo.admin import status as store_status


@click.group()
def db() -> None:
    """Set the store up, and look after it."""


db.add_command(archive)
db.add_command(purge)


db.add_command(shard)


@db.command()
@click.option(
    "--default-flavors/--no-default-flavors",
    default=True,
    show_default=True,
    help="Make m1.tiny to m1.xlarge where there is no flavor.",
)
@click.option(
    "--rebuild-indexes",
    is_flag=True,
    help="Drop the indexes that differ and make them anew: only while no service is running.",
)
@store_command
def sync(*, default_flavors: bool, rebuild_indexes: bool) -> None:
    """Make the indexes and default flavors that are missing; repeating it changes nothing.

    Services may run meanwhile. The exit code is 1 when an index has other keys or options than it
    should.

    \b
    Examples:
      nova-docdb db sync --connection mongodb://localhost/nova
      nova-docdb db sync --rebuild-indexes --connection mongodb://localhost/nova
    """  # noqa: D301 - \b is click's mark for lines that are not wrapped
    check_lasting_store()
    screen = console()
    if rebuild_indexes:
        for name in store_migration.rebuild_indexes():
            screen.print(f"Index made anew: {name}")
    made = migration.db_sync(default_flavors=default_flavors)
    screen.print(f"{len(made['indexes'])} indexes made.")
    if made["flavors"]:
        screen.print(f"Flavors made: {', '.join(made['flavors'])}.")
    for name in made["unexpected_indexes"]:
        screen.print(
            f"Unexpected index, left alone: {name}. It costs every write; "
            "if nobody needs it, drop it with dropIndex() in mongosh."
        )
    for name in made["changed_indexes"]:
        screen.print(f"Changed index, left alone: {name} has other keys or options than it should.")
    if made["changed_indexes"]:
        screen.print("Stop the services, then run: nova-docdb db sync --rebuild-indexes")
        raise SystemExit(1)


@db.command()
@store_command
def version() -> None:
    """Show the version of the stored format; 0 before the first sync.

    \b
    Example:
      nova-docdb db version --config-file /etc/nova/nova.conf
    """  # noqa: D301 - \b is click's mark for lines that are not wrapped
    check_store()
    click.echo(migration.db_version())


@db.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@store_command
def status(*, as_json: bool) -> None:
    """Show the server, the durability in force, the rows of each table and its indexes.

    The exit code is 1 when indexes are missing or changed; `nova-docdb db sync` says what to do.

    \b
    Example:
      nova-docdb db status --connection mongodb://localhost/nova
    """  # noqa: D301 - \b is click's mark for lines that are not wrapped
    check_store()
    found = store_status.status()
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        _show(found)
    if any(t["missing_indexes"] or t["changed_indexes"] for t in found["tables"].values()):
        raise SystemExit(1)


@db.command()
@click.option("--repair", is_flag=True, help="Put right what is found; without it, only look.")
@store_command
def check(*, repair: bool) -> None:
    """Find what a crash left behind or what does not fit together, and repair it on demand.

    Missing indexes, rows both live and archived, rows whose owner is gone, addresses of instances
    that are gone, floating addresses that lead nowhere, and quota usages that differ from their
    reservations or from the rows that they count. Nothing is changed without --repair.
    The exit code is 1 when something was found and not repaired.

    \b
    Examples:
      nova-docdb db check --connection mongodb://localhost/nova
      nova-docdb db check --repair --connection mongodb://localhost/nova
    """  # noqa: D301 - \b is click's mark for lines that are not wrapped
    check_lasting_store()
    screen = console()
    table = result_table(screen)
    for heading in ("what", "table", "rows", ""):
        table.add_column(heading)
    found = 0
    with screen.status("") as working:
        for finding in store_check.findings(
            lambda name, rows: working.update(f"{name}: {rows} rows looked at")
        ):
            found += 1
            state = "found"
            if repair and finding.repair is None:
                state = "to be corrected by hand"
            elif repair and finding.repair:
                state = "repaired" if finding.repair() else "left alone: it has changed since"
            table.add_row(finding.kind, finding.table, finding.what, state)
    if not found:
        screen.print("Nothing was found.")
        return
    screen.print(table)
    if not repair:
        screen.print("Nothing was changed: give --repair to put it right.")
        raise SystemExit(1)


def _show(found: store_status.Status) -> None:
    screen = console()
    screen.print(f"Store:       {found['url']}")
    screen.print(f"Server:      {found['server']}")
    screen.print(f"Durability:  {found['durability']}")
    screen.print(f"Format:      version {found['version']}")
    table = result_table(screen)
    table.add_column("table", no_wrap=True)
    for heading in ("live", "deleted", "archived"):
        table.add_column(heading, justify="right")
    table.add_column("indexes")
    for name, spec in found["tables"].items():
        drift = [f"missing {index}" for index in spec["missing_indexes"]]
        drift += [f"changed {index}" for index in spec["changed_indexes"]]
        drift += [f"unexpected {index}" for index in spec["unexpected_indexes"]]
        table.add_row(
            name,
            str(spec["live"]),
            str(spec["deleted"]) + ("" if spec["exact"] else " or more"),
            "-" if spec["archived"] is None else str(spec["archived"]),
            "; ".join(drift) or "as expected",
        )
    screen.print(table)
