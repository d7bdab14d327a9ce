"""``nova-docdb db shard``: shard the collections of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click
from rich.filesize import decimal

from nova_docdb.cli import exits
from nova_docdb.cli.common import JSON, check_lasting_store, store_command
from nova_docdb.cli.output import console, counted, is_quiet, print_json, show_totals
from nova_docdb.mongo.admin import sharding

Found = tuple[sharding.Placement, sharding.State]


@click.command()
@click.option("--plan", is_flag=True, help="Show the planned and the current placement.")
@click.option(
    "--apply", "apply_", is_flag=True, help="Shard the collections that are not sharded yet."
)
@click.option(
    "--reasons", is_flag=True, help="With --plan, show why, and which functions query every shard."
)
@click.option(
    "--without",
    metavar="COLLECTION",
    multiple=True,
    help="Leave this collection on the primary shard, against the plan; may be repeated.",
)
@JSON
@store_command
def shard(
    *, plan: bool, apply_: bool, reasons: bool, without: tuple[str, ...], as_json: bool
) -> None:
    """Shard the collections that grow, by the shard keys of their schemas.

    --plan works on any store; --apply needs a mongos. The exit code of --plan is 0 if all
    collections are sharded as planned, 1 if any is not; that of --apply is 0 if all collections are
    sharded, 2 if it was refused and nothing was sharded.

    \b
    Examples:
      nova-docdb db shard --plan --connection mongodb://localhost/nova
      nova-docdb db shard --apply --without fixed_ips --connection mongodb://mongos1,mongos2/nova
    """
    if plan == apply_:
        raise click.UsageError("Use either --plan or --apply.")
    known = sharding.placements()
    if unknown := set(without) - {placement.collection for placement in known if placement.key}:
        raise click.UsageError(f"The plan does not shard {', '.join(sorted(unknown))}.")
    wanted = [placement for placement in known if placement.collection not in without]
    check_lasting_store()
    if apply_:
        names = sharding.apply(sharding.mongos(), wanted)
        if as_json:
            print_json({"sharded": names})
        for name in () if as_json or is_quiet() else names:
            click.echo(f"Sharded: {name}")
        return
    sharded = sharding.sharded_collections()
    states = [(placement, sharding.state(placement, sharded)) for placement in wanted]
    if as_json:
        print_json({"collections": [_as_json(*found) for found in states]})
    else:
        _show(states)
        if reasons:
            _show_reasons(states)
    if any(_is_left(*found) for found in states):
        exits.end(exits.FOUND)


def _is_left(placement: sharding.Placement, state: sharding.State) -> bool:
    """Return whether a collection is not sharded as planned."""
    return placement.key is not None and (state.sharded_by is None or bool(state.obstacles))


def _as_json(placement: sharding.Placement, state: sharding.State) -> dict[str, object]:
    return {
        "collection": placement.collection,
        "shard_key": placement.key.pattern if placement.key else None,
        "why": placement.why,
        "documents": state.documents,
        "bytes": state.size,
        "sharded_by": state.sharded_by,
        "obstacles": list(state.obstacles),
        "every_shard": list(placement.every_shard),
    }


def _show(states: Sequence[Found]) -> None:
    """Print the placement of the collections that grow; omit a column with a single value."""
    screen = console()
    shown = [(placement, state) for placement, state in states if _grows(placement)]
    filled = [(placement, state) for placement, state in shown if state.documents]
    places = {_place(state) for _placement, state in filled}
    columns: list[tuple[str, object, Callable[[sharding.Placement, sharding.State], object]]] = [
        ("shard key", "", lambda placement, _state: _key(placement)),
        ("documents", sum(s.documents for _, s in filled), lambda _, state: state.documents),
    ]
    if any(state.size is not None for _placement, state in filled):
        size = decimal(sum(state.size or 0 for _placement, state in filled))
        columns.append(("size", size, lambda _, state: decimal(state.size or 0)))
    if len(places) > 1:
        columns.append(("now", "", lambda _, state: _place(state)))
    if filled:
        headings, totals, cells = zip(*columns, strict=True)
        rows = [(found[0].collection, *(cell(*found) for cell in cells)) for found in filled]
        show_totals(screen, ("collection", *headings), rows, totals)
    if len(places) == 1:
        screen.print(f"All of them are {places.pop()}.")
    screen.print(f"{counted(len(shown) - len(filled), 'collection')} without documents not shown.")
    small = len(states) - len(shown)
    screen.print(f"{small} further collections stay on the primary shard: {sharding.SMALL}.")
    obstacles = [(placement, state) for placement, state in shown if state.obstacles]
    for placement, state in obstacles:
        screen.print(f"{placement.collection} cannot be sharded: {'; '.join(state.obstacles)}.")
    if not obstacles:
        screen.print("All indexes and unique keys fit the shard keys.")


def _show_reasons(states: Sequence[Found]) -> None:
    screen = console()
    shown = [placement for placement, _state in states if _grows(placement)]
    reasons: dict[str, list[str]] = {}
    for placement in shown:
        reasons.setdefault(placement.why, []).append(placement.collection)
    for why, names in reasons.items():
        screen.print(f"{', '.join(names)}: {why}.")
    for placement in shown:
        if placement.key and placement.every_shard:
            functions = ", ".join(placement.every_shard)
            screen.print(
                f"Functions that query every shard for {placement.collection}: {functions}."
            )


def _grows(placement: sharding.Placement) -> bool:
    return placement.key is not None or placement.why != sharding.SMALL


def _place(state: sharding.State) -> str:
    return "sharded" if state.sharded_by else "on one shard"


def _key(placement: sharding.Placement) -> str:
    if placement.key is None:
        return "-"
    return f"{placement.key.column} (hashed)" if placement.key.hashed else placement.key.column
