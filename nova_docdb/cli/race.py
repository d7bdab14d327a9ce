"""``nova-docdb demo --race``: "look, then write" and the API in the same interleavings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console, Group, RenderableType
from rich.progress import Progress
from rich.text import Text

from nova_docdb.cli import exits
from nova_docdb.cli.output import console, is_quiet, print_json, result_table, rows_table
from nova_docdb.cli.top import write_svg
from nova_docdb.demo.race import ADDRESSES, CALLERS, ORDERS, Race, Run, race

NAIVE, API = "look, then write", "fixed_ip_associate_pool"


def run_race(svg: str | None, *, as_json: bool) -> None:
    """Run the race and print its result.

    :param svg: the file to write a picture to, or None
    """
    screen = console()
    hidden = not screen.is_terminal or as_json or is_quiet()
    with Progress(console=screen, transient=True, disable=hidden) as bar:
        task = bar.add_task("Racing", total=ORDERS)
        found = race(done=lambda _seed: bar.advance(task))
    if as_json:
        print_json(_as_json(found))
    else:
        screen.print(race_view(screen, found))
    if svg is not None:
        write_svg(svg, lambda picture: race_view(picture, found), "nova-docdb demo --race")
    if _given_twice(found.api):
        exits.end(exits.FOUND)


def race_view(screen: Console, found: Race) -> RenderableType:
    """Return the counts of both methods, and the steps of one order with a lost claim."""
    count = result_table(screen)
    count.add_column(
        f"{CALLERS} callers each take one of {ADDRESSES} addresses, in {ORDERS} orders"
    )
    count.add_column("given twice in", justify="right")
    for name, runs in ((NAIVE, found.naive), (API, found.api)):
        lost = _given_twice(runs)
        count.add_row(name, Text(f"{lost} of {len(runs)}", "bold red" if lost else "bold green"))
    lost_run = found.losing
    if lost_run is None:
        return count
    return Group(
        count,
        _steps(screen, f"Order {lost_run.seed}: {NAIVE}", lost_run),
        _steps(screen, f"Order {lost_run.seed}: {API}", found.same_order(lost_run)),
    )


def _steps(screen: Console, title: str, run: Run) -> RenderableType:
    """Return a table of the steps, with a column for each caller."""
    rows = []
    taken: set[str] = set()
    for number, step in enumerate(run.steps, 1):
        verdict = Text("")
        if step.taken is not None:
            twice = step.taken in taken
            verdict = Text("given twice", "bold red") if twice else Text("ok", "green")
            taken.add(step.taken)
        rows.append((number, "ABCDEFGH"[step.caller], step.did, verdict))
    return rows_table(screen, ("step", "caller", "command", ""), rows, title)


def _given_twice(runs: Sequence[Run]) -> int:
    """Return in how many runs several callers got the same address."""
    return sum(bool(run.twice) for run in runs)


def _as_json(found: Race) -> dict[str, object]:
    lost = found.losing
    return {
        "callers": CALLERS,
        "addresses": ADDRESSES,
        "orders": ORDERS,
        "given_twice": {
            "look_then_write": _given_twice(found.naive),
            "api": _given_twice(found.api),
        },
        "losing_order": asdict(lost) if lost else None,
        "same_order_through_api": asdict(found.same_order(lost)) if lost else None,
    }
