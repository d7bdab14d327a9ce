"""The contract of the archive.

Bodies: ``nova_docdb/mongo/admin/archive.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context


@backend_function
def archive_deleted_rows(context: Context, max_rows: int | None = None) -> int:
    """Move soft-deleted rows of all tables to their shadow tables.

    A crash at any point leaves what the next call completes; two archivers do each other no harm.
    The limit is for all tables together. An instance moves together with its deleted rows, the last
    one of a limited call in portions, itself after the rest; its live rows (system metadata,
    actions) stay. `nova-docdb db archive` takes these along.

    :param max_rows: how many rows at the most; None is all of them
    :returns: the number of rows that were moved
    :raises AdminRequired: if the context is not an admin's
    :raises InvalidInput: if max_rows is negative

    >>> server = db.instance_create(alice, {"project_id": "acme"})
    >>> _ = db.instance_destroy(alice, server["uuid"])
    >>> db.archive_deleted_rows(admin)  # the instance and its info cache
    2
    """


@backend_function
def archive_deleted_rows_for_table(
    context: Context, tablename: str, max_rows: int | None = None
) -> int:
    """Move soft-deleted rows of a table to its shadow table, lowest ids first.

    Rows of other tables that belong to them are left for archive_deleted_rows.

    :param tablename: the name of the table
    :param max_rows: how many rows at the most; None is all of them
    :returns: the number of rows that were moved; 0 for a table without a shadow
    :raises AdminRequired: if the context is not an admin's
    :raises UnknownTable: if there is no such table
    :raises InvalidInput: if max_rows is negative
    """
