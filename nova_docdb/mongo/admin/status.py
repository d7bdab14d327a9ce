"""The data of ``nova-docdb db status``: server, durability, rows and indexes."""

from __future__ import annotations

from typing import Any, TypedDict

from nova_docdb.mongo.admin import migration
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.client import Connection
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.table import table
from nova_docdb.schemas import TABLES
from nova_docdb.urls import masked

# Counting stops here. The index counts six million deleted rows a second.
COUNTED = 1_000_000


class TableStatus(TypedDict):
    """The number of a table's rows by state, and the differences of its indexes from the schema.

    ``live`` and ``archived`` use the store's estimated counts, which may be slightly wrong after a
    crash of the server. If there are too many deleted rows to count, ``exact`` is false,
    ``deleted`` is a lower bound and ``live`` an upper bound.
    """

    live: int
    deleted: int
    exact: bool
    archived: int | None
    missing_indexes: list[str]
    changed_indexes: list[str]
    unexpected_indexes: list[str]


class Status(TypedDict):
    """The store and its tables."""

    url: str
    server: str
    durability: str
    version: int
    tables: dict[str, TableStatus]


def status() -> Status:
    """Return the state of the store.

    :raises DBConnectionError: if the server cannot be reached
    """
    current = connection.current()
    return {
        "url": masked(current.url),
        "server": _server(current),
        "durability": _durability(current),
        "version": migration.db_version(),
        "tables": {name: _table_status(name) for name in TABLES},
    }


def _server(current: Connection) -> str:
    if current.client is None:
        return "embedded (mongomock, in memory)"
    with translated("", reads=True):
        hello: dict[str, Any] = current.client.admin.command("hello")
        release = current.client.server_info()["version"]
    if "setName" in hello:
        members = len(hello.get("hosts", []))
        return f"MongoDB {release}, replica set {hello['setName']} of {members}"
    kind = "sharded cluster" if hello.get("msg") == "isdbgrid" else "standalone"
    return f"MongoDB {release}, {kind}"


def _durability(current: Connection) -> str:
    if current.client is None:
        return "none: rows are lost when the process ends"
    concern = current.database.write_concern.document
    return f"w={concern.get('w', 1)}, journal={str(bool(concern.get('j'))).lower()}"


def _table_status(name: str) -> TableStatus:
    spec = TABLES[name]
    rows = table(name)
    archived = None
    if spec.shadow:
        with translated(name, reads=True):
            archived = connection.get_database()[spec.shadow_name].estimated_document_count()
    with translated(name, reads=True):
        deleted = rows.collection.count_documents(rows.deleted, limit=COUNTED)
        everything = rows.collection.estimated_document_count()
    return {
        "live": max(everything - deleted, 0),
        "deleted": deleted,
        "exact": deleted < COUNTED,
        "archived": archived,
        "missing_indexes": [index.name for index in migration.missing_indexes(spec)],
        "changed_indexes": migration.changed_indexes(spec),
        "unexpected_indexes": migration.unexpected_indexes(spec),
    }
