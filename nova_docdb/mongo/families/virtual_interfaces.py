"""The network cards of instances.

    {_id: 1, address: "02:16:3e:00:00:01", network_id: 1, instance_uuid: "...", uuid: "...",
     created_at, updated_at, deleted_at, deleted: 0}

A unique key allows each MAC address once: nova-network tries another one when one is refused.
Rows are removed instead of soft-deleted, and reads do not check ``deleted``.
"""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.context import Context, require_context
from nova_docdb.mongo.families.instances.rows import INSTANCES, where_visible_to
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, table

INTERFACES = table("virtual_interfaces")


@require_context
def virtual_interface_create(context: Context, values: Values) -> Row:
    try:
        return INTERFACES.insert(values)
    except exception.DBDuplicateEntry as error:
        raise exception.VirtualInterfaceCreateException from error


@require_context
def virtual_interface_delete_by_instance(context: Context, instance_id: str) -> None:
    INTERFACES.remove(INTERFACES.equals({"instance_uuid": instance_id}))


@require_context
def virtual_interface_get(context: Context, vif_id: int) -> Row | None:
    return INTERFACES.get(INTERFACES.equals({"id": vif_id}))


@require_context
@tolerates_stale_reads
def virtual_interface_get_all(context: Context) -> list[Row]:
    return INTERFACES.find({})


@require_context
def virtual_interface_get_by_address(context: Context, address: str) -> Row | None:
    return INTERFACES.first(INTERFACES.equals({"address": address}))


@require_context
def virtual_interface_get_by_instance(context: Context, instance_id: str) -> list[Row]:
    where = INSTANCES.equals({"uuid": instance_id})
    if not INSTANCES.exists({"$and": [where, where_visible_to(context)]}):
        raise exception.InstanceNotFound(instance_id=instance_id)
    return INTERFACES.find(INTERFACES.equals({"instance_uuid": instance_id}))


@require_context
def virtual_interface_get_by_instance_and_network(
    context: Context, instance_id: str, network_id: int
) -> Row | None:
    return INTERFACES.lowest(
        INTERFACES.equals({"instance_uuid": instance_id, "network_id": network_id})
    )


@require_context
def virtual_interface_get_by_uuid(context: Context, vif_uuid: str) -> Row | None:
    return INTERFACES.first(INTERFACES.equals({"uuid": vif_uuid}))
