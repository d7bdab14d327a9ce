"""The command of the benchmark: ``python -m benchmarks``."""

from __future__ import annotations

import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from tests import servers

from benchmarks import contest, report
from benchmarks import rows as rows_module
from benchmarks.contest import Process

STORES = ("standalone", "replica_set")
CACHE_GB = 1


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
@click.option("--small", is_flag=True, help="seconds: one round of a small cloud")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path))
def run(
    names: tuple[str, ...],
    rounds: int,
    seconds: float,
    sizes: str,
    threads: str,
    stores: tuple[str, ...],
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
            for name, process in started(stack, store).items():
                filled = time.monotonic()
                process.ask(do="fill", sizes=counts)
                tell(f"filled {name} in {time.monotonic() - filled:.0f} s")
                contenders[name] = process
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


def started(stack: ExitStack, store: str) -> dict[str, Process]:
    """Start a server and the contenders on it; the stack ends them."""
    kinds: dict[str, Any] = {"standalone": servers.Mongod, "replica_set": servers.ReplicaSet}
    server = kinds[store](cache_gb=CACHE_GB)
    stack.callback(server.stop)
    server.start()
    contenders = {}
    for name in ("ours", "raw"):
        process = Process([sys.executable, "-m", f"benchmarks.{name}", server.url])
        stack.callback(process.stop)
        contenders[f"{name}@{store}"] = process
    return contenders


def tell(text: str) -> None:
    """Tell of the progress."""
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
