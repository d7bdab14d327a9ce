"""The user and system metadata of instances.

    {_id: 1, instance_uuid: "...", key: "role", value: "web",
     created_at, updated_at, deleted_at, deleted: 0}

At most one live row exists for an instance and a key, by a unique key: see ``key_values``. The row
of the instance is never touched. System metadata stays live when the instance is destroyed.
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
    _put(METADATA, instance_uuid, metadata, delete)
    return metadata


@require_context
def instance_system_metadata_get(context: Context, instance_uuid: str) -> Pairs:
    return SYSTEM_METADATA.get(instance_uuid, SYSTEM_METADATA.table.where_visible(context))


@require_context
@transactional
def instance_system_metadata_update(
    context: Context, instance_uuid: str, metadata: Pairs, delete: bool
) -> None:
    _put(SYSTEM_METADATA, instance_uuid, metadata, delete)


def _put(pairs: KeyValues, instance_uuid: str, metadata: Pairs, delete: bool) -> None:
    # The pairs of a destroyed instance can still be changed. If it is archived meanwhile, pairs
    # are left that are never read.
    if not INSTANCES.lock(INSTANCES.equals({"uuid": instance_uuid})) and metadata:
        raise exception.InstanceNotFound(instance_id=instance_uuid)
    pairs.put(instance_uuid, metadata, prune=bool(delete))
