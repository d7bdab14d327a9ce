"""``nova-docdb demo``: a small cloud lives through the public API."""

from __future__ import annotations

import time

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from nova_docdb.cli.common import check_store, console, result_table, store_command
from nova_docdb.db.migration import db_sync
from nova_docdb.demo import Cloud, Invariant
from nova_docdb.mongo.admin import check
from nova_docdb.mongo.store import connection
from nova_docdb.urls import masked

PHASES = 8


@click.command()
@store_command
def demo() -> None:
    """Let a small cloud live through the API, and check that nothing was given twice or lost.

    Hosts report in, four tenants boot instances at once against their quotas, addresses are
    claimed, one boot fails, instances are resized and deleted, deleted rows are archived. By
    default all of it happens in memory; give --connection for a server. The exit code is 1 when
    an invariant is broken.

    \b
    Examples:
      nova-docdb demo
      nova-docdb demo --connection mongodb://localhost/nova
    """  # noqa: D301 - \b is click's mark for lines that are not wrapped
    check_store()
    screen = console()
    screen.print(f"Store: {masked(connection.current().url)}")
    db_sync()
    started = time.perf_counter()
    cloud = _live(screen)
    seconds = time.perf_counter() - started
    _show_events(screen, cloud, seconds)
    invariants = [*cloud.invariants(), _nothing_live_and_archived()]
    _show_invariants(screen, invariants)
    if not all(invariant.holds for invariant in invariants):
        raise SystemExit(1)


def _live(screen: Console) -> Cloud:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<34}"),
        BarColumn(),
        TextColumn("{task.fields[event]}"),
        TimeElapsedColumn(),
    )
    plain = not screen.is_terminal
    with Progress(*columns, console=screen, disable=plain) as bar:
        task = bar.add_task("", total=PHASES, event="")
        finished = -1

        def step(name: str) -> None:
            nonlocal finished
            finished += 1
            bar.update(task, description=name, completed=finished)
            if plain:
                screen.print(f"  {name}")

        cloud = Cloud(step=step, done=lambda event: bar.update(task, event=event))
        cloud.live()
        bar.update(task, completed=PHASES, description="the day is over", event="")
    return cloud


def _show_events(screen: Console, cloud: Cloud, seconds: float) -> None:
    table = result_table(screen, title=f"What happened in {seconds:.1f} seconds")
    table.add_column("event")
    table.add_column("times", justify="right")
    for event, times in cloud.events.items():
        table.add_row(event, str(times))
    screen.print(table)


def _show_invariants(screen: Console, invariants: list[Invariant]) -> None:
    table = result_table(screen, title="What must hold")
    for heading in ("invariant", "", "found"):
        table.add_column(heading)
    for invariant in invariants:
        state = Text("holds", "green") if invariant.holds else Text("BROKEN", "red")
        table.add_row(invariant.name, state, invariant.found)
    screen.print(table)


def _nothing_live_and_archived() -> Invariant:
    both = list(check.rows_live_and_archived(lambda _rows: None))
    return Invariant(
        "no row is both live and archived",
        not both,
        ", ".join(f"{finding.table}: {finding.what}" for finding in both) or "0 rows",
    )
