"""The command line ``nova-docdb``."""

from __future__ import annotations

import click

from nova_docdb.cli.db import db
from nova_docdb.cli.demo import demo
from nova_docdb.cli.exporting import export_command
from nova_docdb.cli.importing import import_command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nova_docdb")
def main() -> None:
    """Nova's database on MongoDB: set it up, look after it, bring data over.

    \b
    Examples:
      nova-docdb demo
      nova-docdb db sync --connection mongodb://localhost/nova
      nova-docdb import --from mysql+pymysql://nova:secret@db/nova --config-file nova.conf
    """  # noqa: D301 - \b is click's mark for lines that are not wrapped


main.add_command(demo)
main.add_command(db)
main.add_command(import_command)
main.add_command(export_command)
