"""The user and system metadata of instances.

    {_id: 1, instance_uuid: "...", key: "role", value: "web",
     created_at, updated_at, deleted_at, deleted: 0}

A unique key allows one live row for an instance and a key: see ``key_values``. The row of the
instance never changes. System metadata stays live when the instance is destroyed.
"""

from __future__ import annotations

from typing import Any

from nova_docdb import exception
from nova_docdb.context import Context, require_context
from nova_docdb.mongo.store.transactions import transactional
from nova_docdb.mongo.tables.key_values import KeyValues
from nova_docdb.mongo.tables.table import table

INSTANCES = table("instances")
METADATA = KeyValues("instance_metadata", "instance_uuid")
SYSTEM_METADATA = KeyValues("instance_system_metadata", "instance_uuid")

Pairs = dict[str, Any]


@require_context
def instance_metadata_delete(context: Context, instance_uuid: str, key: str) -> None:
    METADATA.delete(instance_uuid, key)


@require_context
def instance_metadata_get(context: Context, instance_uuid: str) -> Pairs:
    return METADATA.get(instance_uuid)


@require_context
@transactional
def instance_metadata_update(
    context: Context, instance_uuid: str, metadata: Pairs, delete: bool
) -> Pairs:
    _put_pairs(METADATA, instance_uuid, metadata, delete)
    return metadata


@require_context
def instance_system_metadata_get(context: Context, instance_uuid: str) -> Pairs:
    return SYSTEM_METADATA.get(instance_uuid, SYSTEM_METADATA.table.where_visible(context))


@require_context
@transactional
def instance_system_metadata_update(
    context: Context, instance_uuid: str, metadata: Pairs, delete: bool
) -> None:
    _put_pairs(SYSTEM_METADATA, instance_uuid, metadata, delete)


def _put_pairs(pairs: KeyValues, instance_uuid: str, metadata: Pairs, delete: bool) -> None:
    # The pairs of a destroyed instance can still be changed. If it is archived at the same time,
    # pairs that are never read may remain.
    if not INSTANCES.lock(INSTANCES.equals({"uuid": instance_uuid})) and metadata:
        raise exception.InstanceNotFound(instance_id=instance_uuid)
    pairs.put(instance_uuid, metadata, prune=bool(delete))
