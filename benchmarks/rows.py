"""The rows of the table: what is measured, how much of it, and what it should come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PER_SECOND = "1/s"
MILLISECONDS = "ms"
ROWS_PER_SECOND = "rows/s"

# Of what pymongo alone does with the same commands.
GOAL_OF_RAW = 0.7

SIZES = (1_000, 10_000, 100_000)
THREADS = (1, 2, 4, 8, 16, 32)

# The size of the cloud where the table names none.
SIZE = 10_000


@dataclass(frozen=True)
class Row:
    """A row of the table.

    :param operation: the method of the contenders
    :param unit: of its figures
    :param most: how many calls a round makes at the most
    :param size: how many instances the cloud has
    :param threads: how many callers there are
    :param warm: how many calls are made before the time is taken
    :param goal: how many times faster than the best peer it should be on a standalone server;
        None outside the table
    """

    operation: str
    title: str
    unit: str
    most: int
    size: int = SIZE
    threads: int = 1
    warm: int = 2
    goal: float | None = None

    @property
    def name(self) -> str:
        """What names the row in a command and in results."""
        parts = [self.operation]
        if self.operation in SIZED:
            parts.append(str(self.size))
        if self.operation in THREADED:
            parts.append(str(self.threads))
        return "-".join(parts)


SIZED = frozenset({"list_project", "page"})
THREADED = frozenset({"fixed_ip_associate_pool", "quota_cycle"})

POOL_GOALS = {1: 4, 8: 5}
QUOTA_GOALS = {1: 3, 8: 6}

LISTED = "list one project: 500 of {:,} instances, with joins"
PAGE = "page of 50 behind a marker, of {:,} instances"


def rows(
    sizes: Iterable[int] = SIZES, threads: Iterable[int] = THREADS, names: Iterable[str] = ()
) -> list[Row]:
    """Return the rows.

    :param sizes: of the clouds that lists are measured in
    :param threads: how many callers claim addresses and quota at a time
    :param names: operations or names of rows; nothing asks for all
    """
    sizes, threads = list(sizes), list(threads)
    base = SIZE if SIZE in sizes else sizes[-1]
    every = [
        Row("instance_create", "instance_create", PER_SECOND, 300, warm=20, goal=4),
        Row("instance_get_by_uuid", "instance_get_by_uuid", PER_SECOND, 1000, base, goal=5),
        Row("instance_update", "instance_update (states)", PER_SECOND, 500, goal=3),
        Row("instance_destroy", "instance_destroy", PER_SECOND, 250, goal=10),
        *(
            Row("list_project", LISTED.format(n), MILLISECONDS, 20, n, goal=_at(n, base, 5))
            for n in sizes
        ),
        *(Row("page", PAGE.format(n), MILLISECONDS, 100, n, goal=4) for n in sizes),
        Row("list_all", f"list all {base:,} with joins", MILLISECONDS, 2, base, warm=1, goal=5),
        Row("list_host", f"list by host, 100 of {base:,}", MILLISECONDS, 50, base, goal=6),
        *(
            Row(
                "fixed_ip_associate_pool",
                f"fixed_ip_associate_pool, {_callers(n)}",
                *(PER_SECOND, 2000),
                threads=n,
                goal=POOL_GOALS.get(n),
            )
            for n in threads
        ),
        *(
            Row(
                "quota_cycle",
                f"quota_reserve + commit of 3 resources, one project, {_callers(n)}",
                *(PER_SECOND, 400),
                threads=n,
                warm=8,
                goal=QUOTA_GOALS.get(n),
            )
            for n in threads
        ),
        Row("compute_node_get_all", "compute_node_get_all, 1,000 x 10", MILLISECONDS, 10, goal=10),
        Row("archive_deleted_rows", "archive_deleted_rows(1000)", ROWS_PER_SECOND, 12, goal=4),
        Row("bw_usage_update", "bw_usage_update", PER_SECOND, 1500, goal=1.8),
        Row("service_update", "service_update (heartbeat)", PER_SECOND, 1500, goal=2.5),
    ]
    wanted = set(names)
    known = {row.name for row in every} | {row.operation for row in every}
    if unknown := wanted - known:
        raise ValueError(f"no such row: {', '.join(sorted(unknown))}")
    return [row for row in every if not wanted or wanted & {row.name, row.operation}]


def _at(size: int, base: int, goal: float) -> float | None:
    return goal if size == base else None


def _callers(threads: int) -> str:
    return "1 thread" if threads == 1 else f"{threads} threads"
