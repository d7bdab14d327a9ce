"""The faults of instances: what went wrong, newest first.

    {_id: 1, instance_uuid: "...", code: 500, message: "NoValidHost", details: "...", host: "host1",
     created_at, updated_at, deleted_at, deleted: 0}

Nothing is unique, nothing changes a row, and faults outlive their instance.
"""

from __future__ import annotations

from collections.abc import Iterable

from nova_docdb import cells
from nova_docdb.context import Context
from nova_docdb.mongo.arguments import require_list
from nova_docdb.mongo.joins import table
from nova_docdb.mongo.rows import Row
from nova_docdb.mongo.table import Values

FAULTS = table("instance_faults")


def instance_fault_create(context: Context, values: Values, update_cells: bool = True) -> Row:
    fault = FAULTS.insert(values)
    if update_cells:
        cells.tell("instance_fault_create", context, fault)
    return fault


def instance_fault_get_by_instance_uuids(
    context: Context, instance_uuids: Iterable[str]
) -> dict[str, list[Row]]:
    uuids = require_list("instance_uuids", instance_uuids)
    faults: dict[str, list[Row]] = {uuid: [] for uuid in uuids if isinstance(uuid, str)}
    where = {**FAULTS.any_of("instance_uuid", faults), **FAULTS.live}
    found = FAULTS.find(where)
    found.sort(key=lambda fault: (fault["created_at"], fault["id"]), reverse=True)
    for fault in found:
        faults[fault["instance_uuid"]].append(fault)
    return faults
