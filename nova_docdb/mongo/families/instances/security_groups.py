"""The security groups of an instance.

    {_id: 1, instance_uuid: "...", security_group_id: 3, created_at, updated_at, deleted_at,
     deleted: 0}

Several live rows may have the same values; they are listed once, and removed together.
"""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.context import Context, require_context
from nova_docdb.mongo.families.instances.rows import INSTANCES
from nova_docdb.mongo.tables.table import table

GROUPS = table("security_groups")
MEMBERSHIPS = table("security_group_instance_association")


def instance_add_security_group(context: Context, instance_id: str, security_group_id: int) -> None:
    # If the instance or the group is destroyed at the same time, the row is never read.
    if not INSTANCES.exists(INSTANCES.equals({"uuid": instance_id})):
        raise exception.InstanceNotFound(instance_id=instance_id)
    if not GROUPS.exists(GROUPS.equals({"id": security_group_id})):
        raise exception.SecurityGroupNotFound(security_group_id=security_group_id)
    MEMBERSHIPS.insert({"instance_uuid": instance_id, "security_group_id": security_group_id})


@require_context
def instance_remove_security_group(
    context: Context, instance_id: str, security_group_id: int
) -> None:
    columns = {"instance_uuid": instance_id, "security_group_id": security_group_id}
    MEMBERSHIPS.soft_delete({**MEMBERSHIPS.equals(columns), **MEMBERSHIPS.where_visible(context)})
