"""``nova-docdb db sync`` and ``db version``: indexes, default flavors, format version."""

from __future__ import annotations

import click

from nova_docdb.cli import exits
from nova_docdb.cli.common import JSON, check_lasting_store, check_store, store_command
from nova_docdb.cli.output import console, counted, print_json
from nova_docdb.db import migration
from nova_docdb.mongo.admin import migration as store_migration


@click.command()
@click.option(
    "--default-flavors/--no-default-flavors",
    default=True,
    show_default=True,
    help="Create m1.tiny to m1.xlarge if there are no flavors.",
)
@click.option(
    "--rebuild-indexes",
    is_flag=True,
    help="Drop and recreate the indexes that differ: only while no service is running.",
)
@JSON
@store_command
def sync(*, default_flavors: bool, rebuild_indexes: bool, as_json: bool) -> None:
    """Create the missing indexes and default flavors; safe to repeat.

    Services may be running. The exit code is 1 if an index has other keys or options than its
    schema declares.

    \b
    Examples:
      nova-docdb db sync --connection mongodb://localhost/nova
      nova-docdb db sync --rebuild-indexes --connection mongodb://localhost/nova
    """
    check_lasting_store()
    rebuilt = store_migration.rebuild_indexes() if rebuild_indexes else []
    synced = migration.db_sync(default_flavors=default_flavors)
    if as_json:
        print_json({"rebuilt_indexes": rebuilt, **synced})
    else:
        _show(synced, rebuilt)
    if synced["changed_indexes"]:
        exits.end(exits.FOUND)


def _show(synced: dict[str, list[str]], rebuilt: list[str]) -> None:
    screen = console()
    for name in rebuilt:
        screen.print(f"Index rebuilt: {name}")
    screen.print(f"{counted(len(synced['indexes']), 'index', 'indexes')} created.")
    if synced["flavors"]:
        screen.print(f"Flavors created: {', '.join(synced['flavors'])}.")
    for name in synced["unexpected_indexes"]:
        screen.print(
            f"Unexpected index, not changed: {name}. It slows down writes; "
            "if it is not needed, drop it with dropIndex() in mongosh."
        )
    for name in synced["changed_indexes"]:
        screen.print(
            f"Changed index, not rebuilt: {name} has other keys or options than its schema."
        )
    if synced["changed_indexes"]:
        screen.print("Stop the services, then run: nova-docdb db sync --rebuild-indexes")


@click.command()
@JSON
@store_command
def version(*, as_json: bool) -> None:
    """Show the version of the stored format, which is 0 before the first sync.

    \b
    Example:
      nova-docdb db version --config-file /etc/nova/nova.conf
    """
    check_store()
    found = migration.db_version()
    if as_json:
        print_json({"version": found})
    else:
        click.echo(found)
