"""The data of ``nova-docdb top``: services, hosts, addresses, quotas and deleted rows.

It only reads. Each query has a limit and uses an index; data that changes slowly or is expensive to
read is refreshed less often. A count that reaches its limit is a lower bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from nova_docdb import clock
from nova_docdb.mongo.admin import server_load
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.table import Table, table
from nova_docdb.schemas import TABLES

T = TypeVar("T")

# Nova's default of service_down_time.
SERVICE_DOWN_SECONDS = 60

ROWS = 1000
PROJECT_ROWS = 5000
COUNTED = 10_000
NETWORKS = 50

# The seconds between two refreshes of a part.
POOLS_SECONDS = 10
PROJECTS_SECONDS = 10
DELETED_SECONDS = 30

DEFAULT_CLASS = "default"


@dataclass(frozen=True)
class Service:
    """A service and the age of its last report.

    :param seconds: the seconds since its last report; None if it never reported
    """

    host: str | None
    binary: str | None
    seconds: float | None
    disabled: bool

    @property
    def is_up(self) -> bool:
        """Whether the last report is recent."""
        return self.seconds is not None and self.seconds <= SERVICE_DOWN_SECONDS


@dataclass(frozen=True)
class Host:
    """A hypervisor, its capacity and its usage."""

    host: str | None
    running_vms: int | None
    vcpus: int
    vcpus_used: int
    memory_mb: int
    memory_mb_used: int
    local_gb: int
    local_gb_used: int


@dataclass(frozen=True)
class Pool:
    """The addresses of a network, or of a floating IP pool.

    :param kind: "fixed" or "floating"
    :param size: the number of live addresses that are not reserved
    :param taken: the number of those that are in use or allocated
    :param exact: whether all were counted
    """

    kind: str
    name: str
    size: int
    taken: int
    exact: bool


@dataclass(frozen=True)
class Usage:
    """A project's usage of a resource, including reservations, and its limit."""

    project_id: str | None
    resource: str
    used: int
    limit: int

    @property
    def share(self) -> float:
        """The used fraction of the limit; 1.0 is all of it."""
        return self.used / self.limit if self.limit else float(self.used > 0)


@dataclass(frozen=True)
class Overview:
    """The state of the whole store.

    :param deleted: the number of soft-deleted rows by table; at most ``COUNTED`` each
    :param load: the load of the server; None for the embedded store
    """

    time: str
    services: list[Service]
    hosts: list[Host]
    pools: list[Pool]
    usages: list[Usage]
    deleted: dict[str, int]
    load: server_load.Load | None


@dataclass
class Watch:
    """Reads overviews repeatedly."""

    _load: server_load.Meter = field(default_factory=server_load.Meter)
    _kept: dict[str, tuple[float, Any]] = field(default_factory=dict)

    def read(self) -> Overview:
        """Return the current overview.

        :raises DBConnectionError: if the store cannot be reached
        """
        return Overview(
            time=clock.utcnow().isoformat(timespec="seconds"),
            services=services(),
            hosts=hosts(),
            pools=self._rarely("pools", POOLS_SECONDS, pools),
            usages=self._rarely("usages", PROJECTS_SECONDS, usages),
            deleted=self._rarely("deleted", DELETED_SECONDS, deleted),
            load=self._load.read(),
        )

    def forget(self) -> None:
        """Refresh every part on the next read."""
        self._kept.clear()

    def _rarely(self, name: str, seconds: float, read: Callable[[], T]) -> T:
        now = time.monotonic()
        kept = self._kept.get(name)
        if kept is None or now - kept[0] >= seconds:
            kept = self._kept[name] = (now, read())
        value: T = kept[1]
        return value


def services() -> list[Service]:
    """Return the live services, those that are down for longest first."""
    now = clock.utcnow()
    rows = _live_columns("services", ("host", "binary", "updated_at", "disabled"))
    found = [
        Service(
            row["host"],
            row["binary"],
            (now - row["updated_at"]).total_seconds() if row["updated_at"] else None,
            bool(row["disabled"]),
        )
        for row in rows
    ]
    return sorted(found, key=_silence)


