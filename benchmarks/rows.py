"""The rows of the table: what is measured, how often, and the goal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

PER_SECOND = "1/s"
MILLISECONDS = "ms"
ROWS_PER_SECOND = "rows/s"

# The number of rows that a call archives.
ROWS_A_CALL = 1000

# The goal, as a share of pymongo alone with the same commands.
GOAL_OF_RAW = 0.7

# The largest acceptable ratio of the latency of a page in the largest cloud to that in the
# smallest.
FLAT = 1.3

SIZES = (1_000, 10_000, 100_000)
THREADS = (1, 2, 4, 8, 16, 32)

# The default size of the cloud.
SIZE = 10_000

SIZED = frozenset({"list_project", "page"})
THREADED = frozenset({"fixed_ip_associate_pool", "quota_cycle"})

# Figures of another run on another machine, of releases that no longer run next to this one:
# durable settings there too, two cores, the median of three rounds.
OLD, MIDDLE, MIDDLE_SQLITE = "2013.1.3, MariaDB", "16.1.8, MariaDB", "16.1.8, SQLite"


# By the number of callers.
Goals = dict[int, tuple[float | None, dict[str, float]]]


@dataclass(frozen=True)
class Row:
    """A row of the table.

    :param operation: the method of the contenders
    :param unit: of its figures
    :param most: the maximum number of calls per round
    :param size: the number of instances in the cloud
    :param threads: the number of concurrent callers
    :param warm: the number of warm-up calls
    :param goal: the goal: how many times faster than the best peer on a standalone server; None
        outside the table
    :param earlier: figures of releases that are not part of a run
    :param comparable: whether the peer's figure is comparable; it is not if the peer stores
        something else
    """

    operation: str
    title: str
    unit: str
    most: int
    size: int = SIZE
    threads: int = 1
    warm: int = 2
    goal: float | None = None
    earlier: Mapping[str, float] = field(default_factory=dict)
    comparable: bool = True

    @property
    def name(self) -> str:
        """The name of the row in commands and results."""
        parts = [self.operation]
        if self.operation in SIZED:
            parts.append(str(self.size))
        if self.operation in THREADED:
            parts.append(str(self.threads))
        return "-".join(parts)


def rows(
    sizes: Iterable[int] = SIZES, threads: Iterable[int] = THREADS, names: Iterable[str] = ()
) -> list[Row]:
    """Return the rows.

    :param sizes: the sizes of the clouds in which lists are measured
    :param threads: the numbers of concurrent callers that claim addresses and quota
    :param names: operations or names of rows; empty means all
    :raises ValueError: if a row does not exist
    """
    sizes, threads, wanted = sorted(sizes), sorted(threads), set(names)
    base = SIZE if SIZE in sizes else sizes[-1]
    every = [*_instances(sizes, base), *_claims(threads), *_others()]
    known = {row.name for row in every} | {row.operation for row in every}
    if unknown := wanted - known:
        raise ValueError(f"no such row: {', '.join(sorted(unknown))}")
    return [row for row in every if not wanted or wanted & {row.name, row.operation}]


def _instances(sizes: list[int], base: int) -> list[Row]:
    return [
        Row(
            *("instance_create", "instance_create", PER_SECOND, 150),
            warm=20,
            goal=4,
            earlier={OLD: 113},
        ),
        Row(
            *("instance_get_by_uuid", "instance_get_by_uuid", PER_SECOND, 500, base),
            goal=5,
            earlier={OLD: 53},
        ),
        Row(
            *("instance_update", "instance_update (states)", PER_SECOND, 300),
            goal=3,
            earlier={OLD: 54},
        ),
        Row(
            *("instance_destroy", "instance_destroy", PER_SECOND, 150),
            goal=10,
            earlier={OLD: 44},
        ),
        *(_list_project(size, base) for size in sizes),
        *(_page(size) for size in sizes),
        Row(
            *("list_all", f"list all {base:,} with joins", MILLISECONDS, 2, base),
            warm=1,
            goal=5,
            earlier={OLD: 7583} if base == SIZE else {},
        ),
        Row(
            *("list_host", f"list by host, 100 of {base:,}", MILLISECONDS, 30, base),
            goal=6,
            earlier={OLD: 63} if base == SIZE else {},
        ),
    ]


def _list_project(size: int, base: int) -> Row:
    title = f"list one project, 500 of {size:,} instances, with joins"
    return Row(
        *("list_project", title, MILLISECONDS, 12, size),
        goal=5 if size == base else None,
        earlier={OLD: 285} if size == SIZE else {},
    )


def _page(size: int) -> Row:
    title = f"page of 50 behind a marker, of {size:,} instances"
    earlier = {OLD: 72} if size == SIZE else {}
    return Row("page", title, MILLISECONDS, 60, size, goal=4, earlier=earlier)


def _claims(threads: list[int]) -> list[Row]:
    pool: Goals = {
        1: (4, {OLD: 485, MIDDLE: 203, MIDDLE_SQLITE: 208}),
        8: (5, {OLD: 445, MIDDLE: 131, MIDDLE_SQLITE: 183}),
    }
    quota: Goals = {
        1: (3, {OLD: 111, MIDDLE: 108, MIDDLE_SQLITE: 79}),
        8: (6, {OLD: 92, MIDDLE: 109, MIDDLE_SQLITE: 71}),
    }
    found = []
    for count in threads:
        name = "fixed_ip_associate_pool"
        title = f"{name}, {_callers(count)}"
        goal, earlier = pool.get(count, (None, {}))
        row = Row(name, title, PER_SECOND, 1000, threads=count, goal=goal, earlier=earlier)
        found.append(row)
    for count in threads:
        title = f"quota_reserve + commit of 3 resources, {_callers(count)} on one project"
        goal, earlier = quota.get(count, (None, {}))
        row = Row("quota_cycle", title, PER_SECOND, 200, threads=count, goal=goal, earlier=earlier)
        found.append(replace(row, warm=8))
    return found


def _callers(threads: int) -> str:
    return "1 thread" if threads == 1 else f"{threads} threads"


def _others() -> list[Row]:
    nodes = "compute_node_get_all, 1,000 nodes with 10 stats each"
    return [
        Row(
            *("compute_node_get_all", nodes, MILLISECONDS, 10),
            goal=10,
            earlier={OLD: 481},
            comparable=False,
        ),
        Row(
            *("archive_deleted_rows", "archive_deleted_rows, 1,000 a call", ROWS_PER_SECOND, 8),
            warm=1,
            goal=4,
            earlier={OLD: 4144},
        ),
        Row(
            *("bw_usage_update", "bw_usage_update", PER_SECOND, 700),
            goal=1.8,
            earlier={OLD: 788, MIDDLE: 355, MIDDLE_SQLITE: 193},
        ),
        Row(
            *("service_update", "service_update (heartbeat)", PER_SECOND, 700),
            goal=2.5,
            earlier={OLD: 647},
        ),
    ]
