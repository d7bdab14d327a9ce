"""The migrations of instances between hosts, and their resizes.

    {_id: 1, instance_uuid: "...", status: "migrating", source_compute: "host1",
     source_node: "host1", dest_compute: "host2", dest_node: "host2", dest_host: "10.0.0.2",
     old_instance_type_id: 1, new_instance_type_id: 2,
     created_at, updated_at, deleted_at, deleted: 0}

Nothing is unique. An update sets only the given columns, so two callers can change different
columns at the same time.
"""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo.tables.arguments import require_past
from nova_docdb.mongo.tables.relations import join
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

MIGRATIONS = table("migrations")

# Finished migrations. One in "error" still uses resources of both hosts.
FINAL = ("confirmed", "reverted")


@require_admin_context
def migration_create(context: Context, values: Values) -> Row:
    return MIGRATIONS.insert(values)


@require_admin_context
def migration_get(context: Context, migration_id: int) -> Row:
    migration = MIGRATIONS.get(MIGRATIONS.equals({"id": migration_id}))
    return require(migration, exception.MigrationNotFound(migration_id=migration_id))


@require_admin_context
def migration_get_by_instance_and_status(context: Context, instance_uuid: str, status: str) -> Row:
    where = MIGRATIONS.equals({"instance_uuid": instance_uuid, "status": status})
    missing = exception.MigrationNotFoundByStatus(instance_id=instance_uuid, status=status)
    return require(MIGRATIONS.lowest(where), missing)


@require_admin_context
def migration_get_in_progress_by_host_and_node(context: Context, host: str, node: str) -> list[Row]:
    either_side = [
        MIGRATIONS.equals({"source_compute": host, "source_node": node}),
        MIGRATIONS.equals({"dest_compute": host, "dest_node": node}),
    ]
    migrations = MIGRATIONS.find(
        {
            "$or": either_side,
            "status": {"$nin": [*FINAL, None]},
            **MIGRATIONS.where_visible(context),
        }
    )
    return join(MIGRATIONS, migrations, "instance.system_metadata")


@require_admin_context
def migration_get_unconfirmed_by_dest_compute(
    context: Context, confirm_window: int, dest_compute: str
) -> list[Row]:
    latest = require_past("confirm_window", confirm_window)
    return MIGRATIONS.find(
        {
            **MIGRATIONS.equals({"dest_compute": dest_compute, "status": "finished"}),
            "updated_at": {"$lte": latest},
        }
    )


@require_admin_context
def migration_update(context: Context, id: int, values: Values) -> Row:
    migration = MIGRATIONS.update(MIGRATIONS.equals({"id": id}), values)
    return require(migration, exception.MigrationNotFound(migration_id=id))
