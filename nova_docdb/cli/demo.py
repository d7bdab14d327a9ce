"""``nova-docdb demo``: run a small simulated cloud through the API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta

import click
from rich.console import Console, RenderableType
from rich.text import Text

from nova_docdb import db
from nova_docdb.cli import exits
from nova_docdb.cli.common import JSON, SERVER_SELECTION_MS, store_command
from nova_docdb.cli.demo_view import Show, cloud_view
from nova_docdb.cli.output import console, is_quiet, print_json, show_rows
from nova_docdb.cli.race import run_race
from nova_docdb.cli.top import PICTURE, write_svg
from nova_docdb.cli.top_view import Painter
from nova_docdb.db.migration import db_sync
from nova_docdb.demo import Cloud, Invariant
from nova_docdb.demo.cloud import INTERRUPTED_CALLS
from nova_docdb.demo.database import own_database
from nova_docdb.demo.invariants import invariants
from nova_docdb.demo.server import Server, own_server
from nova_docdb.mongo.admin import check
from nova_docdb.mongo.admin.overview import Watch
from nova_docdb.mongo.store import connection
from nova_docdb.urls import masked

# The picture is reproducible: always the same cloud, drawn when it has the most instances.
PICTURED_CLOUD = 0xC10D
PICTURED_BEFORE = "deletes"

# The number of boots after which the server is killed.
KILLED_AFTER = 10
# Longer than any boot: a reservation whose call was interrupted expires after this time.
LEASE = timedelta(seconds=15)


@dataclass
class Result:
    """The result of the demo."""

    seconds: float
    events: dict[str, int]
    invariants: list[Invariant]


@click.command()
@click.option("--fast", is_flag=True, help="Run without delays and print text, also on a terminal.")
@click.option("--race", is_flag=True, help="Show callers that race for addresses instead.")
@click.option(
    "--server",
    is_flag=True,
    help="Start a mongod in a temporary folder, kill it halfway, restart it and continue.",
)
@click.option("--keep", is_flag=True, help="Keep the demo's database on the server.")
@click.option(
    "--svg",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write a picture of the cloud, or of the race.",
)
@JSON
@store_command
def demo(
    *, fast: bool, race: bool, server: bool, keep: bool, svg: str | None, as_json: bool
) -> None:
    """Run a simulated cloud through the API, and check that nothing is allocated twice or lost.

    Hosts report in, four tenants boot instances concurrently against their quotas, addresses are
    claimed, one boot fails, instances are resized, a host dies, instances are deleted, deleted rows
    are archived. On a terminal the demo is shown live, for about ten seconds.

    Everything is stored in memory, or with --connection in a new database
    `nova_docdb_demo_…` of that server, which is dropped at the end, also after Ctrl-C; no other
    database is read or written. The exit code is 1 if an invariant is violated.

    \b
    Examples:
      nova-docdb demo
      nova-docdb demo --race
      nova-docdb demo --server
      nova-docdb demo --connection mongodb://localhost
    """
    if race:
        run_race(svg, as_json=as_json)
        return
    text = fast or as_json or svg is not None or not console().is_terminal or is_quiet()
    with _place(server=server, keep=keep) as own:
        result = _run(own, svg, text=text, as_json=as_json)
    if as_json:
        print_json(asdict(result))
    if not all(invariant.holds for invariant in result.invariants):
        exits.end(exits.FOUND)


@contextmanager
def _place(*, server: bool, keep: bool) -> Iterator[Server | None]:
    """Use the demo's own database in the block; yield the demo's own server, or None."""
    if not server:
        with own_database(keep=keep, selection_ms=SERVER_SELECTION_MS):
            yield None
        return
    with own_server() as own, own_database(own.url, keep=True):
        yield own


def _run(own: Server | None, svg: str | None, *, text: bool, as_json: bool) -> Result:
    screen = Console(quiet=True) if as_json else console()
    screen.print(f"Store: {masked(connection.current().url)}")
    db_sync()
    cloud = Cloud() if svg is None else Cloud(number=PICTURED_CLOUD)
    if own:
        cloud.lease = LEASE
    done = _killing(own, screen) if own else _ignored
    started = time.perf_counter()
    if text:
        _run_as_text(screen, cloud, svg, done)
    else:
        Show(screen, cloud).run(done)
    seconds = time.perf_counter() - started
    if own and cloud.events[INTERRUPTED_CALLS]:
        screen.print(f"Waiting {LEASE.seconds} s until interrupted reservations expire")
        time.sleep(LEASE.seconds)
        db.reservation_expire(cloud.admin)
    found = [*invariants(cloud), _nothing_live_and_archived()]
    title = f"Events in {seconds:.1f} seconds"
    show_rows(screen, ("event", "count"), cloud.events.items(), title)
    show_rows(screen, ("invariant", "", "figures"), map(_row, found), "Invariants")
    return Result(round(seconds, 1), dict(cloud.events), found)


def _run_as_text(
    screen: Console, cloud: Cloud, svg: str | None, done: Callable[[str], None]
) -> None:
    def step(name: str) -> None:
        if svg is not None and name == PICTURED_BEFORE:
            cloud.phase = ""
            write_svg(svg, lambda picture: _picture(picture, cloud), "nova-docdb demo")
        screen.print(f"  {name}")

    cloud.step, cloud.done = step, done
    cloud.run()


def _picture(screen: Console, cloud: Cloud) -> RenderableType:
    painter = Painter(screen)
    overview = Watch().read()
    return cloud_view(painter, screen, overview, cloud, lines=PICTURE[1], more=[])


def _killing(server: Server, screen: Console) -> Callable[[str], None]:
    """Return a hook that kills the server during the boots and restarts it."""
    boots = 0

    def done(event: str) -> None:
        nonlocal boots
        boots += event == "instances booted"
        if boots == KILLED_AFTER and event == "instances booted":
            screen.print(f"  kill -9 {server.pid}: the server is killed and restarted")
            server.kill()
            server.start()

    return done


def _ignored(_event: str) -> None:
    """Do nothing."""


def _row(invariant: Invariant) -> tuple[str, Text, str]:
    state = Text("holds", "green") if invariant.holds else Text("BROKEN", "red")
    return invariant.name, state, invariant.found


def _nothing_live_and_archived() -> Invariant:
    both = list(check.rows_live_and_archived(lambda _rows: None))
    return Invariant(
        "no row is both live and archived",
        not both,
        ", ".join(f"{finding.table}: {finding.what}" for finding in both) or "0 rows",
    )
