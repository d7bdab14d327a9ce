"""The tables instances and instance_info_caches."""

from nova_docdb.schemas.base import KeyedSchema, Relation, ShardKey, Through, index, unique
from nova_docdb.schemas.columns import Boolean, DateTime, Integer, IPAddress, String, Text


class Instance(KeyedSchema):
    """A server."""

    class Meta:
        """Keys, indexes and relations."""

        table = "instances"
        unsharded = (
            "_unique_name is unique in the cloud; lists by project and host would ask every shard"
        )
        listed = True
        private = {  # noqa: RUF012
            "_unique_name": "the claim to a host name that must be unique",
            "_held": "changes when a transaction holds the row",
        }
        computed = {  # noqa: RUF012
            "name": "instance_name_template applied to the row",
        }
        indexes = (
            unique("uuid"),
            unique("_unique_name", "deleted", present=("_unique_name",)),
            index("project_id", "deleted", "created_at", "id"),
            index("deleted", "created_at", "id"),
            # Pages with deleted rows, in their order.
            index("created_at", "id"),
            index("host", "deleted", "node"),
            # Who hangs in rebooting. It is not for updated_at too: every update would move it.
            index("task_state", "deleted"),
            index("terminated_at", "launched_at"),
            # What an API client that polls has not seen yet.
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

    user_id = String(255)
    project_id = String(255)
    image_ref = String(255)
    kernel_id = String(255)
    ramdisk_id = String(255)
    hostname = String(255)
    launch_index = Integer()
    key_name = String(255)
    key_data = Text()
    power_state = Integer()
    vm_state = String(255)
    task_state = String(255)
    memory_mb = Integer()
    vcpus = Integer()
    root_gb = Integer()
    ephemeral_gb = Integer()
    host = String(255)
    node = String(255)
    instance_type_id = Integer()
    user_data = Text()
    reservation_id = String(255)
    scheduled_at = DateTime()
    launched_at = DateTime()
    terminated_at = DateTime()
    availability_zone = String(255)
    display_name = String(255)
    display_description = String(255)
    launched_on = Text()
    locked = Boolean()
    os_type = String(255)
    architecture = String(255)
    vm_mode = String(255)
    uuid = String(36)
    root_device_name = String(255)
    default_ephemeral_device = String(255)
    default_swap_device = String(255)
    config_drive = String(255)
    access_ip_v4 = IPAddress()
    access_ip_v6 = IPAddress()
    auto_disk_config = Boolean()
    progress = Integer()
    shutdown_terminate = Boolean(default=False)
    disable_terminate = Boolean(default=False)
    cell_name = String(255)


class InstanceInfoCache(KeyedSchema):
    """The network information of an instance, as JSON text."""

    class Meta:
        """Keys, indexes and relations."""

        table = "instance_info_caches"
        shard_key = ShardKey("instance_uuid", "read and changed with its instance")
        indexes = (unique("instance_uuid", "deleted"),)

    network_info = Text()
    instance_uuid = String(36, nullable=False)
