"""The tables instances and instance_info_caches."""

from marshmallow import fields

from nova_docdb.schemas.base import (
    KeyedSchema,
    Relation,
    ShardKey,
    TableMeta,
    Through,
    index,
    unique,
)
from nova_docdb.schemas.columns import Boolean, Column, DateTime, Integer, IPAddress, String, Text


class Instance(KeyedSchema):
    """A server."""

    class Meta(TableMeta):
        table = "instances"
        unsharded = (
            "_unique_name is unique in the cloud; lists by project and host would query every shard"
        )
        listed = True
        private = {
            "_unique_name": "the claim to a host name that must be unique",
            "_held": "changes with each lock of the row",
        }
        computed = {
            "name": "instance_name_template applied to the row",
        }
        accepted = {"expected_task_state": "the task states that an update requires"}
        indexes = (
            unique("uuid"),
            unique("_unique_name", "deleted", present=("_unique_name",)),
            index("project_id", "deleted", "created_at", "id"),
            index("deleted", "created_at", "id"),
            # For pages that include deleted rows.
            index("created_at", "id"),
            index("host", "deleted", "node"),
            # For instances that hang in rebooting. It omits updated_at, because every update would
            # then change the index.
            index("task_state", "deleted"),
            index("terminated_at", "launched_at"),
            # For API clients that poll with changes-since.
            index("updated_at"),
        )
        relations = (
            Relation("info_cache", "instance_info_caches", "uuid", "instance_uuid", live=False),
            Relation("metadata", "instance_metadata", "uuid", "instance_uuid", many=True),
            Relation(
                "system_metadata", "instance_system_metadata", "uuid", "instance_uuid", many=True
            ),
            Relation(
                "security_groups",
                "security_groups",
                "uuid",
                "id",
                many=True,
                while_live=True,
                through=Through(
                    "security_group_instance_association", "instance_uuid", "security_group_id"
                ),
            ),
        )

    name = fields.String(allow_none=True)
    user_id: Column = String(255)
    project_id: Column = String(255)
    image_ref: Column = String(255)
    kernel_id: Column = String(255)
    ramdisk_id: Column = String(255)
    hostname: Column = String(255)
    launch_index: Column = Integer()
    key_name: Column = String(255)
    key_data: Column = Text()
    power_state: Column = Integer()
    vm_state: Column = String(255)
    task_state: Column = String(255)
    memory_mb: Column = Integer()
    vcpus: Column = Integer()
    root_gb: Column = Integer()
    ephemeral_gb: Column = Integer()
    host: Column = String(255)
    node: Column = String(255)
    instance_type_id: Column = Integer()
    user_data: Column = Text()
    reservation_id: Column = String(255)
    scheduled_at: Column = DateTime()
    launched_at: Column = DateTime()
    terminated_at: Column = DateTime()
    availability_zone: Column = String(255)
    display_name: Column = String(255)
    display_description: Column = String(255)
    launched_on: Column = Text()
    locked: Column = Boolean()
    os_type: Column = String(255)
    architecture: Column = String(255)
    vm_mode: Column = String(255)
    uuid: Column = String(36)
    root_device_name: Column = String(255)
    default_ephemeral_device: Column = String(255)
    default_swap_device: Column = String(255)
    config_drive: Column = String(255)
    access_ip_v4: Column = IPAddress()
    access_ip_v6: Column = IPAddress()
    auto_disk_config: Column = Boolean()
    progress: Column = Integer()
    shutdown_terminate: Column = Boolean(default=False)
    disable_terminate: Column = Boolean(default=False)
    cell_name: Column = String(255)


class InstanceInfoCache(KeyedSchema):
    """The network information of an instance, as JSON text."""

    class Meta(TableMeta):
        table = "instance_info_caches"
        shard_key = ShardKey("instance_uuid", "read and changed with its instance")
        indexes = (unique("instance_uuid", "deleted"),)

    network_info: Column = Text()
    instance_uuid: Column = String(36, nullable=False)
