"""Measures the figures of docs/scaling.md, with a command for each table.

    .venv/bin/python -m benchmarks.scaling sizes
    .venv/bin/python -m benchmarks.scaling scatter
    .venv/bin/python -m benchmarks.scaling counters
    .venv/bin/python -m benchmarks.scaling connections

Each command starts its own servers, writes with majority and journal as in production, and prints
the table of the page.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pymongo

from nova_docdb import context, db
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.admin import sharding
from nova_docdb.mongo.store import connection, ids
from tests import servers

TABLE = "instance_faults"
SECONDS = 2.0
BLOCKS = (0, 1, 8, 32, 128)
PROCESSES = (1, 2, 4, 8, 16, 32)

INSTANCES = 200
FLAVOR = [
    "id",
    "name",
    "memory_mb",
    "vcpus",
    "root_gb",
    "ephemeral_gb",
    "flavorid",
    "swap",
    "rxtx_factor",
    "vcpu_weight",
]
ACTIONS = 4
EVENTS = 3

SHARDS = (1, 2, 4)
CALLERS = (1, 8)
ROWS = 20_000

CLIENTS = 500
POOLED = 1000


@click.group()
def main() -> None:
    """Measures the figures of docs/scaling.md, with a command for each table."""


@contextmanager
def replica_set(nodes: int = 1) -> Iterator[Any]:
    """Yield a running replica set."""
    running = servers.ReplicaSet(nodes)
    try:
        yield running.start()
    finally:
        running.stop()


@main.command()
def sizes() -> None:
    """Print the rows and bytes per instance of a small cloud in each collection."""
    with replica_set() as one:
        _connect(one.url)
        db_sync()
        for number in range(INSTANCES):
            _live(number)
        found = {p.collection: sharding.state(p, {}) for p in sharding.placements()}
        connection.close()
    each = {name: state for name, state in found.items() if state.documents >= INSTANCES}
    total = sum(state.size for state in each.values())
    print("| collection | rows an instance | bytes an instance | share |")
    print("| --- | ---: | ---: | ---: |")
    for name, state in each.items():
        rows, size = state.documents / INSTANCES, state.size / INSTANCES
        print(f"| {name} | {rows:.0f} | {size:.0f} | {state.size / total:.0%} |")


def _live(number: int) -> None:
    """Create an instance as nova-compute does: with 22 system metadata keys and 4 actions."""
    user = context.RequestContext("user", "project")
    flavor = {f"instance_type_{name}": "1024" for name in FLAVOR}
    image = {f"image_property_{n}": "a value" for n in range(12)}
    values = {
        "project_id": "project",
        "user_id": "user",
        "hostname": f"web{number}",
        "host": "h1",
        "metadata": {"role": "web"},
        "system_metadata": {**flavor, **image},
    }
    instance = db.instance_create(user, values)
    network_info = json.dumps([{"address": "02:16:3e:00:00:01", "network": {"label": "x" * 200}}])
    db.instance_info_cache_update(user, instance["uuid"], {"network_info": network_info})
    db.fixed_ip_create(user, {"address": f"10.0.{number // 250}.{number % 250}", "network_id": 1})
    for _action in range(ACTIONS):
        action = {"instance_uuid": instance["uuid"], "request_id": f"req-{uuid.uuid4()}"}
        db.action_start(user, {**action, "action": "reboot", "project_id": "project"})
        for event in range(EVENTS):
            db.action_event_start(user, {**action, "event": f"compute_reboot_instance_{event}"})


@main.command()
def counters() -> None:
    """Print ids per second, round trips per id and gaps, by number of writers and block length."""
    with replica_set() as one:
        head, _, options = one.url.partition("?")
        _count(f"{head}nova?{options}")


def _count(url: str) -> None:
    print("| longest block | processes | ids/s | trips/s | trips per id | longest wait | unused |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for block in BLOCKS:
        for processes in PROCESSES:
            with pymongo.MongoClient(url) as client:
                client["nova"][ids.COUNTERS].delete_many({})
            taken, trips, longest = _write_together(url, block, processes)
            with pymongo.MongoClient(url) as client:
                last = client["nova"][ids.COUNTERS].find_one({"_id": TABLE})["seq"]
            print(
                f"| {block or 'none'} | {processes} | {taken / SECONDS:.0f} | {trips / SECONDS:.0f}"
                f" | {trips / taken:.3f} | {longest * 1000:.0f} ms | {last - taken} |",
                flush=True,
            )


def _write_together(url: str, block: int, processes: int) -> tuple[int, int, float]:
    fork = multiprocessing.get_context("fork")
    gate, answers = fork.Barrier(processes), fork.Queue()
    workers = [
        fork.Process(target=_write, args=(url, block, gate, answers)) for _ in range(processes)
    ]
    for worker in workers:
        worker.start()
    found = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    return sum(f[0] for f in found), sum(f[1] for f in found), max(f[2] for f in found)


def _write(url: str, block: int, gate: Any, answers: Any) -> None:
    """Allocate single ids for a while; report their number, the trips and the longest wait."""
    _connect(url)
    connection.get_database().command("ping")
    ids.LONGEST_BLOCK = block
    trips, ask = [], ids._advance  # noqa: SLF001 - the trip that is counted
    ids._advance = lambda table, by: trips.append(by) or ask(table, by)  # noqa: SLF001
    gate.wait()
    taken, longest, until = 0, 0.0, time.perf_counter() + SECONDS
    before = time.perf_counter()
    while before < until:
        ids.allocate(TABLE)
        taken += 1
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
    answers.put((taken, len(trips), longest))
    answers.close()


@main.command()
def scatter() -> None:
    """Print the cost of a query to one shard and to all shards, by number of shards."""
    nodes = [servers.Mongod() for _ in range(max(SHARDS))]
    try:
        for node in nodes:
            node.start()
        clients = [node.client() for node in nodes]
        collections = [client["nova"]["fixed_ips"] for client in clients]
        for rows in collections:
            rows.create_index("instance_uuid")
            rows.insert_many({"instance_uuid": str(uuid.uuid4())} for _ in range(ROWS))
        print("| shards | queried | callers | calls/s | median | server queries/s |")
        print("| ---: | --- | ---: | ---: | ---: | ---: |")
        for shards in SHARDS:
            for asked in dict.fromkeys((1, shards)):
                for callers in CALLERS:
                    _ask_together(collections[:shards], asked, callers)
    finally:
        for node in nodes:
            node.stop()


def _ask_together(collections: list[Any], asked: int, callers: int) -> None:
    """Run queries to ``asked`` shards from concurrent callers; print the figures."""
    until = time.perf_counter() + SECONDS

    def ask(caller: int) -> list[float]:
        waits = []
        with ThreadPoolExecutor(asked) as router:
            while (before := time.perf_counter()) < until:
                start = (caller + len(waits)) % len(collections)
                chosen = (collections[start:] + collections[:start])[:asked]
                where = {"instance_uuid": str(uuid.uuid4())}
                list(router.map(lambda rows: rows.find_one(where), chosen))  # noqa: B023 - read now
                waits.append(time.perf_counter() - before)
        return waits

    with ThreadPoolExecutor(callers) as pool:
        waits = [wait for found in pool.map(ask, range(callers)) for wait in found]
    rate = len(waits) / SECONDS
    print(
        f"| {len(collections)} | {'all' if asked > 1 else 'one'} | {callers} | {rate:.0f} "
        f"| {statistics.median(waits) * 1000:.2f} ms | {rate * asked:.0f} |",
        flush=True,
    )


def _connect(url: str) -> None:
    CONF([], project="nova_docdb", default_config_files=[])
    CONF.set_override("connection", url, group="mongo")


@main.command()
def connections() -> None:
    """Print the connections per client and the memory per connection."""
    with replica_set(3) as three:
        node = three.primary()
        for what, option, calls in (
            ("idle after one call", "", 1),
            ("idle after one call, serverMonitoringMode=poll", "&serverMonitoringMode=poll", 1),
            ("16 threads at once", "", 16),
        ):
            made = _difference(node, _open(three.url + option, calls))
            print(f"A client of a replica set of three, {what}: {made} connections to the primary")
    with replica_set() as one:
        node = one.nodes[0]
        rss, count = _resident(node), _connected(node)
        clients = [pymongo.MongoClient(one.url) for _ in range(CLIENTS)]
        for client in clients:
            client.admin.command("ping")
        made = _settled(node) - count
        each = (_resident(node) - rss) / made
        print(f"{CLIENTS} idle clients: {made} connections, {each:.0f} KiB resident each")
        for client in clients:
            client.close()
    with replica_set() as one:
        node = one.nodes[0]
        rss, count = _resident(node), _connected(node)
        with pymongo.MongoClient(one.url, minPoolSize=POOLED, maxPoolSize=POOLED) as client:
            client.admin.command("ping")
            made = _settled(node) - count
            each = (_resident(node) - rss) / made
            print(f"A pool of {POOLED}: {made} connections, {each:.0f} KiB resident each")
    with replica_set() as one:
        node = one.nodes[0]
        with pymongo.MongoClient(one.url, maxIdleTimeMS=2000) as client:
            before = _difference(node, lambda: (_burst(client, 32), client)[1])
            time.sleep(8)
            print(f"After a burst of 32 threads: {before} connections more; ", end="")
            print(f"with maxIdleTimeMS=2000, 8 seconds later: {_connected(node)} in all")


def _open(url: str, calls: int) -> Callable[[], pymongo.MongoClient[Any]]:
    def opened() -> pymongo.MongoClient[Any]:
        client: pymongo.MongoClient[Any] = pymongo.MongoClient(url)
        _burst(client, calls)
        return client

    return opened


def _burst(client: pymongo.MongoClient[Any], threads: int) -> None:
    """Send concurrent commands, so that each needs its own connection."""
    client.admin.command("ping")
    client["nova"]["slow"].insert_one({})
    gate = threading.Barrier(threads)

    def slow(_number: int) -> None:
        gate.wait()
        list(client["nova"]["slow"].find({"$where": "sleep(300) || true"}).limit(1))

    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(slow, range(threads)))


def _difference(node: servers.Mongod, opened: Callable[[], pymongo.MongoClient[Any]]) -> int:
    before = _settled(node)
    client = opened()
    made = _settled(node) - before
    client.close()
    return made


def _settled(node: servers.Mongod) -> int:
    """Return the number of connections once it is stable."""
    seen = [-1, -2, -3]
    while len(set(seen[-3:])) > 1:
        time.sleep(0.5)
        seen.append(_connected(node))
    return seen[-1]


def _connected(node: servers.Mongod) -> int:
    with node.client() as client:
        return int(client.admin.command("serverStatus")["connections"]["current"])


def _resident(node: servers.Mongod) -> int:
    """Return the resident memory of a server, in KiB."""
    status = Path(f"/proc/{node.pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


if __name__ == "__main__":
    main()
