"""The load of a MongoDB server: operations a second, the longest running ones, its members."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure

from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.errors import translated

SLOWEST = 5

# The server's counters of operations that clients send.
COUNTERS = ("insert", "query", "update", "delete", "getmore", "command")
LATENCIES = ("reads", "writes", "commands")


@dataclass(frozen=True)
class Operation:
    """An operation that is running.

    :param what: the command and its collection
    :param milliseconds: the time for which it has been running
    """

    what: str
    milliseconds: float


@dataclass(frozen=True)
class Member:
    """A member of the replica set.

    :param lag: the replication lag in seconds; None if unknown
    """

    name: str
    state: str
    lag: float | None


@dataclass(frozen=True)
class Load:
    """The load of a server.

    :param server: release and kind
    :param per_second: operations a second by kind, since the last read; empty on the first
    :param milliseconds: the average time of an operation by kind, since the last read
    :param slowest: the longest running operations, the longest first
    :param members: the members of the replica set; empty for a standalone server
    :param refused: the commands that the user may not run
    """

    server: str
    per_second: dict[str, float] = field(default_factory=dict)
    milliseconds: dict[str, float] = field(default_factory=dict)
    slowest: list[Operation] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class Meter:
    """Reads the load repeatedly; rates are averages between two reads."""

    def __init__(self) -> None:
        self._before: tuple[float, Document] | None = None

    def read(self) -> Load | None:
        """Return the current load; None for the embedded store.

        :raises DBConnectionError: if the server cannot be reached
        """
        current = connection.current()
        client = current.client
        if client is None:
            return None
        refused: list[str] = []
        with translated(""):
            status = _asked(
                lambda: client.admin.command({"serverStatus": 1, **_LITTLE}),
                "serverStatus",
                refused,
            )
            running = _asked(lambda: _running(client, current.database.name), "inprog", refused)
            members = _asked(lambda: _members(client), "replSetGetStatus", refused)
        rates, times = self._rates(status) if status else ({}, {})
        return Load(
            _name(status or {}), rates, times, running or [], members or [], sorted(set(refused))
        )

    def _rates(self, status: Document) -> tuple[dict[str, float], dict[str, float]]:
        now, before = time.monotonic(), self._before
        self._before = (now, status)
        if before is None:
            return {}, {}
        seconds = now - before[0] or 1e-9
        then = before[1]
        rates = {
            name: max(status["opcounters"].get(name, 0) - then["opcounters"].get(name, 0), 0)
            / seconds
            for name in COUNTERS
        }
        times = {}
        for name in LATENCIES:
            later, earlier = status["opLatencies"][name], then["opLatencies"][name]
            if (ops := later["ops"] - earlier["ops"]) > 0:
                times[name] = (later["latency"] - earlier["latency"]) / ops / 1000
        return rates, times


# Most sections are not needed here, and some are slow.
_LITTLE: dict[str, int] = dict.fromkeys(
    ("metrics", "wiredTiger", "tcmalloc", "locks", "transactions", "flowControl", "sharding"), 0
)


def _asked(ask: Any, name: str, refused: list[str]) -> Any:
    """Return the reply, or None if the user or this kind of server may not run the command."""
    try:
        return ask()
    except OperationFailure:
        refused.append(name)
        return None


def _running(client: MongoClient[Document], database: str) -> list[Operation]:
    pipeline: list[Document] = [
        {"$currentOp": {}},
        {"$match": {"ns": {"$regex": f"^{database}\\."}, "op": {"$ne": "none"}}},
        {"$sort": {"microsecs_running": -1}},
        {"$limit": SLOWEST},
        {"$project": {"op": 1, "ns": 1, "microsecs_running": 1, "command": 1}},
    ]
    found = client.admin.aggregate(pipeline)
    return [Operation(_what(entry), entry.get("microsecs_running", 0) / 1000) for entry in found]


def _what(entry: Document) -> str:
    """Return the name of an operation's command and its collection, without values."""
    command = next(iter(entry.get("command") or {}), entry["op"])
    return f"{command} {entry['ns'].partition('.')[2]}"


def _members(client: MongoClient[Document]) -> list[Member]:
    if "setName" not in client.admin.command("hello"):
        return []
    found = client.admin.command("replSetGetStatus")["members"]
    primary = next((m["optimeDate"] for m in found if m["stateStr"] == "PRIMARY"), None)
    return [
        Member(
            member["name"],
            member["stateStr"],
            (primary - member["optimeDate"]).total_seconds()
            if primary is not None and "optimeDate" in member and member["health"]
            else None,
        )
        for member in found
    ]


def _name(status: Document) -> str:
    if not status:
        return "MongoDB"
    name = status.get("repl", {}).get("setName")
    return f"MongoDB {status['version']}" + (f", replica set {name}" if name else "")
