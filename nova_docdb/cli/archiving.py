"""``nova-docdb db archive`` and ``db purge``: move deleted rows to shadow tables, remove them."""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nova_docdb import clock
from nova_docdb.cli import exits
from nova_docdb.cli.common import JSON, check_lasting_store, store_command
from nova_docdb.cli.output import console, counted, is_quiet, print_json, show_rows
from nova_docdb.mongo.admin import purge as shadow_purge
from nova_docdb.mongo.admin.archive import Archive
from nova_docdb.mongo.tables.batches import BATCH

LOG = logging.getLogger(__name__)

# The default of nova-manage.
MAX_ROWS = 1000


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A date, or a date and time, in UTC."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the time in its stored form."""
        try:
            return clock.parse(value)
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is not a date: write 2013-10-01 or 2013-10-01T12:30, in UTC.",
                param,
                ctx,
            )


BEFORE = click.option(
    "--before",
    type=Moment(),
    metavar="DATE",
    help="Only rows that were deleted before this date, or date and time, in UTC.",
)
ROWS_AT_ONCE = click.option(
    "--batch",
    default=BATCH,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="The number of rows per batch.",
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Change nothing; count the rows.")
YES = click.option(
    "--yes", is_flag=True, help="Do not ask for confirmation before rows are removed."
)


@click.command()
@click.option(
    "--max-rows",
    "--max_rows",
    default=MAX_ROWS,
    show_default=True,
    type=click.IntRange(1),
    help="Stop after this many rows. Instances are never split: one too big for what is left of "
    "the limit waits for the next run, one bigger than the limit is moved anyway.",
)
@click.option(
    "--until-complete",
    is_flag=True,
    help="Continue until no rows are left to move, ignoring --max-rows.",
)
@BEFORE
@click.option(
    "--sleep",
    default=0,
    show_default=True,
    type=click.IntRange(0, 3600),
    help="Seconds to wait after each batch, to limit the load.",
)
@ROWS_AT_ONCE
@click.option(
    "--purge",
    "and_purge",
    is_flag=True,
    help="Then remove the archived rows permanently: with --before those of that age, else all.",
)
@YES
@DRY_RUN
@JSON
@store_command
def archive(
    *,
    max_rows: int,
    until_complete: bool,
    before: datetime | None,
    sleep: int,
    batch: int,
    and_purge: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Move deleted rows to the shadow tables, where no function sees them.

    An instance moves together with its own rows, deleted or not: metadata, system metadata, info
    cache, faults, actions with their events, security group memberships, block devices, virtual
    interfaces, migrations, consoles and its EC2 id. Addresses, volumes and usage records are not
    moved with an instance. The command can be run while services are running, and again after an
    interruption. -v logs each batch.

    The exit code is 0 if no rows are left to move, and 1 if --max-rows was reached with rows left:
    repeat the command while it is 1. With --dry-run, 1 means that there are rows to move.

    \b
    Examples:
      nova-docdb db archive --until-complete --before 2013-10-01 --connection mongodb://db/nova
      nova-docdb db archive --max-rows 100000 --sleep 1 --config-file /etc/nova/nova.conf
      nova-docdb db archive --until-complete --dry-run --connection mongodb://db/nova
      nova-docdb db archive --until-complete --before 2013-10-01 --purge --config-file nova.conf
    """
    check_lasting_store()
    limit = None if until_complete else max_rows
    run = Archive(limit, before, batch=batch, everything=True, dry_run=dry_run)
    there = run.counted().total()
    if and_purge and not (dry_run or before or yes):
        _confirm_purge(shadow_purge.archived() + there)
    word = "would move" if dry_run else "moved"
    total = there if limit is None else min(there, limit)
    with _report(word, run.moved, total, as_json=as_json) as progress:
        for moved in run.all_tables():
            progress(moved)
            if sleep and moved and not dry_run:
                time.sleep(sleep)
    is_left = bool(run.moved) if dry_run else not until_complete and _is_any_left(before)
    purged: Counter[str] = Counter()
    if and_purge and not is_left and not dry_run:
        purged = _purge(before, batch, as_json=as_json)
    if as_json:
        print_json(
            {
                "dry_run": dry_run,
                "moved": dict(sorted(run.moved.items())),
                "purged": dict(sorted(purged.items())),
                "rows_left": is_left,
            }
        )
    elif is_left and not dry_run:
        console().print("Rows are left to move: run the command again, or with --until-complete.")
    if is_left:
        exits.end(exits.FOUND)


@click.command()
@BEFORE
@click.option("--all", "everything", is_flag=True, help="All archived rows.")
@ROWS_AT_ONCE
@YES
@DRY_RUN
@JSON
@store_command
def purge(
    *,
    before: datetime | None,
    everything: bool,
    batch: int,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Remove archived rows permanently.

    Only shadow tables are changed: run ``db archive`` first. --before compares deleted_at, or
    updated_at where that is empty. Removed rows can only be restored from a backup, so --all asks
    for confirmation; without a terminal it requires --yes. -v logs each batch.

    \b
    Examples:
      nova-docdb db purge --before 2013-07-01 --connection mongodb://localhost/nova
      nova-docdb db purge --all --dry-run --connection mongodb://localhost/nova
    """
    if everything == (before is not None):
        raise click.UsageError("Choose the archived rows: either --before DATE or --all.")
    check_lasting_store()
    if not (dry_run or before or yes):
        _confirm_purge(shadow_purge.archived())
    purged = _purge(before, batch, as_json=as_json, dry_run=dry_run)
    if as_json:
        print_json({"dry_run": dry_run, "purged": dict(sorted(purged.items()))})


def _purge(
    before: datetime | None, batch: int, *, as_json: bool, dry_run: bool = False
) -> Counter[str]:
    """Remove archived rows and return their number by table."""
    total = None if before else shadow_purge.archived()
    purged: Counter[str] = Counter()
    word = "would be purged" if dry_run else "purged"
    with _report(word, purged, total, as_json=as_json) as progress:
        for name, rows in shadow_purge.purge(before, batch=batch, dry_run=dry_run):
            purged[name] += rows
            progress(Counter({name: rows}))
    return purged


def _confirm_purge(rows: int) -> None:
    """Ask for confirmation before all archived rows are removed; end the command unless confirmed.

    :raises UsageError: if there is no terminal to ask on
    """
    if not rows:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(
            f"{counted(rows, 'archived row')} would be removed permanently: confirm with --yes."
        )
    if not click.confirm(f"Remove {counted(rows, 'archived row')} permanently?"):
        click.echo("Nothing was changed.")
        exits.end(exits.FOUND)


def _is_any_left(before: datetime | None) -> bool:
    ahead = Archive(before=before, everything=True, dry_run=True)
    return any(moved for moved in ahead.all_tables())


@contextmanager
def _report(
    word: str, done: Counter[str], total: int | None, *, as_json: bool
) -> Iterator[Callable[[Counter[str]], None]]:
    """Show the progress of a run on a terminal, and finally print the rows of each table.

    :param word: what happens to the rows, such as "moved"
    :param done: the number of rows by table, updated by the caller
    :param total: the expected number of rows; None if unknown
    :param as_json: whether the caller prints JSON instead
    :returns: a function to call with the rows of each batch
    """
    screen = console()
    columns = (
        TextColumn("{task.description:<40}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows"),
        TimeRemainingColumn(),
    )
    hidden = not screen.is_terminal or is_quiet() or as_json
    try:
        with Progress(*columns, console=screen, disable=hidden) as bar:
            task = bar.add_task("", total=total)

            def progress(rows: Counter[str]) -> None:
                for name, count in rows.items():
                    LOG.info("%s: %s %s", name, counted(count, "row"), word)
                # Live rows of instances are not counted in advance.
                known = None if total is None else max(total, done.total())
                name = next(iter(rows), "")
                bar.update(task, description=name, completed=done.total(), total=known)

            yield progress
    finally:
        if not as_json:
            _show(screen, done, word)


def _show(screen: Console, done: Counter[str], word: str) -> None:
    counts = {name: rows for name, rows in done.items() if rows}
    if counts:
        show_rows(screen, ("table", "rows"), sorted(counts.items()))
    screen.print(f"{counted(sum(counts.values()), 'row')} {word}.")
