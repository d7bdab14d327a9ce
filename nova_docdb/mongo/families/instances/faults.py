"""The faults of instances, newest first.

    {_id: 1, instance_uuid: "...", code: 500, message: "NoValidHost", details: "...", host: "host1",
     created_at, updated_at, deleted_at, deleted: 0}

No key is unique, rows never change, and faults outlive their instance.
"""

from __future__ import annotations

from collections.abc import Iterable

from nova_docdb import cells, exception
from nova_docdb.context import Context
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.arguments import require_list
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, table

FAULTS = table("instance_faults")

NEWEST_FIRST = [("created_at", -1), ("_id", -1)]


def instance_fault_create(context: Context, values: Values, update_cells: bool = True) -> Row:
    fault = FAULTS.insert(values)
    if update_cells:
        cells.notify("instance_fault_create", context, fault)
    return fault


@tolerates_stale_reads
def instance_fault_get_by_instance_uuids(
    context: Context, instance_uuids: Iterable[str]
) -> dict[str, list[Row]]:
    uuids = require_list("instance_uuids", instance_uuids)
    try:
        faults: dict[str, list[Row]] = {uuid: [] for uuid in uuids}
    except TypeError as error:
        raise exception.InvalidInput(
            reason=f"instance_uuids must be a list of uuids, not {exception.shown(uuids)}"
        ) from error
    of_these = FAULTS.any_of("instance_uuid", (uuid for uuid in faults if isinstance(uuid, str)))
    for fault in FAULTS.find({**of_these, **FAULTS.live}, sort=NEWEST_FIRST):
        faults[fault["instance_uuid"]].append(fault)
    return faults
