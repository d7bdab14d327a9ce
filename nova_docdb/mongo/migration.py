"""Indexes, default flavors and the version of the stored format.

The collection ``schema_version`` holds one document ``{_id: "nova_docdb", version: 1}``.
"""

from __future__ import annotations

from pymongo import IndexModel

from nova_docdb import exception
from nova_docdb.fixtures import load
from nova_docdb.mongo import connection
from nova_docdb.mongo.errors import translated
from nova_docdb.mongo.indexes import specification
from nova_docdb.mongo.table import Table
from nova_docdb.schemas import TABLES, Index, TableFacts

VERSION = 1
VERSIONS = "schema_version"
VERSION_ID = "nova_docdb"

INSTANCE_TYPES = Table("instance_types")


def db_sync(default_flavors: bool = True) -> dict[str, list[str]]:
    made = [name for facts in TABLES.values() for name in _sync_indexes(facts)]
    flavors = _make_default_flavors() if default_flavors else []
    with translated(VERSIONS):
        connection.get_database()[VERSIONS].update_one(
            {"_id": VERSION_ID}, {"$max": {"version": VERSION}}, upsert=True
        )
    unexpected = [
        f"{facts.name}.{name}" for facts in TABLES.values() for name in unexpected_indexes(facts)
    ]
    return {"indexes": made, "flavors": flavors, "unexpected_indexes": unexpected}


def db_version() -> int:
    with translated(VERSIONS):
        found = connection.get_database()[VERSIONS].find_one({"_id": VERSION_ID})
    return found["version"] if found else 0


def missing_indexes(facts: TableFacts) -> list[Index]:
    """Return the indexes of a table that the store lacks."""
    present = _present(facts)
    return [index for index in facts.indexes if index.name not in present]


def unexpected_indexes(facts: TableFacts) -> list[str]:
    """Return the names of the indexes that the schema does not know."""
    of_the_cluster = {"_id_", facts.shard_key.index_name if facts.shard_key else None}
    return sorted(_present(facts) - {index.name for index in facts.indexes} - of_the_cluster)


def _sync_indexes(facts: TableFacts) -> list[str]:
    missing = missing_indexes(facts)
    if not missing:
        return []
    collection = connection.get_database()[facts.name]
    specifications = [specification(facts, index) for index in missing]
    with translated(facts.name):
        if connection.is_embedded():
            # NOTE: mongomock's create_indexes forgets the partial filter.
            for keys, options in specifications:
                collection.create_index(keys, **options)
        else:
            collection.create_indexes(
                [IndexModel(keys, **options) for keys, options in specifications]
            )
    return [f"{facts.name}.{index.name}" for index in missing]


def _present(facts: TableFacts) -> set[str]:
    with translated(facts.name):
        return set(connection.get_database()[facts.name].index_information())


def _make_default_flavors() -> list[str]:
    if INSTANCE_TYPES.exists({}):
        return []
    made = []
    for flavor in load("default_flavors.json"):
        try:
            INSTANCE_TYPES.insert(flavor)
        except exception.DBDuplicateEntry:
            # NOTE: another process syncs at the same time; the flavor is there.
            continue
        made.append(flavor["name"])
    return made
