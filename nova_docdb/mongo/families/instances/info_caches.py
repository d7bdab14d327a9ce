"""The network information of instances, as the network service last reported it.

    {_id: 1, instance_uuid: "...", network_info: "[...]", created_at, updated_at, deleted_at,
     deleted: 0}

A unique key over uuid and ``deleted`` allows one live row per instance.
"""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.context import Context, require_context
from nova_docdb.mongo.families.instances.rows import INSTANCES
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, table

INFO_CACHES = table("instance_info_caches")


@require_context
def instance_info_cache_delete(context: Context, instance_uuid: str) -> None:
    INFO_CACHES.soft_delete(_by_instance(instance_uuid))


@require_context
def instance_info_cache_get(context: Context, instance_uuid: str) -> Row | None:
    return INFO_CACHES.first({**_by_instance(instance_uuid), **INFO_CACHES.where_visible(context)})


@require_context
def instance_info_cache_update(context: Context, instance_uuid: str, values: Values) -> Row:
    changes = INFO_CACHES.format.changes(values)
    changes.pop("instance_uuid", None)
    cache = _update_live(instance_uuid, changes)
    if cache is None and _may_be_replaced(context, instance_uuid):
        try:
            cache = INFO_CACHES.insert({**changes, "instance_uuid": instance_uuid})
        except exception.DBDuplicateEntry:  # another caller has inserted it
            cache = _update_live(instance_uuid, changes)
    if cache is None:
        raise exception.InstanceInfoCacheNotFound(instance_uuid=instance_uuid)
    return cache


def _update_live(instance_uuid: str, changes: Document) -> Row | None:
    return INFO_CACHES.update({**_by_instance(instance_uuid), **INFO_CACHES.live}, changes)


def _may_be_replaced(context: Context, instance_uuid: str) -> bool:
    """Return whether an instance without a live cache gets a new one.

    A context that reads deleted rows sees that the cache was deleted on purpose.
    """
    if context.read_deleted != "no" and INFO_CACHES.exists(_by_instance(instance_uuid)):
        return False
    return INSTANCES.exists(INSTANCES.equals({"uuid": instance_uuid}))


def _by_instance(instance_uuid: str) -> Filter:
    return INFO_CACHES.equals({"instance_uuid": instance_uuid})
