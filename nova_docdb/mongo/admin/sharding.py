"""Sharding of the collections over a cluster, by the shard keys of the schemas.

A cluster enforces a unique key only if it begins with the shard key, and updates a single document
only if the filter contains its shard key. The schemas comply with both. ``_id`` is the exception:
generated ids are unique, but ids chosen by callers can collide across shards.

Shadow tables are written and read by ``_id`` alone, so they are sharded by its hash.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.collection import Collection

from nova_docdb import exception
from nova_docdb.data import load
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.deadlines import INDEX_BUILD_SECONDS, limited
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.errors import translated
from nova_docdb.schemas import TABLES, ShardKey, TableSpec

# Runs an administrative command; takes its name, its value and its options.
Command = Callable[..., Any]

OF_A_SHADOW = ShardKey("_id", "copied and removed by id alone", hashed=True)
SMALL = "few rows: their number does not grow with the instances"
NOT_A_CLUSTER = (
    "[mongo] connection is {}, not a mongos: collections are sharded through a mongos of a cluster."
)


@dataclass(frozen=True)
class Placement:
    """The planned placement of a collection.

    :param collection: the name of the collection
    :param key: the shard key; None if it stays on the primary shard of the database
    :param why: the reason
    :param every_shard: the functions that query every shard for it
    """

    collection: str
    key: ShardKey | None
    why: str
    every_shard: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """The current state of a collection.

    :param documents: the estimated number of documents
    :param size: their size in bytes; None for the embedded store
    :param sharded_by: the shard key, or None
    :param obstacles: the reasons why it cannot be sharded as planned
    """

    documents: int
    size: int | None
    sharded_by: dict[str, Any] | None
    obstacles: tuple[str, ...]


def placements() -> list[Placement]:
    """Return the placement of each collection: the tables in order, then the shadow tables."""
    functions_of = load("every_shard.json")

    def placed(name: str, key: ShardKey | None, why: str) -> Placement:
        """Return the placement of a collection; ``why`` is the reason if it has no key."""
        every = [function for function, by in functions_of.get(name, {}).items() if "every" in by]
        return Placement(name, key, key.why if key else why, tuple(every))

    specs = TABLES.values()
    return [placed(spec.name, spec.shard_key, spec.unsharded or SMALL) for spec in specs] + [
        placed(spec.shadow_name, OF_A_SHADOW if grows(spec) else None, SMALL)
        for spec in specs
        if spec.shadow
    ]


def grows(spec: TableSpec) -> bool:
    """Return whether the number of a table's rows grows with the instances."""
    return bool(spec.shard_key or spec.unsharded)


def state(placement: Placement, sharded: dict[str, dict[str, Any]]) -> State:
    """Return the current state of a collection.

    :param sharded: the result of ``sharded_collections``
    """
    collection = connection.get_database()[placement.collection]
    with translated(placement.collection, reads=True):
        documents = collection.estimated_document_count()
        size = None if connection.is_embedded() else _size(collection)
        obstacles = tuple(_obstacles(placement, collection, sharded))
    return State(documents, size, sharded.get(placement.collection), obstacles)


def sharded_collections() -> dict[str, dict[str, Any]]:
    """Return the shard keys of the sharded collections by name."""
    current = connection.current()
    if current.client is None:
        return {}
    start = f"{current.database.name}."
    with translated("", reads=True):
        known = current.client["config"]["collections"]
        found = known.find({"_id": {"$regex": f"^{re.escape(start)}"}})
        return {entry["_id"].removeprefix(start): entry["key"] for entry in found}


def mongos() -> Command:
    """Return the function that runs an administrative command on the configured mongos.

    :raises ConfigurationError: if the server is not a mongos
    """
    current = connection.current()
    if current.client is None:
        raise exception.ConfigurationError(NOT_A_CLUSTER.format("the embedded store"))
    with translated("", reads=True):
        hello = current.client.admin.command("hello")
    if hello.get("msg") != "isdbgrid":
        what = (
            f"the replica set {hello['setName']}" if "setName" in hello else "a standalone mongod"
        )
        raise exception.ConfigurationError(NOT_A_CLUSTER.format(what))
    return current.client.admin.command


def apply(command: Command, wanted: Sequence[Placement]) -> list[str]:
    """Shard the collections that are not sharded yet, and return their names.

    The function is idempotent.

    :param command: runs an administrative command on a mongos
    :param wanted: some of ``placements``; those without a key are not changed
    :raises ConfigurationError: if a collection cannot be sharded as planned; none is sharded then
    """
    sharded = sharded_collections()
    keys = {p.collection: p.key for p in wanted if p.key}
    obstacles = [
        f"{placement.collection}: {obstacle}"
        for placement in wanted
        for obstacle in state(placement, sharded).obstacles
    ]
    if obstacles:
        raise exception.ConfigurationError("Nothing was sharded. " + "; ".join(obstacles) + ".")
    database = connection.get_database()
    missing = {name: key for name, key in keys.items() if name not in sharded}
    with translated(""), limited(INDEX_BUILD_SECONDS):
        command("enableSharding", database.name)
        for name, key in missing.items():
            if key.hashed:
                database[name].create_index(list(key.pattern.items()), name=key.index_name)
            command("shardCollection", f"{database.name}.{name}", key=key.pattern)
    return list(missing)


def _size(collection: Collection[Document]) -> int:
    # A mongos returns one document per shard; $collStats fails for a missing collection.
    if collection.name not in collection.database.list_collection_names():
        return 0
    stats = collection.aggregate([{"$collStats": {"storageStats": {}}}])
    return sum(part["storageStats"]["size"] for part in stats)


def _obstacles(
    placement: Placement, collection: Collection[Document], sharded: dict[str, dict[str, Any]]
) -> Iterable[str]:
    """Yield the reasons why a collection cannot be sharded as planned."""
    key = placement.key
    if key is None:
        return
    by = sharded.get(placement.collection, key.pattern)
    if by != key.pattern:
        yield f"it is already sharded by {by}"
    indexes = collection.index_information()
    for name, index in indexes.items():
        first = index["key"][0][0]
        if index.get("unique") and first not in {key.column, "_id"}:
            yield f"the unique key {name} does not begin with {key.column}"
    served = key.hashed or any(
        index["key"][0][0] == key.column and "partialFilterExpression" not in index
        for index in indexes.values()
    )
    if not served:
        yield f"no index begins with {key.column}: run nova-docdb db sync"
