"""The command of the benchmark: ``python -m benchmarks``."""

from __future__ import annotations

import json
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from benchmarks import profiling, report, servers
from benchmarks import rows as rows_module
from benchmarks.contest import CHECKOUT, ContenderError, Contest, Process

STORES = tuple(servers.STORES)
PAGE = CHECKOUT / "docs" / "performance.md"
IMAGES = CHECKOUT / "docs" / "images"

# A short run that only checks that every row can be measured.
SMALL_SIZE = 200
SMALL_SHARE = 0.02

PATH = click.Path(exists=True, dir_okay=False, path_type=Path)


def _joined(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))


def _numbers(_context: click.Context, _option: click.Parameter, given: str) -> list[int]:
    """Parse a comma-separated list of integers."""
    try:
        numbers = [int(part) for part in given.split(",")]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1:
        raise click.BadParameter(f"{given!r} is not a list of numbers such as 1,8")
    return numbers


@click.group()
def main() -> None:
    """Benchmark the API, pymongo alone and Nova on SQL."""


@main.command()
@click.option("--rows", "names", multiple=True, help="An operation or the name of a row; repeat.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=0.5,
    show_default=True,
    help="Of a contender's round, at most.",
)
@click.option("--sizes", default=_joined(rows_module.SIZES), callback=_numbers, show_default=True)
@click.option(
    "--threads", default=_joined(rows_module.THREADS), callback=_numbers, show_default=True
)
@click.option("--stores", multiple=True, type=click.Choice(STORES), default=STORES)
@click.option("--peer", type=PATH, help="The Python of an environment with benchmarks/peer.txt.")
@click.option("--small", is_flag=True, help="One short round of a small cloud.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Of the results.")
def run(
    names: tuple[str, ...],
    rounds: int,
    seconds: float,
    sizes: list[int],
    threads: list[int],
    stores: tuple[str, ...],
    peer: Path | None,
    *,
    small: bool,
    out: Path | None,
) -> None:
    """Measure, write the results as JSON and print the tables."""
    if small:
        rounds, seconds, sizes, threads = 1, seconds / 10, [SMALL_SIZE], [1, 2]
    try:
        chosen = rows_module.rows(sizes, threads, names)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    # The servers end with the run, however it ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    begin = time.monotonic()
    try:
        with ExitStack() as stack:
            contenders = _contenders(stack, stores, peer)
            versions = _fill(contenders, sizes, begin)
            contest = Contest(contenders, stores, rounds, seconds, SMALL_SHARE if small else 1)
            found = []
            for number, row in enumerate(chosen, 1):
                tell(begin, f"row {number} of {len(chosen)}: {row.title}")
                found.append(contest.result(row))
    except ContenderError as error:
        raise click.ClickException(str(error)) from error
    results = {
        "taken": datetime.now(timezone.utc).date().isoformat(),
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "versions": versions,
        "rounds": rounds,
        "seconds": seconds,
        "stores": list(stores),
        "contenders": list(contenders),
        "rows": found,
    }
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    click.echo(report.tables(results))


@main.command(name="report")
@click.argument("results", type=PATH)
@click.option("--write", is_flag=True, help="Put them into docs/performance.md, with the plots.")
def show(results: Path, *, write: bool) -> None:
    """Print the tables of a run."""
    try:
        found = json.loads(results.read_text(encoding="utf-8"))
        shown = report.tables(found)
    except (ValueError, KeyError) as error:
        raise click.ClickException(
            f"{results} does not contain the results of a run: {error!r}"
        ) from error
    if not write:
        click.echo(shown)
        return
    # Only the plots need the extra `bench`.
    from benchmarks import plots  # noqa: PLC0415

    images = plots.draw(found, IMAGES)
    report.write(found, PAGE, images)
    for path in [PAGE, *images]:
        click.echo(f"written: {path}")


@main.command()
@click.argument("name")
@click.option("--size", type=click.IntRange(1), default=rows_module.SIZE, show_default=True)
@click.option("--store", type=click.Choice(STORES), default="standalone", show_default=True)
def profile(name: str, size: int, store: str) -> None:
    """Profile a row: print its commands, and the time by function."""
    try:
        row = rows_module.rows([size], [1], [name])[0]
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with ExitStack() as stack:
        click.echo(profiling.profiled(_started(stack, store).url, row))


def _contenders(stack: ExitStack, stores: Iterable[str], peer: Path | None) -> dict[str, Process]:
    """Start the servers and the contenders; the stack stops them."""
    contenders: dict[str, Process] = {}
    for store in stores:
        contenders.update(_on_mongod(stack, store))
    if peer is not None:
        contenders.update(_peers(stack, peer))
    return contenders


def _fill(contenders: dict[str, Process], sizes: list[int], begin: float) -> dict[str, str]:
    """Make all contenders fill their databases concurrently; return their versions."""
    tell(begin, "filling the databases")
    versions = {"Python": platform.python_version()}
    for process in contenders.values():
        process.send(do="fill", sizes=sizes)
    for name, process in contenders.items():
        versions.update(process.answer()["versions"])
        tell(begin, f"filled {name}")
    return versions


def _on_mongod(stack: ExitStack, store: str) -> dict[str, Process]:
    """Start a mongod, and the API and pymongo alone on it."""
    url = _started(stack, store).url
    return {
        f"{name}@{store}": _process(stack, sys.executable, name, url) for name in ("ours", "raw")
    }


def _peers(stack: ExitStack, python: Path) -> dict[str, Process]:
    """Start Nova on SQLite, and on MariaDB if it is installed."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="nova-docdb-sqlite-"))
    urls = {"sqlite": f"sqlite:///{folder}/{{}}.sqlite"}
    if servers.has_mariadb():
        mariadb = servers.MariaDB()
        stack.callback(mariadb.stop)
        mariadb.start()
        urls["mariadb"] = mariadb.every_url()
    return {f"nova@{name}": _process(stack, str(python), "peer", url) for name, url in urls.items()}


def tell(begin: float, text: str) -> None:
    """Print the progress to stderr."""
    click.echo(f"{time.monotonic() - begin:6.0f} s  {text}", err=True)


def _started(stack: ExitStack, store: str) -> Any:
    server = servers.mongod(store)
    stack.callback(server.stop)
    server.start()
    return server


def _process(stack: ExitStack, python: str, module: str, url: str) -> Process:
    process = Process([python, "-m", f"benchmarks.{module}", url])
    stack.callback(process.stop)
    return process


if __name__ == "__main__":
    main()
