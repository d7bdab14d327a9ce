"""``nova-docdb db``: set up and maintain the store."""

from __future__ import annotations

import click

from nova_docdb.cli import Commands


@click.group(
    cls=Commands,
    places={
        "sync": "nova_docdb.cli.syncing:sync",
        "version": "nova_docdb.cli.syncing:version",
        "status": "nova_docdb.cli.status:status",
        "check": "nova_docdb.cli.checking:check",
        "archive": "nova_docdb.cli.archiving:archive",
        "purge": "nova_docdb.cli.archiving:purge",
        "shard": "nova_docdb.cli.sharding:shard",
    },
)
def db() -> None:
    """Set up and maintain the store."""
