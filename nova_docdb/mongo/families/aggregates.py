"""The host aggregates, their hosts and their metadata.

    aggregates: {_id: 1, name: "fast", created_at, updated_at, deleted_at, deleted: 0}
    aggregate_hosts: {_id: 1, aggregate_id: 1, host: "host1", ..., deleted: 0}
    aggregate_metadata: {_id: 1, aggregate_id: 1, key: "availability_zone", value: "az1", ...}

Unique keys over live rows refuse a second aggregate of a name, a host twice in an aggregate and a
key twice in its metadata. A new aggregate is inserted after its metadata, so it is never visible
without them. The name is updated before the metadata: if it is refused, nothing of the call is
written. A crash in between leaves old metadata; the same call again completes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from nova_docdb import exception
from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo.store.errors import raising_on_duplicate
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.store.transactions import transactional
from nova_docdb.mongo.tables.arguments import require_mapping
from nova_docdb.mongo.tables.key_values import KeyValues
from nova_docdb.mongo.tables.relations import get_joined, join, join_one
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

AGGREGATES = table("aggregates")
HOSTS = table("aggregate_hosts")
METADATA = KeyValues("aggregate_metadata", "aggregate_id")

ZONE = "availability_zone"
WHOLE = ("_hosts", "_metadata")


@require_admin_context
def aggregate_create(
    context: Context, values: Values, metadata: dict[str, Any] | None = None
) -> Row:
    new = AGGREGATES.format.document(values)
    if "name" not in values:
        raise exception.InvalidInput(reason="aggregates: a name is required")
    pairs = _pairs(metadata, values)
    _refuse_taken_name(new["name"])
    with raising_on_duplicate(_name_exists(new["name"]), "name"):
        aggregate = METADATA.insert_owner(AGGREGATES, values, pairs)
    return _completed(join_one(AGGREGATES, aggregate, *WHOLE))


@require_admin_context
@transactional
def aggregate_delete(context: Context, aggregate_id: int) -> None:
    where = AGGREGATES.equals({"id": aggregate_id})
    if not AGGREGATES.soft_delete(where, AGGREGATES.where_visible(context)):
        raise exception.AggregateNotFound(aggregate_id=aggregate_id)
    METADATA.table.soft_delete(METADATA.table.equals({"aggregate_id": aggregate_id}))


@require_admin_context
def aggregate_get(context: Context, aggregate_id: int) -> Row:
    aggregate = get_joined(AGGREGATES, AGGREGATES.where_visible(context, id=aggregate_id), *WHOLE)
    missing = exception.AggregateNotFound(aggregate_id=aggregate_id)
    return _completed(require(aggregate, missing))


@require_admin_context
@tolerates_stale_reads
def aggregate_get_all(context: Context) -> list[Row]:
    return _whole(AGGREGATES.find(AGGREGATES.where_visible(context)))


@require_admin_context
def aggregate_get_by_host(context: Context, host: str, key: str | None = None) -> list[Row]:
    return _of_host(context, host, key)


@require_admin_context
def aggregate_host_add(context: Context, aggregate_id: int, host: str) -> None:
    aggregate = _visible_aggregate(context, aggregate_id)
    exists = exception.AggregateHostExists(host=host, aggregate_id=aggregate_id)
    values = {"aggregate_id": aggregate["id"], "host": host}
    HOSTS.insert_unique(values, lambda _new: exists, "host")


@require_admin_context
def aggregate_host_delete(context: Context, aggregate_id: int, host: str) -> None:
    aggregate = _visible_aggregate(context, aggregate_id)
    where = HOSTS.equals({"aggregate_id": aggregate["id"], "host": host})
    if not HOSTS.soft_delete(where, HOSTS.where_visible(context)):
        raise exception.AggregateHostNotFound(aggregate_id=aggregate_id, host=host)


@require_admin_context
def aggregate_host_get_all(context: Context, aggregate_id: int) -> list[str]:
    aggregate = _visible_aggregate(context, aggregate_id)
    rows = HOSTS.find(HOSTS.where_visible(context, aggregate_id=aggregate["id"]))
    return [row["host"] for row in rows]


@require_admin_context
def aggregate_host_get_by_metadata_key(context: Context, key: str) -> dict[str, set[str]]:
    values: dict[str, set[str]] = defaultdict(set)
    if context.read_deleted == "only":
        return {}
    value_of = _values_of_key(key)
    for aggregate in join(AGGREGATES, _live_aggregates(value_of), "_hosts"):
        for member in aggregate["_hosts"]:
            values[member["host"]].add(value_of[aggregate["id"]])
    return dict(values)


@require_admin_context
@transactional
def aggregate_metadata_add(
    context: Context, aggregate_id: int, metadata: dict[str, Any], set_delete: bool = False
) -> None:
    aggregate = _locked_aggregate(context, aggregate_id)
    METADATA.put(aggregate["id"], metadata, prune=set_delete)


@require_admin_context
@transactional
def aggregate_metadata_delete(context: Context, aggregate_id: int, key: str) -> None:
    aggregate = _locked_aggregate(context, aggregate_id)
    if not METADATA.delete(aggregate["id"], key, METADATA.table.where_visible(context)):
        raise exception.AggregateMetadataNotFound(aggregate_id=aggregate_id, metadata_key=key)


@require_admin_context
def aggregate_metadata_get(context: Context, aggregate_id: int) -> dict[str, str]:
    aggregate = _visible_aggregate(context, aggregate_id)
    return METADATA.get(aggregate["id"], METADATA.table.where_visible(context))


@require_admin_context
def aggregate_metadata_get_by_host(
    context: Context, host: str, key: str | None = None
) -> dict[str, set[str]]:
    values: dict[str, set[str]] = defaultdict(set)
    for aggregate in _of_host(context, host, key):
        for name, value in aggregate["metadetails"].items():
            if not key or name == key:
                values[name].add(value)
    return dict(values)


@require_admin_context
@transactional
def aggregate_update(context: Context, aggregate_id: int, values: Values) -> Row:
    aggregate = _locked_aggregate(context, aggregate_id)
    changes = AGGREGATES.format.changes(values)
    given = values.get("metadata")
    pairs = _pairs(given, values)
    METADATA.documents(0, pairs)  # refuses what cannot be stored
    if changes.get("name") not in {None, aggregate["name"]}:
        _refuse_taken_name(changes["name"])
    where = {"_id": aggregate["id"], **AGGREGATES.where_visible(context)}
    missing = exception.AggregateNotFound(aggregate_id=aggregate_id)
    with raising_on_duplicate(_name_exists(changes.get("name", aggregate["name"])), "name"):
        changed = require(AGGREGATES.update(where, values), missing)
    METADATA.put(aggregate["id"], pairs, prune=given is not None)
    return _completed(join_one(AGGREGATES, changed, *WHOLE))


def _visible_aggregate(context: Context, aggregate_id: int) -> Row:
    aggregate = None
    if aggregate_id is not None:
        aggregate = AGGREGATES.get(AGGREGATES.where_visible(context, id=aggregate_id))
    return require(aggregate, exception.AggregateNotFound(aggregate_id=aggregate_id))


def _locked_aggregate(context: Context, aggregate_id: int) -> Row:
    """Return an aggregate, locked until the transaction ends."""
    aggregate = _visible_aggregate(context, aggregate_id)
    AGGREGATES.lock_row(aggregate)
    return aggregate


def _pairs(metadata: Any, values: Values) -> dict[str, Any]:
    """Return the metadata, with the zone that values may name beside its columns.

    Ids are assigned in the order of the keys.
    """
    pairs = dict({} if metadata is None else require_mapping("metadata", metadata))
    if ZONE not in values:
        return pairs
    return dict(sorted({**pairs, ZONE: values[ZONE]}.items(), key=lambda pair: str(pair[0])))


def _refuse_taken_name(name: str | None) -> None:
    if name is not None and AGGREGATES.exists(AGGREGATES.where_live(name=name)):
        raise exception.AggregateNameExists(aggregate_name=name)


def _name_exists(name: str | None) -> exception.AggregateNameExists:
    return exception.AggregateNameExists(aggregate_name=name)


def _of_host(context: Context, host: str, key: str | None) -> list[Row]:
    """Return the live aggregates of a host, those with a key when one is given."""
    if context.read_deleted == "only":
        return []
    aggregate_ids = {row["aggregate_id"] for row in HOSTS.find(HOSTS.where_live(host=host))}
    if key:
        aggregate_ids &= _values_of_key(key).keys()
    return _whole(_live_aggregates(aggregate_ids))


def _values_of_key(key: str) -> dict[int, str]:
    """Return the live values of a metadata key, by the id of the aggregate."""
    pairs = METADATA.table
    return {row["aggregate_id"]: row["value"] for row in pairs.find(pairs.where_live(key=key))}


def _live_aggregates(aggregate_ids: Iterable[int]) -> list[Row]:
    return AGGREGATES.find({**AGGREGATES.any_of("id", aggregate_ids), **AGGREGATES.live})


def _whole(aggregates: list[Row]) -> list[Row]:
    return [_completed(aggregate) for aggregate in join(AGGREGATES, aggregates, *WHOLE)]


def _completed(aggregate: Row) -> Row:
    """Replace the related rows by the computed keys."""
    aggregate["hosts"] = [row["host"] for row in aggregate.pop("_hosts")]
    aggregate["metadetails"] = {row["key"]: row["value"] for row in aggregate.pop("_metadata")}
    aggregate[ZONE] = aggregate["metadetails"].get(ZONE)
    return aggregate
