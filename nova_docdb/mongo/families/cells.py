"""The cells.

    {_id: 1, name: "child", api_url, username, password, weight_offset: 0.0, weight_scale: 1.0,
     is_parent: false, rpc_host, rpc_port, rpc_virtual_host,
     created_at, updated_at, deleted_at, deleted: 0}

Names are not unique: an update or a deletion by name applies to every cell of that name.
"""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.store.transactions import transactional
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

CELLS = table("cells")


@require_admin_context
def cell_create(context: Context, values: Values) -> Row:
    return CELLS.insert(values)


@require_admin_context
def cell_delete(context: Context, cell_name: str) -> int:
    return CELLS.soft_delete(CELLS.equals({"name": cell_name}), CELLS.where_visible(context))


@require_admin_context
def cell_get(context: Context, cell_name: str) -> Row:
    cell = CELLS.lowest(CELLS.where_visible(context, name=cell_name))
    return require(cell, exception.CellNotFound(cell_name=cell_name))


@require_admin_context
@tolerates_stale_reads
def cell_get_all(context: Context) -> list[Row]:
    return CELLS.find(CELLS.live)


@require_admin_context
@transactional
def cell_update(context: Context, cell_name: str, values: Values) -> Row:
    # NOTE: the id is looked up first, as the update may change the name.
    first = cell_get(context, cell_name)
    CELLS.update_all(CELLS.where_visible(context, name=cell_name), values)
    changed = CELLS.get({"_id": first["id"]})
    return require(changed, exception.CellNotFound(cell_name=cell_name))
