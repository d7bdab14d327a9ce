"""Measures the speed and memory of the import and export of a large SQL database.

    python -m benchmarks.import_million --rows 1000000 --engine mariadb --engine postgresql

Starts a mongod and the SQL servers that are installed (see tests/servers.py, tests/sql/servers.py)
and runs ``nova-docdb import`` and ``nova-docdb export`` as separate processes. Both figures include
the verification, which reads both sides.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import click

from tests.servers import Mongod
from tests.sql import commands, grizzly
from tests.sql.servers import MariaDB, PostgreSQL, SqlServer

SERVERS = {"mariadb": MariaDB, "postgresql": PostgreSQL}


def measure(rows: int, engine: str, mongod: Mongod, server: SqlServer | None, folder: Path) -> None:
    first, second = (
        server.database() if server else f"sqlite:///{folder}/{name}.sqlite" for name in "ab"
    )
    grizzly.make_big(first, rows)
    store = f"{mongod.url}{engine}"
    for command in (("import", "--from", first), ("export", "--to", second)):
        began = time.monotonic()
        _shown, memory = commands.run(*command, "--connection", store)
        seconds = time.monotonic() - began
        print(
            f"| {command[0]} | {engine} | {rows:,} | {seconds:.0f} s | {rows / seconds:,.0f}/s "
            f"| {memory / 2**20:.0f} MB |",
            flush=True,
        )


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, type=click.IntRange(1))
@click.option(
    "--engine",
    "engines",
    multiple=True,
    default=["sqlite"],
    show_default=True,
    type=click.Choice(["sqlite", *SERVERS]),
    help="May be given several times.",
)
def main(rows: int, engines: tuple[str, ...]) -> None:
    """Measure the import and export of a database for each engine."""
    mongod = Mongod().start()
    print("| command | database | rows | time | rows a second | highest memory |\n|" + " --- |" * 6)
    try:
        for engine in engines:
            server = SERVERS[engine]().start() if engine in SERVERS else None
            try:
                with tempfile.TemporaryDirectory() as folder:
                    measure(rows, engine, mongod, server, Path(folder))
            finally:
                if server:
                    server.stop()
    finally:
        mongod.stop()


if __name__ == "__main__":
    main()
