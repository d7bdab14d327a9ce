"""``nova-docdb db shard``: spread the collections over the shards of a cluster."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.filesize import decimal

from nova_docdb.cli.common import check_lasting_store, console, result_table, store_command
from nova_docdb.mongo.admin import sharding


@click.command()
@click.option("--plan", is_flag=True, help="Show where each collection is to be, and is now.")
@click.option("--apply", "apply_", is_flag=True, help="Shard what is not sharded yet.")
@click.option(
    "--without",
    metavar="COLLECTION",
    multiple=True,
    help="Leave this one on the primary shard, whatever the plan says; may be repeated.",
)
@store_command
def shard(*, plan: bool, apply_: bool, without: tuple[str, ...]) -> None:
    """Spread the collections that grow over the shards of a cluster, by the keys of their schemas.

    The plan can be shown for any store; the collections are sharded through a mongos only. The
    exit code of --plan is 0 when all is sharded as planned, 1 when something is left to do; that
    of --apply is 0 when all is sharded, 1 when it was refused: then nothing was sharded.

    \b
    Examples:
      nova-docdb db shard --plan --connection mongodb://localhost/nova
      nova-docdb db shard --apply --without fixed_ips --connection mongodb://mongos1,mongos2/nova
    """  # noqa: D301 - \b is click's mark for lines that are not wrapped
    if plan == apply_:
        raise click.UsageError("Give either --plan or --apply.")
    known = sharding.placements()
    if unknown := set(without) - {placement.collection for placement in known if placement.key}:
        raise click.UsageError(f"Not sharded by the plan: {', '.join(sorted(unknown))}.")
    wanted = [placement for placement in known if placement.collection not in without]
    check_lasting_store()
    if apply_:
        for name in sharding.apply(sharding.mongos(), wanted):
            click.echo(f"Sharded: {name}")
    elif _show(wanted):
        raise SystemExit(1)


def _show(wanted: Sequence[sharding.Placement]) -> int:
    """Print the plan and return how many collections are not sharded that are to be."""
    screen = console()
    table = result_table(screen)
    table.add_column("collection", no_wrap=True)
    table.add_column("shard key", no_wrap=True)
    for heading in ("documents", "size"):
        table.add_column(heading, justify="right")
    table.add_column("now", no_wrap=True)
    for heading in ("indexes, unique keys", "why"):
        table.add_column(heading)
    sharded = sharding.sharded_collections()
    small = left = 0
    for placement in wanted:
        if placement.key is None and placement.why == sharding.SMALL:
            small += 1
            continue
        state = sharding.state(placement, sharded)
        left += placement.key is not None and (state.sharded_by is None or bool(state.obstacles))
        table.add_row(
            placement.collection,
            _key(placement),
            str(state.documents),
            "-" if state.size is None else decimal(state.size),
            "sharded" if state.sharded_by else "one shard",
            _fit(placement, state),
            placement.why,
        )
    screen.print(table)
    screen.print(f"{small} further collections stay on the primary shard: {sharding.SMALL}.")
    for placement in wanted:
        if placement.key and placement.every_shard:
            asking = ", ".join(placement.every_shard)
            screen.print(f"Every shard is asked for {placement.collection} by: {asking}.")
    return left


def _key(placement: sharding.Placement) -> str:
    if placement.key is None:
        return "-"
    return f"{placement.key.column} (hashed)" if placement.key.hashed else placement.key.column


def _fit(placement: sharding.Placement, state: sharding.State) -> str:
    if placement.key is None:
        return "-"
    return "; ".join(state.obstacles) or "fit"
