"""The contender Nova: the database API of a current release, on a SQL database.

It runs in its own environment with the packages nova and pymysql. Functions that the release has
removed are reported as missing.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from importlib.metadata import version
from itertools import islice
from typing import Any

import sqlalchemy as sa
from nova import config, context
from nova.conf import CONF
from nova.db import migration
from nova.db.main import api, models

from benchmarks import cloud
from benchmarks.work import Work
from benchmarks.worker import MissingError, serve

WRITTEN_SIZE = 1000
WRITTEN = "written"

CHUNK = 1000

ROWS_OF_AN_INSTANCE = 4 + len(cloud.METADATA) + len(cloud.SYSTEM_METADATA)

Values = dict[str, Any]


class Peer:
    """Nova.

    :param url: the URL of a SQL server, or of a folder of SQLite files; {} is replaced by the
        database
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = itertools.count(1)
        self._databases: dict[str, Any] = {}
        config.parse_args(["nova"], default_config_files=[], configure_db=False)

    def fill(self, sizes: Iterable[int]) -> None:
        """Create the databases for reads, and the one for writes."""
        for size in sizes:
            self._make(str(size))
            _Filling(self._engine(str(size))).instances(cloud.running(size))
        self._make(WRITTEN)
        written = _Filling(self._engine(WRITTEN))
        written.instances(cloud.running(WRITTEN_SIZE))
        written.nodes()

    def versions(self) -> dict[str, str]:
        """Return the versions of the release, of Python and of the SQL server."""
        engine = self._engine(WRITTEN)
        name = {"mysql": "MariaDB"}.get(engine.dialect.name, "SQLite")
        asked = {"MariaDB": "SELECT version()", "SQLite": "SELECT sqlite_version()"}[name]
        with engine.connect() as connection:
            found = connection.execute(sa.text(asked)).scalar()
        return {"nova": version("nova"), "SQLAlchemy": sa.__version__, name: str(found)}

    def work(self, operation: str, most: int, size: int) -> Work:
        """Prepare an operation."""
        method = getattr(self, operation, None)
        if method is None:
            raise MissingError(f"this release has no {operation}")
        return method(most, size)  # type: ignore[no-any-return]

    def instance_create(self, most: int, _size: int) -> Work:
        user = self._context(WRITTEN, cloud.PROJECT)
        values = [cloud.boot(next(self._numbers)) for _ in range(most)]
        return Work(lambda one: api.instance_create(user, one), values)

    def instance_get_by_uuid(self, most: int, size: int) -> Work:
        admin = self._context(str(size))
        uuids = cloud.chosen(cloud.uuids(size), most)
        return Work(lambda uuid: api.instance_get_by_uuid(admin, uuid), uuids)

    def instance_update(self, most: int, _size: int) -> Work:
        admin = self._context(WRITTEN)

        def update(uuid: str) -> Any:
            states = {"vm_state": "active", "task_state": f"task{next(self._numbers)}"}
            return api.instance_update(admin, uuid, states)

        return Work(update, cloud.chosen(cloud.uuids(WRITTEN_SIZE), most))

    def instance_destroy(self, most: int, _size: int) -> Work:
        user = self._context(WRITTEN, cloud.PROJECT)
        instances = list(cloud.gone(most))
        _Filling(self._engine(WRITTEN)).instances(instances)
        uuids = [values["uuid"] for values in instances]
        return Work(lambda uuid: api.instance_destroy(user, uuid), uuids)

    def list_project(self, most: int, size: int) -> Work:
        admin = self._context(str(size))

        def listed(project: str) -> Any:
            filters = {"project_id": project, "deleted": False}
            return api.instance_get_all_by_filters(admin, filters)

        return Work(listed, cloud.chosen(cloud.projects(size), most))

    def page(self, most: int, size: int) -> Work:
        admin = self._context(str(size))

        def page(marker: str) -> Any:
            filters = {"deleted": False}
            return api.instance_get_all_by_filters(admin, filters, limit=50, marker=marker)

        return Work(page, cloud.markers(size, most))

    def list_all(self, most: int, size: int) -> Work:
        admin = self._context(str(size))
        return Work(lambda _: api.instance_get_all(admin), [None] * most)

    def list_host(self, most: int, size: int) -> Work:
        admin = self._context(str(size))
        hosts = cloud.chosen(cloud.hosts(size), most)
        return Work(lambda host: api.instance_get_all_by_host(admin, host), hosts)

    def compute_node_get_all(self, most: int, _size: int) -> Work:
        admin = self._context(WRITTEN)
        return Work(lambda _: api.compute_node_get_all(admin), [None] * most)

    def archive_deleted_rows(self, most: int, _size: int) -> Work:
        admin = self._context(WRITTEN)
        # The argument counts statements, each of which can move ten rows: about 3,000 rows per
        # call.
        count = 4 * most * 1000 // ROWS_OF_AN_INSTANCE
        filling = _Filling(self._engine(WRITTEN))
        filling.clear_shadows()
        filling.instances(cloud.gone(count), deleted=True)

        def archive(_: None) -> int:
            _tables, _uuids, moved = api.archive_deleted_rows(admin, 1000)
            return int(moved)

        return Work(archive, [None] * most)

    def service_update(self, most: int, _size: int) -> Work:
        admin = self._context(WRITTEN)
        numbers = [service["id"] for service in api.service_get_all(admin)]

        def beat(number: int) -> Any:
            return api.service_update(admin, number, {"report_count": next(self._numbers)})

        return Work(beat, cloud.chosen(numbers, most))

    def _make(self, database: str) -> None:
        """Create a database with the tables of the release."""
        url = self._url.format(database)
        if not url.startswith("sqlite"):
            server = sa.create_engine(self._url.format(""))
            with server.begin() as connection:
                connection.execute(
                    sa.text(f"CREATE DATABASE `bench_{database}` CHARACTER SET utf8mb3")
                )
        CONF.set_override("connection", self._address(database), group="database")
        api.configure(CONF)
        migration.db_sync(context=self._context(database))

    def _address(self, database: str) -> str:
        return self._url.format(f"bench_{database}")

    def _engine(self, database: str) -> Any:
        return api.get_engine(context=self._context(database))

    def _context(self, database: str, project: str | None = None) -> Any:
        """Return a user or admin context for a database."""
        if database not in self._databases:
            manager = api.create_context_manager(self._address(database))
            self._databases[database] = manager
        user = None if project is None else cloud.USER
        made = context.RequestContext(user, project, is_admin=project is None)
        made.db_connection = self._databases[database]
        return made


