"""Measures whether archive, quota and claims slow down as finished rows accumulate.

    python -m benchmarks.growth                     # small, for a look
    python -m benchmarks.growth --rows 1000000      # the real thing: some ten minutes

Each number of rows has its own database on one mongod with durable settings. The rounds alternate
between the databases, so that a busy machine slows all of them equally and their ratios are
comparable. The output is the median of the rounds, and the CPU time of the server, which hardly
depends on other load.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
from pymongo import WriteConcern

from nova_docdb import clock, context, db
from nova_docdb.cli.output import console, result_table
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.store import connection, ids
from nova_docdb.mongo.tables.table import table
from tests.servers import Mongod, ReplicaSet

ADMIN = context.RequestContext("admin", "acme", is_admin=True)
UUID = "{:08d}-0000-4000-8000-000000000000"
NAMES = ("cores", "instances", "ram")
RESOURCES = {name: SimpleNamespace(name=name, sync=lambda *_a, **_k: {}) for name in NAMES}
LIMITS = dict.fromkeys(NAMES, -1)
NETWORK = 1
AT_ONCE = 5000


def store(name: str, rows: Iterable[dict[str, Any]]) -> None:
    """Store rows unchanged, without waiting for the journal."""
    spec = table(name.removeprefix("shadow_")).spec
    blank = {column: spec.columns[column].default for column in spec.columns if column != "id"}
    collection = connection.get_database()[name].with_options(write_concern=WriteConcern(w=1))
    documents: Iterator[dict[str, Any]] = ({**blank, **row} for row in rows)
    while some := list(islice(documents, AT_ONCE)):
        collection.insert_many(some, ordered=False)


def deleted(numbers: Iterable[int], **columns: Any) -> Iterator[dict[str, Any]]:
    """Yield soft-deleted rows."""
    now = clock.utcnow()
    for number in numbers:
        yield {"_id": number, "deleted": number, "deleted_at": now, "created_at": now, **columns}


@dataclass(frozen=True)
class Work:
    """An operation to measure.

    :param name: the operation, and the rows that accumulate
    :param pile: stores a number of the accumulating rows
    :param ready: prepares a round; called with the first free id
    :param round: runs the operation and returns how much it did
    """

    name: str
    pile: Callable[[int], None]
    ready: Callable[[int], None]
    round: Callable[[], int]


PAIR = {"instance_uuid": UUID.format(1), "value": "v" * 40}


def _pile_archived(count: int) -> None:
    rows = deleted(range(1, count + 1), **PAIR)
    store("shadow_instance_system_metadata", ({**row, "key": f"k{row['_id']}"} for row in rows))


def _ready_to_archive(first: int) -> None:
    rows = deleted(range(first, first + 3000), **PAIR)
    store("instance_system_metadata", ({**row, "key": f"k{row['_id']}"} for row in rows))


def _pile_finished(count: int) -> None:
    reserve_and_commit(1)
    first = 1000
    ids.advance_past("reservations", first + count)
    rows = deleted(
        range(first, first + count), usage_id=1, project_id="acme", resource="cores", delta=1
    )
    expire = clock.utcnow() + timedelta(days=1)
    store(
        "reservations",
        ({**row, "uuid": UUID.format(row["_id"]), "expire": expire} for row in rows),
    )


def reserve_and_commit(times: int) -> int:
    expire = clock.utcnow() + timedelta(days=1)
    for _ in range(times):
        deltas = dict.fromkeys(NAMES, 1)
        reserved = db.quota_reserve(ADMIN, RESOURCES, LIMITS, deltas, expire, None, 0)
        db.reservation_commit(ADMIN, reserved)
    return times


def addresses(numbers: Iterable[int], **columns: Any) -> None:
    store(
        "fixed_ips",
        (
            {"_id": number, "network_id": NETWORK, "reserved": False, "address": str(number)}
            | {name: value.format(number) for name, value in columns.items()}
            for number in numbers
        ),
    )


def claim(times: int) -> int:
    for number in range(times):
        db.fixed_ip_associate_pool(ADMIN, NETWORK, UUID.format(number))
    return times


WORKS = (
    Work(
        "archive_deleted_rows, rows in the shadow table",
        _pile_archived,
        _ready_to_archive,
        lambda: db.archive_deleted_rows(ADMIN),
    ),
    Work(
        "quota_reserve + reservation_commit, finished reservations",
        _pile_finished,
        lambda _first: None,
        lambda: reserve_and_commit(30),
    ),
    Work(
        "fixed_ip_associate_pool, used addresses",
        lambda count: addresses(range(1, count + 1), instance_uuid=UUID),
        lambda first: addresses(range(first, first + 100)),
        lambda: claim(100),
    ),
)


def use(url: str, size: int) -> None:
    """Connect to the database with ``size`` rows."""
    connection.close()
    head, _, options = url.partition("?")
    CONF.set_override("connection", f"{head}rows_{size}?{options}", group="mongo")


def measure(url: str, sizes: list[int], rounds: int, told: Callable[[str], None]) -> Any:
    """Return the throughput by operation and size, a list with one figure per round."""
    for size in sizes:
        use(url, size)
        db_sync(default_flavors=False)
        for work in WORKS:
            told(f"{work.name}: {size:,}")
            work.pile(size)
    found: Any = {work.name: {size: [] for size in sizes} for work in WORKS}
    # The first round only warms up the server and its caches.
    for number in range(rounds + 1):
        for work in WORKS:
            for size in sizes:
                told(f"round {number}, {work.name}: {size:,}")
                use(url, size)
                reserve_and_commit(1)
                work.ready(2 * sizes[-1] + 10_000 * (number + 1))
                timed = time_round(work)
                if number:
                    found[work.name][size].append(timed)
    return found


def time_round(work: Work) -> dict[str, float]:
    """Return the operations per second, and the server's CPU time per operation in microseconds."""
    busy, started = server_time(), time.perf_counter()
    done = work.round()
    seconds = time.perf_counter() - started
    return {"per_second": done / seconds, "server_us": (server_time() - busy) / done}


