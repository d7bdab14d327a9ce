"""The contract of migrations.

Bodies: ``nova_docdb/mongo/families/migrations.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import MigrationRow, MigrationWithInstance
from nova_docdb.db.values import Values


@backend_function
def migration_create(context: Context, values: Values) -> MigrationRow:
    """Create a migration.

    :param values: the columns of migrations
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def migration_get(context: Context, migration_id: int) -> MigrationRow:
    """Return a migration, deleted or not.

    :param migration_id: the id of the migration
    :returns: the row
    :raises AdminRequired: if the context is not an admin's
    :raises MigrationNotFound: if there is none
    """


@backend_function
def migration_get_by_instance_and_status(
    context: Context, instance_uuid: str, status: str
) -> MigrationRow:
    """Return the migration of an instance with a status, deleted or not.

    :param instance_uuid: the uuid of the instance
    :param status: the status, such as "finished"
    :returns: the row, the one with the lowest id if there are several
    :raises AdminRequired: if the context is not an admin's
    :raises MigrationNotFoundByStatus: if there is none
    """


@backend_function
def migration_get_in_progress_by_host_and_node(
    context: Context, host: str, node: str
) -> list[MigrationWithInstance]:
    """Return the migrations from or to a node that are neither confirmed nor reverted.

    Follows read_deleted.

    :param host: the name of the host
    :param node: the name of the hypervisor node
    :returns: the rows, each with its live instance (or None) and the instance's system_metadata
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def migration_get_unconfirmed_by_dest_compute(
    context: Context, confirm_window: int, dest_compute: str
) -> list[MigrationRow]:
    """Return the migrations to a host that have been finished but unconfirmed for some time.

    Deleted rows are included.

    :param confirm_window: the minimum time since the last update, in seconds
    :param dest_compute: the name of the host
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def migration_update(context: Context, id: int, values: Values) -> MigrationRow:
    """Change a migration, deleted or not.

    :param id: the id
    :param values: columns and their values; keys that are not columns are ignored
    :returns: the changed row
    :raises AdminRequired: if the context is not an admin's
    :raises MigrationNotFound: if there is none
    """
