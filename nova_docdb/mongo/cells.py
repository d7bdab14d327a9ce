"""The cells.

    {_id: 1, name: "child", api_url, username, password, weight_offset: 0.0, weight_scale: 1.0,
     is_parent: false, rpc_host, rpc_port, rpc_virtual_host,
     created_at, updated_at, deleted_at, deleted: 0}

Names are not unique: what is changed or deleted by name is every cell of that name.
"""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo.rows import Row
from nova_docdb.mongo.table import Values, existing, table

CELLS = table("cells")


@require_admin_context
def cell_create(context: Context, values: Values) -> Row:
    return CELLS.insert(values)


@require_admin_context
def cell_delete(context: Context, cell_name: str) -> int:
    return CELLS.soft_delete(CELLS.equals({"name": cell_name}), CELLS.visible(context))


@require_admin_context
def cell_get(context: Context, cell_name: str) -> Row:
    cell = CELLS.lowest(CELLS.seen(context, name=cell_name))
    return existing(cell, exception.CellNotFound(cell_name=cell_name))


@require_admin_context
def cell_get_all(context: Context) -> list[Row]:
    return CELLS.find(CELLS.live)


@require_admin_context
def cell_update(context: Context, cell_name: str, values: Values) -> Row:
    # NOTE: the id is looked up first, as the update may change the name.
    first = cell_get(context, cell_name)
    CELLS.update_all(CELLS.seen(context, name=cell_name), values)
    changed = CELLS.get({"_id": first["id"]})
    return existing(changed, exception.CellNotFound(cell_name=cell_name))