def server_time() -> int:
    """Return the CPU time of the server, in microseconds."""
    used = connection.get_database().command("serverStatus")["extra_info"]
    return int(used["user_time_us"] + used["system_time_us"])


@click.command()
@click.option("--rows", default=10_000, show_default=True, type=click.IntRange(100))
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--replica-set", is_flag=True, help="One node with majority writes.")
@click.option("--json", "path", type=click.Path(path_type=Path), help="Write the figures there.")
def main(rows: int, rounds: int, *, replica_set: bool, path: Path | None) -> None:
    """Measure with 0, 1%, 10% and 100% of ROWS accumulated."""
    CONF([], project="nova_docdb", default_config_files=[])
    sizes = [0, rows // 100, rows // 10, rows]
    screen = console()
    server = ReplicaSet() if replica_set else Mongod()
    try:
        server.start()
        with screen.status("") as working:
            found = measure(server.url, sizes, rounds, working.update)
    finally:
        connection.close()
        server.stop()
    caption = "a second (against no rows); the server's processor time for each, in microseconds"
    shown = result_table(screen, caption=caption)
    shown.add_column("what, and what piles up")
    for size in sizes:
        shown.add_column(f"{size:,} rows", justify="right")
    for work in WORKS:
        shown.add_row(work.name, *cells(found[work.name]))
    screen.print(shown)
    if path:
        path.write_text(json.dumps(found, indent=2))


def cells(found: dict[int, list[dict[str, float]]]) -> Iterator[str]:
    """Yield the cells of the table for each size."""
    none = 0.0
    for rounds in found.values():
        speed = statistics.median(timed["per_second"] for timed in rounds)
        busy = statistics.median(timed["server_us"] for timed in rounds)
        none = none or speed
        yield f"{speed:,.0f} ({speed / none:.2f}); {busy:,.0f}"


if __name__ == "__main__":
    main()
