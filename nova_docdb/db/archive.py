"""The contract of the archive.

Bodies: ``nova_docdb/mongo/admin/archive.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context


@backend_function
def archive_deleted_rows(context: Context, max_rows: int | None = None) -> int:
    """Move soft-deleted rows of all tables to their shadow tables.

    After a crash at any point the next call completes the work; concurrent archivers are safe. The
    limit is for all tables together. An instance moves after all of its deleted rows; the last one
    of a limited call may move in several calls. Its live rows (system metadata, actions) stay:
    `nova-docdb db archive` moves them too.

    :param max_rows: the maximum number of rows; None means all
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

    Rows of other tables that belong to them are not moved: use archive_deleted_rows for those.

    :param tablename: the name of the table
    :param max_rows: the maximum number of rows; None means all
    :returns: the number of rows that were moved; 0 for a table without a shadow
    :raises AdminRequired: if the context is not an admin's
    :raises UnknownTable: if the table does not exist
    :raises InvalidInput: if max_rows is negative
    """
