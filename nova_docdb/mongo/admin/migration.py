"""Indexes, default flavors and the version of the stored format.

The collection ``schema_version`` holds one document ``{_id: "nova_docdb", version: 1}``.

Indexes are built while the database is in use: since MongoDB 4.2 a build locks its collection only
briefly, at its start and its end. Missing indexes are built one table at a time. Indexes that
differ from the schema are reported, and changed or removed only on request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pymongo import IndexModel

from nova_docdb import exception
from nova_docdb.data import load
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.deadlines import INDEX_BUILD_SECONDS, limited
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.indexes import Specification, specification
from nova_docdb.mongo.tables.table import table
from nova_docdb.schemas import TABLES, Index, TableSpec

VERSION = 1
VERSIONS = "schema_version"
VERSION_ID = "nova_docdb"

# The server's codes for a conflict with an index that has the same keys and options, or name.
INDEX_CONFLICT = frozenset({85, 86})

FLAVORS = table("instance_types")


def db_sync(default_flavors: bool = True) -> dict[str, list[str]]:
    created = [name for spec in TABLES.values() for name in _sync_indexes(spec)]
    flavors = _make_default_flavors() if default_flavors else []
    with translated(VERSIONS):
        connection.get_database()[VERSIONS].update_one(
            {"_id": VERSION_ID}, {"$max": {"version": VERSION}}, upsert=True
        )
    return {
        "indexes": created,
        "flavors": flavors,
        "changed_indexes": _named(changed_indexes),
        "unexpected_indexes": _named(unexpected_indexes),
    }


def db_version() -> int:
    with translated(VERSIONS, reads=True):
        found = connection.get_database()[VERSIONS].find_one({"_id": VERSION_ID})
    return found["version"] if found else 0


def missing_indexes(spec: TableSpec) -> list[Index]:
    """Return the indexes of a table that are missing in the store."""
    present = _present(spec)
    return [index for index in spec.indexes if index.name not in present]


def changed_indexes(spec: TableSpec) -> list[str]:
    """Return the names of the indexes whose keys or options differ from the schema."""
    present = _present(spec)
    return [
        index.name
        for index in spec.indexes
        if index.name in present and present[index.name] != specification(spec, index)
    ]


def unexpected_indexes(spec: TableSpec) -> list[str]:
    """Return the names of the indexes that are not in the schema."""
    of_the_cluster = {"_id_", spec.shard_key.index_name if spec.shard_key else None}
    return sorted(_present(spec).keys() - {index.name for index in spec.indexes} - of_the_cluster)


def rebuild_indexes() -> list[str]:
    """Drop and rebuild the indexes of ``changed_indexes``, and return their names.

    NOTE: two indexes cannot have the same name, so the old one is dropped first. Until the new one
    is built, a unique key is not enforced, and calls that use the index are slow: stop all other
    callers before.

    :raises DBError: if existing rows violate a unique key; the index is missing then
    """
    rebuilt = _named(changed_indexes)
    for spec in TABLES.values():
        for name in changed_indexes(spec):
            with translated(spec.name):
                connection.get_database()[spec.name].drop_index(name)
        _sync_indexes(spec)
    return rebuilt


def _named(indexes: Callable[[TableSpec], list[str]]) -> list[str]:
    return [f"{spec.name}.{name}" for spec in TABLES.values() for name in indexes(spec)]


def _sync_indexes(spec: TableSpec) -> list[str]:
    missing = missing_indexes(spec)
    if not missing:
        return []
    try:
        with translated(spec.name), limited(INDEX_BUILD_SECONDS):
            _build(spec, missing)
    except exception.DBDuplicateEntry as error:
        named = _not_unique(spec, missing)
        if named is None:
            raise
        raise named from error
    except exception.DBError as error:
        if getattr(error.inner_exception, "code", None) in INDEX_CONFLICT:
            raise _index_conflict(spec, missing) from error
        raise
    return [f"{spec.name}.{index.name}" for index in missing]


def _build(spec: TableSpec, missing: list[Index]) -> None:
    collection = connection.get_database()[spec.name]
    specifications = [specification(spec, index) for index in missing]
    if connection.is_embedded():
        # mongomock's create_indexes ignores the partial filter.
        for keys, options in specifications:
            collection.create_index(keys, **options)
    else:
        models = [IndexModel(keys, **options) for keys, options in specifications]
        collection.create_indexes(models, **_quorum())


def _quorum() -> dict[str, Any]:
    """Return the option for which members must have built an index before it is used.

    The default is all voting members: one that is down would block the build.
    """
    client = connection.current().client
    is_set = client is not None and "setName" in client.admin.command("hello")
    return {"commitQuorum": "majority"} if is_set else {}


def _not_unique(spec: TableSpec, missing: list[Index]) -> exception.DBDuplicateEntry | None:
    """Return the exception with two rows that have the same key, or None."""
    for keys, options in (specification(spec, index) for index in missing if index.unique):
        columns = [name for name, _direction in keys]
        pipeline = [
            {"$match": options.get("partialFilterExpression", {})},
            {
                "$group": {
                    "_id": [f"${name}" for name in columns],
                    "first": {"$min": "$_id"},
                    "last": {"$max": "$_id"},
                }
            },
            {"$match": {"$expr": {"$ne": ["$first", "$last"]}}},
            {"$limit": 1},
        ]
        with limited(INDEX_BUILD_SECONDS):
            found = next(table(spec.name).aggregate(pipeline, allowDiskUse=True), None)
        if found is not None:
            reason = (
                f"{spec.name}: the unique index {options['name']} cannot be built: the rows "
                f"{found['first']} and {found['last']} have the same {' and '.join(columns)}. "
                'Delete or change one of them, then run "nova-docdb db sync".'
            )
            return exception.DBDuplicateEntry(columns, reason, spec.name)
    return None


def _index_conflict(spec: TableSpec, missing: list[Index]) -> exception.DBError:
    wanted = [specification(spec, index)[0] for index in missing]
    others = [name for name, (keys, _options) in _present(spec).items() if keys in wanted]
    return exception.DBError(
        f"{spec.name}: an index conflicts with one that is missing: {', '.join(others)}. "
        'Drop it with dropIndex() in mongosh, then run "nova-docdb db sync".'
    )


def _present(spec: TableSpec) -> dict[str, Specification]:
    """Return the indexes that the store has, by their names."""
    with translated(spec.name, reads=True):
        found = connection.get_database()[spec.name].index_information()
    present = {}
    for name, options in found.items():
        keys = options.pop("key")
        for added_by_the_server in ("v", "ns", "background"):
            options.pop(added_by_the_server, None)
        present[name] = (keys, {"name": name, "unique": False, **options})
    return present


def _make_default_flavors() -> list[str]:
    if FLAVORS.exists({}):
        return []
    created = []
    for flavor in load("default_flavors.json"):
        try:
            # As in the original, whose schema migration inserted them without a date.
            FLAVORS.insert(flavor, {"created_at": None})
        except exception.DBDuplicateEntry:
            # Another process syncs at the same time and has inserted it.
            continue
        created.append(flavor["name"])
    return created