class _Filling:
    """Stores rows in bulk, as the release stores them."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._groups: dict[str, int] = {}

    def instances(self, instances: Iterable[Values], *, deleted: bool = False) -> None:
        """Store instances and their related rows.

        :param deleted: whether all rows are soft-deleted
        """
        rest = iter(instances)
        while some := list(islice(rest, CHUNK)):
            for project in {values["project_id"] for values in some} - self._groups.keys():
                self._groups[project] = self._group(project)
            with self._engine.begin() as connection:
                for model, rows in self._rows(some).items():
                    connection.execute(sa.insert(model.__table__), rows)
                    if deleted:
                        _delete(connection, model, some)

    def clear_shadows(self) -> None:
        """Delete archived rows, because SQLite reuses their ids."""
        tables = sa.inspect(self._engine).get_table_names()
        with self._engine.begin() as connection:
            for name in tables:
                if name.startswith("shadow_"):
                    connection.execute(sa.text(f"DELETE FROM {name}"))

    def nodes(self) -> None:
        """Store the hypervisors, each with its service."""
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        with self._engine.begin() as connection:
            for number in range(cloud.NODES):
                host = f"host{number}"
                service = {"host": host, "binary": "nova-compute", "topic": "compute"}
                made = connection.execute(
                    sa.insert(models.Service.__table__),
                    {**service, "report_count": 0, "created_at": now, "version": 1},
                )
                connection.execute(
                    sa.insert(models.ComputeNode.__table__),
                    {
                        **cloud.node(number),
                        "service_id": made.inserted_primary_key[0],
                        "host": host,
                        "created_at": now,
                        "stats": str(cloud.STATS),
                    },
                )

    def _group(self, project: str) -> int:
        table = models.SecurityGroup.__table__
        key = {"project_id": project, "name": cloud.GROUP}
        with self._engine.begin() as connection:
            found = connection.execute(sa.select(table.c.id).filter_by(**key)).scalar()
            if found is None:
                values = {**key, "user_id": cloud.USER, "description": cloud.GROUP}
                found = connection.execute(sa.insert(table), values).inserted_primary_key[0]
        return int(found)

    def _rows(self, some: list[Values]) -> dict[Any, list[Values]]:
        owners = [
            {"instance_uuid": values["uuid"], "created_at": values["created_at"]} for values in some
        ]
        memberships = [
            {**owner, "security_group_id": self._groups[values["project_id"]]}
            for owner, values in zip(owners, some, strict=True)
        ]
        return {
            models.Instance: some,
            models.InstanceInfoCache: [{**owner, "network_info": "[]"} for owner in owners],
            models.InstanceExtra: owners,
            models.InstanceMetadata: list(_pairs(owners, cloud.METADATA)),
            models.InstanceSystemMetadata: list(_pairs(owners, cloud.SYSTEM_METADATA)),
            models.SecurityGroupInstanceAssociation: memberships,
        }


def _pairs(owners: list[Values], pairs: dict[str, str]) -> Iterator[Values]:
    for owner in owners:
        for key, value in pairs.items():
            yield {**owner, "key": key, "value": value}


def _delete(connection: Any, model: Any, some: list[Values]) -> None:
    table = model.__table__
    column = table.c.uuid if model is models.Instance else table.c.instance_uuid
    connection.execute(
        sa.update(table)
        .where(column.in_([values["uuid"] for values in some]))
        .values(deleted=table.c.id, deleted_at=cloud.EPOCH)
    )


if __name__ == "__main__":
    serve(Peer(sys.argv[1]))
