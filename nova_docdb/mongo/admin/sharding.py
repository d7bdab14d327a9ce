"""How the collections are spread over the shards of a cluster, as their schemas say.

A cluster keeps a unique key only where it begins with the shard key, and changes one document only
where the filter names its shard key. What the schemas declare obeys both. ``_id`` is exempt: no
number is given twice, since they come from one counter.

A shadow table is written and removed by ``_id`` alone, so its hash is the key there.
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

# Runs an administrative command: its name, what it is for, its options.
Command = Callable[..., Any]

OF_A_SHADOW = ShardKey("_id", "copied and removed by its number alone", hashed=True)
SMALL = "few rows: their number does not follow that of the instances"
NOT_A_CLUSTER = "This is no mongos but {}: collections are sharded through a mongos of a cluster."


@dataclass(frozen=True)
class Placement:
    """Where the documents of a collection are to be.

    :param collection: its name
    :param key: what spreads it; None where it stays on the primary shard of the database
    :param why: what speaks for that
    :param every_shard: the functions that ask every shard for it
    """

    collection: str
    key: ShardKey | None
    why: str
    every_shard: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """How a collection is now.

    :param documents: how many it has
    :param size: how many bytes they are; None where the store does not tell
    :param sharded_by: the key that spreads it, or None
    :param obstacles: what keeps it from being sharded as planned
    """

    documents: int
    size: int | None
    sharded_by: dict[str, Any] | None
    obstacles: tuple[str, ...]


def placements() -> list[Placement]:
    """Return where each collection is to be: the tables in their order, then the shadow tables."""
    asking = load("every_shard.json")
    tables = [
        Placement(
            spec.name,
            spec.shard_key,
            spec.shard_key.why if spec.shard_key else spec.unsharded or SMALL,
            _asking(asking, spec.name),
        )
        for spec in TABLES.values()
    ]
    shadows = [
        Placement(
            spec.shadow_name,
            OF_A_SHADOW if grows(spec) else None,
            OF_A_SHADOW.why if grows(spec) else SMALL,
            _asking(asking, spec.shadow_name),
        )
        for spec in TABLES.values()
        if spec.shadow
    ]
    return tables + shadows


def _asking(asking: dict[str, dict[str, dict[str, list[str]]]], name: str) -> tuple[str, ...]:
    return tuple(function for function, by in asking.get(name, {}).items() if "every" in by)


def grows(spec: TableSpec) -> bool:
    """Tell whether the rows of a table become more with the instances."""
    return bool(spec.shard_key or spec.unsharded)


def state(placement: Placement, sharded: dict[str, dict[str, Any]]) -> State:
    """Return how a collection is now.

    :param sharded: what ``sharded_collections`` gave
    """
    collection = connection.get_database()[placement.collection]
    with translated(placement.collection, reads=True):
        documents = collection.estimated_document_count()
        size = None if connection.is_embedded() else _size(collection)
        obstacles = tuple(_obstacles(placement, collection, sharded))
    return State(documents, size, sharded.get(placement.collection), obstacles)


def sharded_collections() -> dict[str, dict[str, Any]]:
    """Return the shard keys of the collections that are sharded, by their names."""
    current = connection.current()
    if current.client is None:
        return {}
    start = f"{current.database.name}."
    with translated("", reads=True):
        known = current.client["config"]["collections"]
        found = known.find({"_id": {"$regex": f"^{re.escape(start)}"}})
        return {entry["_id"].removeprefix(start): entry["key"] for entry in found}


def mongos() -> Command:
    """Return what runs an administrative command on the mongos that is configured.

    :raises ConfigurationError: in one sentence that says what it is
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
    """Shard what is not sharded yet, and return the names of these collections.

    Repeating it changes nothing.

    :param command: runs an administrative command on a mongos
    :param wanted: of ``placements``; those without a key stay where they are
    :raises ConfigurationError: if a collection cannot be sharded as planned; none is then
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
    # A mongos gives one answer a shard; a collection that is not there yet gives none.
    if collection.name not in collection.database.list_collection_names():
        return 0
    stats = collection.aggregate([{"$collStats": {"storageStats": {}}}])
    return sum(part["storageStats"]["size"] for part in stats)


def _obstacles(
    placement: Placement, collection: Collection[Document], sharded: dict[str, dict[str, Any]]
) -> Iterable[str]:
    """Yield what keeps a collection from being sharded as planned."""
    key = placement.key
    if key is None:
        return
    by = sharded.get(placement.collection, key.pattern)
    if by != key.pattern:
        yield f"it is sharded by {by} already"
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
