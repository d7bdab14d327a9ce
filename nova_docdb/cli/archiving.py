"""``nova-docdb db archive`` and ``db purge``: deleted rows out of the way, then for good."""

from __future__ import annotations

import functools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from nova_docdb import clock
from nova_docdb.cli.common import check_lasting_store, console, result_table, store_command
from nova_docdb.mongo.admin import purge as shadow_purge
from nova_docdb.mongo.admin.archive import Archive
from nova_docdb.mongo.tables.batches import BATCH

F = TypeVar("F", bound=Callable[..., Any])

# What nova-manage archives when it is not told how much.
MAX_ROWS = 1000

# Scripts run the archive again as long as it exits with 1: a failure must look different.
MORE_IS_LEFT = 1
FAILED = 255


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A date, or a date and time, of UTC."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the moment as it is stored."""
        try:
            return clock.parse(value)
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is no date: give one such as 2013-10-01 or 2013-10-01T12:30, in UTC.",
                param,
                ctx,
            )


class FailureError(click.ClickException):
    """What went wrong, for the exit code of its own."""

    exit_code = FAILED


def failing_apart(function: F) -> F:
    """Have a failing command exit with a code that says nothing about rows."""

    @functools.wraps(function)
    def command(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except click.UsageError:
            raise
        except click.ClickException as error:
            raise FailureError(error.message) from error

    return command  # type: ignore[return-value]  # click looks at the options, not the signature


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
    help="How many rows go at once.",
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Change nothing; count what would go.")
VERBOSE = click.option("--verbose", is_flag=True, help="Name each batch when it is done.")


@click.command()
@click.option(
    "--max-rows",
    "--max_rows",
    default=MAX_ROWS,
    show_default=True,
    type=click.IntRange(1),
    help="Stop after so many rows. An instance moves whole: one that does not fit any more waits "
    "for the next run, and one that fits into no run goes beyond the limit.",
)
@click.option(
    "--until-complete",
    is_flag=True,
    help="Go on until no row is left to move, whatever --max-rows says.",
)
@BEFORE
@click.option(
    "--sleep",
    default=0,
    show_default=True,
    type=click.IntRange(0, 3600),
    help="Seconds to wait after each batch, for the sake of others.",
)
@ROWS_AT_ONCE
@DRY_RUN
@VERBOSE
@failing_apart
@store_command
def archive(
    *,
    max_rows: int,
    until_complete: bool,
    before: datetime | None,
    sleep: int,
    batch: int,
    dry_run: bool,
    verbose: bool,
) -> None:
    """Move deleted rows to the shadow tables, where no function sees them.

    An instance moves together with all that is its own: metadata, system metadata, info cache,
    faults, actions with their events, memberships, block devices, network cards, migrations,
    consoles and its EC2 number, deleted or not. Addresses, volumes and usage records do not move
    because of an instance. It can be run while services are at work, and again after it was
    stopped.

    \b
    Exit codes, as nova-manage's:
      0    no row is left to move: there was none, or all were moved
      1    rows are left: it stopped at --max-rows, run it again while it is 1
      2    the command line is wrong
      130  interrupted; what was moved stays moved
      255  it failed, and says why; running it again goes on
    With --until-complete it is not 1, but for --dry-run: then 1 says that there are rows to move.

    \b
    Examples:
      nova-docdb db archive --until-complete --before 2013-10-01 --connection mongodb://db/nova
      nova-docdb db archive --max-rows 100000 --sleep 1 --config-file /etc/nova/nova.conf
      nova-docdb db archive --until-complete --dry-run --connection mongodb://db/nova
    """  # noqa: D301 - \b is click's mark for lines that are not wrapped
    check_lasting_store()
    limit = None if until_complete else max_rows
    run = Archive(limit, before, batch=batch, everything=True, dry_run=dry_run)
    there = run.counted().total()
    screen = console()
    total = there if limit is None else min(there, limit)
    with _told(screen, run.moved, total, "moved" if not dry_run else "would move") as told:
        for moved in run.all_tables():
            told(moved, verbose=verbose)
            if sleep and moved and not dry_run:
                time.sleep(sleep)
    if dry_run and run.moved:
        raise SystemExit(MORE_IS_LEFT)
    if not until_complete and _is_any_left(before):
        screen.print("Rows are left: run it again, or give --until-complete.")
        raise SystemExit(MORE_IS_LEFT)


@click.command()
@BEFORE
@click.option("--all", "everything", is_flag=True, help="All archived rows.")
@ROWS_AT_ONCE
@DRY_RUN
@VERBOSE
@failing_apart
@store_command
def purge(
    *, before: datetime | None, everything: bool, batch: int, dry_run: bool, verbose: bool
) -> None:
    """Remove archived rows for good.

    Only shadow tables are touched: run ``db archive`` first. A row that does not say when it was
    deleted goes by its last change. There is no way back but a backup.

    \b
    Exit codes:
      0    no archived row of that age is left, or with --dry-run: they were counted
      2    the command line is wrong
      130  interrupted; what was removed is gone
      255  it failed, and says why; running it again goes on

    \b
    Examples:
      nova-docdb db purge --before 2013-07-01 --connection mongodb://localhost/nova
      nova-docdb db purge --all --dry-run --connection mongodb://localhost/nova
    """  # noqa: D301 - \b is click's mark for lines that are not wrapped
    if everything == (before is not None):
        raise click.UsageError("Say which archived rows: either --before DATE or --all.")
    check_lasting_store()
    total = None if before else shadow_purge.archived()
    purged: Counter[str] = Counter()
    word = "purged" if not dry_run else "would be purged"
    with _told(console(), purged, total, word) as told:
        for name, rows in shadow_purge.purge(before, batch=batch, dry_run=dry_run):
            purged[name] += rows
            told(Counter({name: rows}), verbose=verbose)


def _is_any_left(before: datetime | None) -> bool:
    ahead = Archive(before=before, everything=True, dry_run=True)
    return any(moved for moved in ahead.all_tables())


@contextmanager
def _told(
    screen: Console, done: Counter[str], total: int | None, word: str
) -> Iterator[Callable[..., None]]:
    """Show how far it is, and in the end, however it comes, the rows of each table.

    :param done: the rows by table, which grow meanwhile
    :param total: how many rows are expected; None where nobody knows
    :param word: what becomes of them
    """
    columns = (
        TextColumn("{task.description:<40}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    try:
        with Progress(*columns, console=screen, disable=not screen.is_terminal) as bar:
            task = bar.add_task("", total=total)

            def told(rows: Counter[str], *, verbose: bool) -> None:
                if verbose:
                    for name, count in rows.items():
                        bar.console.print(f"{name}: {count} rows {word}")
                # The live rows of instances are not counted beforehand.
                known = None if total is None else max(total, done.total())
                name = next(iter(rows), "")
                bar.update(task, description=name, completed=done.total(), total=known)

            yield told
    finally:
        _show(screen, done, word)


def _show(screen: Console, done: Counter[str], word: str) -> None:
    counts = {name: rows for name, rows in done.items() if rows}
    if counts:
        table = result_table(screen)
        table.add_column("table")
        table.add_column("rows", justify="right")
        for name, rows in sorted(counts.items()):
            table.add_row(name, str(rows))
        screen.print(table)
    screen.print(f"{sum(counts.values())} rows {word}.")
