"""The command of the benchmark: ``python -m benchmarks``."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from benchmarks import contest, profiling, report, servers
from benchmarks import rows as rows_module
from benchmarks.contest import Process

STORES = tuple(servers.STORES)


@click.group()
def main() -> None:
    """Measure the API, pymongo alone and Nova on SQL, side by side."""


@main.command()
@click.option("--rows", "names", multiple=True, help="an operation or the name of a row; repeat")
@click.option("--rounds", default=5, show_default=True)
@click.option("--seconds", default=0.5, show_default=True, help="a round of one contender, at most")
@click.option("--sizes", default=",".join(map(str, rows_module.SIZES)), show_default=True)
@click.option("--threads", default=",".join(map(str, rows_module.THREADS)), show_default=True)
@click.option("--stores", multiple=True, type=click.Choice(STORES), default=STORES)
@click.option(
    "--peer",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="the Python of an environment that has the packages of peer.txt",
)
@click.option("--small", is_flag=True, help="seconds: one round of a small cloud")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path))
def run(
    names: tuple[str, ...],
    rounds: int,
    seconds: float,
    sizes: str,
    threads: str,
    stores: tuple[str, ...],
    peer: Path | None,
    *,
    small: bool,
    out: Path | None,
) -> None:
    """Measure, and write what was found as JSON."""
    if small:
        rounds, seconds, sizes, threads = 1, 0.05, "200", "1,2"
    counts = [int(size) for size in sizes.split(",")]
    chosen = rows_module.rows(counts, [int(n) for n in threads.split(",")], names)
    with ExitStack() as stack:
        contenders = {}
        for store in stores:
            contenders.update(on_mongod(stack, store))
        if peer is not None:
            contenders.update(peers(stack, peer))
        for name, process in contenders.items():
            begin = time.monotonic()
            process.ask(do="fill", sizes=counts)
            tell(f"filled {name} in {time.monotonic() - begin:.0f} s")
        found = contest.run(
            contenders,
            chosen,
            rounds=rounds,
            seconds=seconds,
            share=0.02 if small else 1,
            tell=tell,
        )
    results: dict[str, Any] = {
        **contest.circumstances(rounds=rounds, stores=list(stores)),
        "rows": found,
    }
    if out is not None:
        out.write_text(json.dumps(results, indent=1) + "\n")
    click.echo(report.tables(results))


@main.command(name="report")
@click.argument("results", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def show(results: Path) -> None:
    """Print the tables of a run."""
    click.echo(report.tables(json.loads(results.read_text())))


@main.command()
@click.argument("name")
@click.option("--size", default=rows_module.SIZE, show_default=True)
@click.option("--store", type=click.Choice(STORES), default="standalone", show_default=True)
def profile(name: str, size: int, store: str) -> None:
    """Print where the time of a row goes."""
    (row,) = rows_module.rows([size], [1], [name])
    server = servers.mongod(store)
    try:
        server.start()
        click.echo(profiling.profiled(server.url, row))
    finally:
        server.stop()


def on_mongod(stack: ExitStack, store: str) -> dict[str, Process]:
    """Start a mongod and the contenders on it; the stack ends them."""
    server = servers.mongod(store)
    stack.callback(server.stop)
    server.start()
    return {
        f"{name}@{store}": _process(stack, sys.executable, name, server.url)
        for name in ("ours", "raw")
    }


def peers(stack: ExitStack, python: Path) -> dict[str, Process]:
    """Start Nova on SQLite, and on MariaDB where it is installed; the stack ends them."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="nova-docdb-sqlite-"))
    urls = {"sqlite": f"sqlite:///{folder}/{{}}.sqlite"}
    if servers.has_mariadb():
        mariadb = servers.MariaDB()
        stack.callback(mariadb.stop)
        mariadb.start()
        urls["mariadb"] = mariadb.url
    return {f"nova@{name}": _process(stack, str(python), "peer", url) for name, url in urls.items()}


def _process(stack: ExitStack, python: str, module: str, url: str) -> Process:
    process = Process([python, "-m", f"benchmarks.{module}", url])
    stack.callback(process.stop)
    return process


def tell(text: str) -> None:
    """Tell of the progress."""
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
