"""The contract of cells.

Bodies: ``nova_docdb/mongo/families/cells.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import CellRow
from nova_docdb.db.values import Values


@backend_function
def cell_create(context: Context, values: Values) -> CellRow:
    """Create a cell.

    Names are not unique.

    :param values: name, api_url, username, password, weight_offset, weight_scale, is_parent,
        rpc_host, rpc_port, rpc_virtual_host
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def cell_delete(context: Context, cell_name: str) -> int:
    """Soft-delete every cell with a name.

    Follows read_deleted.

    :param cell_name: the name of the cell
    :returns: the number of rows deleted, which may be 0
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def cell_get(context: Context, cell_name: str) -> CellRow:
    """Return a cell by name.

    Follows read_deleted.

    :param cell_name: the name of the cell
    :returns: the row, the one with the lowest id if there are several
    :raises AdminRequired: if the context is not an admin's
    :raises CellNotFound: if no visible row matches
    """


@backend_function
def cell_get_all(context: Context) -> list[CellRow]:
    """Return the live cells.

    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def cell_update(context: Context, cell_name: str, values: Values) -> CellRow:
    """Change every cell with a name.

    Follows read_deleted; updated_at is always set.

    :param cell_name: the name of the cell
    :param values: columns and their values; keys that are not columns are ignored
    :returns: the changed row with the lowest id
    :raises AdminRequired: if the context is not an admin's
    :raises CellNotFound: if no visible row matches
    """
