"""The contender nova_docdb: its public API.

The cloud of each size has its own database, which is only read. Writes go to a database with 1,000
instances.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pymongo

from benchmarks import cloud, filling
from benchmarks.work import Work
from benchmarks.worker import serve
from nova_docdb import clock, context, db
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.store import connection

WRITTEN_SIZE = 1000

ADMIN = context.get_admin_context()
USER = context.RequestContext(cloud.USER, cloud.PROJECT)

LIVE = {"deleted": False}
ROWS_OF_AN_INSTANCE = 3 + len(cloud.METADATA) + len(cloud.SYSTEM_METADATA)


class Ours:
    """The API.

    :param url: the URL of a server
    :param written: the name of the database for writes
    """

    def __init__(self, url: str, written: str) -> None:
        self._url = url
        self._written = written
        self._opened = ""
        self._numbers = itertools.count(1)
        CONF([], project="nova_docdb", default_config_files=[])

    def fill(self, sizes: Iterable[int]) -> None:
        """Create the databases for reads, and the one for writes."""
        for size in sizes:
            self._open(_read(size))
            filling.fill_instances(cloud.running(size))
            db_sync()
        self._open(self._written)
        db_sync()
        filling.fill_instances(cloud.running(WRITTEN_SIZE))
        filling.fill_rest()
        for uuid, mac in cloud.cards():
            db.bw_usage_update(ADMIN, uuid, mac, cloud.EPOCH, 0, 0, 0, 0)

    def work(self, operation: str, most: int, size: int) -> Work:
        """Prepare an operation."""
        return getattr(self, operation)(most, size)  # type: ignore[no-any-return]

    def versions(self) -> dict[str, str]:
        """Return the versions of the driver and the server."""
        client = connection.get_database().client
        return {"pymongo": pymongo.version, "MongoDB": client.server_info()["version"]}

    # Instances

    def instance_create(self, most: int, _size: int) -> Work:
        self._open(self._written)
        values = [cloud.boot(next(self._numbers)) for _ in range(most)]
        return Work(lambda one: db.instance_create(USER, one), values)

    def instance_get_by_uuid(self, most: int, size: int) -> Work:
        self._open(_read(size))
        uuids = cloud.chosen(cloud.uuids(size), most)
        return Work(lambda uuid: db.instance_get_by_uuid(ADMIN, uuid), uuids)

    def instance_update(self, most: int, _size: int) -> Work:
        self._open(self._written)

        def update(uuid: str) -> Any:
            states = {"vm_state": "active", "task_state": f"task{next(self._numbers)}"}
            return db.instance_update(ADMIN, uuid, states)

        return Work(update, cloud.chosen(cloud.uuids(WRITTEN_SIZE), most))

    def instance_destroy(self, most: int, _size: int) -> Work:
        self._open(self._written)
        instances = list(cloud.gone(most))
        filling.fill_instances(instances)
        uuids = [values["uuid"] for values in instances]
        return Work(lambda uuid: db.instance_destroy(USER, uuid), uuids)

    def list_project(self, most: int, size: int) -> Work:
        self._open(_read(size))

        def listed(project: str) -> Any:
            return db.instance_get_all_by_filters(ADMIN, {"project_id": project, **LIVE})

        return Work(listed, cloud.chosen(cloud.projects(size), most))

    def page(self, most: int, size: int) -> Work:
        self._open(_read(size))

        def page(marker: str) -> Any:
            return db.instance_get_all_by_filters(ADMIN, LIVE, limit=50, marker=marker)

        return Work(page, cloud.markers(size, most))

    def list_all(self, most: int, size: int) -> Work:
        self._open(_read(size))
        return Work(lambda _: db.instance_get_all(ADMIN), [None] * most)

    def list_host(self, most: int, size: int) -> Work:
        self._open(_read(size))
        hosts = cloud.chosen(cloud.hosts(size), most)
        return Work(lambda host: db.instance_get_all_by_host(ADMIN, host), hosts)

    # The other tables

    def fixed_ip_associate_pool(self, most: int, _size: int) -> Work:
        self._open(self._written)
        (network,) = db.network_get_all(ADMIN)
        connection.get_database()["fixed_ips"].update_many({}, {"$set": {"instance_uuid": None}})
        uuids = cloud.chosen(cloud.uuids(WRITTEN_SIZE), most)
        return Work(lambda uuid: db.fixed_ip_associate_pool(ADMIN, network["id"], uuid), uuids)

    def quota_cycle(self, most: int, _size: int) -> Work:
        self._open(self._written)
        resources = {name: SimpleNamespace(name=name) for name in cloud.QUOTA}
        quotas = dict.fromkeys(cloud.QUOTA, 10**9)
        expire = clock.utcnow() + timedelta(days=1)

        def cycle(_: None) -> None:
            reserved = db.quota_reserve(USER, resources, quotas, cloud.QUOTA, expire, None, 0)
            db.reservation_commit(USER, reserved)

        return Work(cycle, [None] * most)

    def compute_node_get_all(self, most: int, _size: int) -> Work:
        self._open(self._written)
        return Work(lambda _: db.compute_node_get_all(ADMIN), [None] * most)

    def archive_deleted_rows(self, most: int, _size: int) -> Work:
        self._open(self._written)
        count = most * 1000 // ROWS_OF_AN_INSTANCE + 1
        filling.fill_instances(cloud.gone(count), deleted=True)
        return Work(lambda _: db.archive_deleted_rows(ADMIN, 1000), [None] * most)

    def bw_usage_update(self, most: int, _size: int) -> Work:
        self._open(self._written)

        def update(card: tuple[str, str]) -> None:
            seen = next(self._numbers)
            db.bw_usage_update(ADMIN, *card, cloud.EPOCH, seen, seen, seen, seen)

        return Work(update, cloud.chosen(cloud.cards(), most))

    def service_update(self, most: int, _size: int) -> Work:
        self._open(self._written)
        numbers = [service["id"] for service in db.service_get_all(ADMIN)]

        def beat(number: int) -> Any:
            return db.service_update(ADMIN, number, {"report_count": next(self._numbers)})

        return Work(beat, cloud.chosen(numbers, most))

    def _open(self, database: str) -> None:
        """Connect the API to a database."""
        if database == self._opened:
            return
        connection.close()
        head, _, options = self._url.partition("?")
        CONF.set_override("connection", f"{head}{database}?{options}", group="mongo")
        self._opened = database


def _read(size: int) -> str:
    return f"bench_{size}"


if __name__ == "__main__":
    serve(Ours(sys.argv[1], "bench_written"))
