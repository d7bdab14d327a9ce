"""The block devices of instances.

    {_id: 1, instance_uuid: "...", device_name: "vda", volume_id: "...", virtual_name: null,
     snapshot_id, volume_size, no_device, delete_on_termination: false, connection_info: "{}",
     _device: "<instance> vda", _virtual: null,
     created_at, updated_at, deleted_at, deleted: 0}

block_device_mapping_update_or_create writes one row per device, and keeps one live row of each swap
or ephemeral disk. It sets private marks: ``_device`` is the instance and the device, ``_virtual``
the instance and the virtual name, and unique keys over live rows refuse a second row with the same
mark. block_device_mapping_create neither checks nor sets marks; a mark is removed when another
function renames the device or deletes the row.
"""

from __future__ import annotations

import re
from typing import Any

from nova_docdb import exception
from nova_docdb.context import Context, require_context
from nova_docdb.mongo.store.confirmations import changed
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.transactions import transactional
from nova_docdb.mongo.tables.retry import Retry
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, table

MAPPINGS = table("block_device_mapping")

# Of these an instance has one each.
SINGLE = re.compile(r"swap|ephemeral(0|[1-9][0-9]*)", re.ASCII)

# What the marks speak of. A row that lives again must not meet the mark of its successor.
MARKED = {"instance_uuid", "device_name", "virtual_name", "deleted"}


@require_context
def block_device_mapping_create(context: Context, values: Values) -> None:
    MAPPINGS.insert(values)


@require_context
def block_device_mapping_destroy(context: Context, bdm_id: int) -> None:
    MAPPINGS.soft_delete(MAPPINGS.equals({"id": bdm_id}), MAPPINGS.where_visible(context))


@require_context
def block_device_mapping_destroy_by_instance_and_device(
    context: Context, instance_uuid: str, device_name: str
) -> None:
    where = MAPPINGS.equals({"instance_uuid": instance_uuid, "device_name": device_name})
    MAPPINGS.soft_delete(where, MAPPINGS.where_visible(context))


@require_context
def block_device_mapping_destroy_by_instance_and_volume(
    context: Context, instance_uuid: str, volume_id: str
) -> None:
    where = MAPPINGS.equals({"instance_uuid": instance_uuid, "volume_id": volume_id})
    MAPPINGS.soft_delete(where, MAPPINGS.where_visible(context))


@require_context
def block_device_mapping_get_all_by_instance(context: Context, instance_uuid: str) -> list[Row]:
    return MAPPINGS.find(MAPPINGS.where_visible(context, instance_uuid=instance_uuid))


@require_context
def block_device_mapping_update(context: Context, bdm_id: int, values: Values) -> None:
    changes = MAPPINGS.stamped(MAPPINGS.format.changes(values))
    if MARKED & changes.keys():
        changes.update(dict.fromkeys(MAPPINGS.spec.private))
    with translated(MAPPINGS.name):
        written = MAPPINGS.collection.update_one(
            MAPPINGS.where_visible(context, id=bdm_id), {"$set": changes}
        )
    changed(written.modified_count)


@require_context
@transactional
def block_device_mapping_update_or_create(context: Context, values: Values) -> None:
    new = MAPPINGS.format.document(values)
    for column in ("instance_uuid", "device_name"):
        if new[column] is None:
            raise exception.InvalidInput(reason=f"block_device_mapping: {column} is required")
    device = {name: new[name] for name in ("instance_uuid", "device_name")}
    single = _single(values.get("virtual_name"))
    marks: Document = {
        "_device": f"{device['instance_uuid']} {device['device_name']}",
        "_virtual": f"{device['instance_uuid']} {single}" if single else None,
    }
    retry = Retry(MAPPINGS.name, f"others wrote {device}")
    while True:
        retry.begin()
        if single:
            _make_way(device, single)
        try:
            if not _update(device, values, marks):
                MAPPINGS.store([new], marks)
        except exception.DBDuplicateEntry as error:
            if "id" in error.columns:
                raise
            continue
        return


def _single(virtual_name: Any) -> str | None:
    if isinstance(virtual_name, str) and SINGLE.fullmatch(virtual_name):
        return virtual_name
    return None


def _update(device: Filter, values: Values, marks: Document) -> Row | None:
    """Change the first live row of the device.

    Its mark of the device is not changed: the mark only decides between two inserts.
    """
    row = MAPPINGS.first({**device, **MAPPINGS.live})
    if row is None:
        return None
    changes = MAPPINGS.stamped(MAPPINGS.format.changes(values))
    if "virtual_name" in values and not _is_held_beside(row, device, marks):
        changes["_virtual"] = marks["_virtual"]
    return MAPPINGS.find_one_and_update(
        {"_id": row["id"], **device, **MAPPINGS.live}, {"$set": changes}
    )


def _is_held_beside(row: Row, device: Filter, marks: Document) -> bool:
    """Return whether another row of the same device has the mark of the disk, and may keep it."""
    if marks["_virtual"] is None:
        return False
    beside = {"_id": {"$ne": row["id"]}, "_virtual": marks["_virtual"]}
    return MAPPINGS.exists({**device, **beside, **MAPPINGS.live})


def _make_way(device: Filter, single: str) -> None:
    """Delete the rows of the same disk on other devices.

    They have the mark of the new row, so they are deleted first. A crash here leaves the instance
    without the disk until the call is repeated.
    """
    MAPPINGS.soft_delete(
        {
            "instance_uuid": device["instance_uuid"],
            "virtual_name": single,
            "device_name": {"$ne": device["device_name"]},
        }
    )