def hosts() -> list[Host]:
    """Return the live hypervisors, by name."""
    sizes = ("vcpus", "vcpus_used", "memory_mb", "memory_mb_used", "local_gb", "local_gb_used")
    rows = _live_columns("compute_nodes", ("hypervisor_hostname", "running_vms", *sizes))
    found = [
        Host(row["hypervisor_hostname"], row["running_vms"], **{name: row[name] for name in sizes})
        for row in rows
    ]
    return sorted(found, key=lambda host: host.host or "")


def pools() -> list[Pool]:
    """Return the networks, then the floating IP pools, the fullest of each first."""
    fixed, floating = table("fixed_ips"), table("floating_ips")
    networks = _live_columns("networks", ("label", "cidr"), limit=NETWORKS)
    found = []
    for network in networks:
        where: Filter = {"network_id": network["_id"], **fixed.live, "reserved": False}
        free = {**where, "instance_uuid": None, "host": None}
        name = " ".join(filter(None, (network["label"], network["cidr"])))
        found.append(_pool("fixed", name, fixed, where, free))
    with translated(floating.name):
        names = floating.collection.distinct("pool", floating.live)
    for name in names[:NETWORKS]:
        where = {"pool": name, **floating.live}
        free = {**where, "fixed_ip_id": None, "project_id": None}
        found.append(_pool("floating", str(name), floating, where, free))
    return sorted(found, key=lambda pool: (pool.kind, -pool.taken / (pool.size or 1)))


def usages() -> list[Usage]:
    """Return the usages of resources that have a limit, the fullest first."""
    classes = _live_columns("quota_classes", ("class_name", "resource", "hard_limit"))
    default = {
        row["resource"]: row["hard_limit"] for row in classes if row["class_name"] == DEFAULT_CLASS
    }
    own = {
        (row["project_id"], row["resource"]): row["hard_limit"]
        for row in _live_columns(
            "quotas", ("project_id", "resource", "hard_limit"), limit=PROJECT_ROWS
        )
    }
    columns = ("project_id", "resource", "in_use", "reserved")
    found = []
    for row in _live_columns("quota_usages", columns, limit=PROJECT_ROWS):
        limit = own.get((row["project_id"], row["resource"]), default.get(row["resource"]))
        if limit is not None and limit >= 0:
            used = row["in_use"] + row["reserved"]
            found.append(Usage(row["project_id"], row["resource"], used, limit))
    return sorted(found, key=lambda usage: (-usage.share, usage.project_id or "", usage.resource))


def deleted() -> dict[str, int]:
    """Return the number of soft-deleted rows by table, the highest first."""
    tables = [table(name) for name, spec in TABLES.items() if spec.shadow]
    counts = {rows.name: rows.count(rows.deleted, COUNTED) for rows in tables}
    filled = {name: rows for name, rows in counts.items() if rows}
    return dict(sorted(filled.items(), key=lambda entry: entry[1], reverse=True))


def _silence(service: Service) -> tuple[bool, int, str, str]:
    """Return the sort key of a service: those that are down first, then by name."""
    minutes = -int((service.seconds or 0) // SERVICE_DOWN_SECONDS)
    return service.is_up, minutes, service.host or "", service.binary or ""


def _pool(kind: str, name: str, rows: Table, where: Filter, free: Filter) -> Pool:
    size, unused = rows.count(where, COUNTED), rows.count(free, COUNTED)
    return Pool(kind, name, size, max(size - unused, 0), size < COUNTED)


def _live_columns(name: str, columns: Sequence[str], *, limit: int = ROWS) -> Iterable[Document]:
    """Return some columns of the live rows with the lowest ids."""
    with translated(name):
        found = connection.get_database()[name].find(table(name).live, columns)
        return list(found.sort("_id").limit(limit))
