"""The unique keys, indexes and foreign keys of the SQL tables.

They are those of a Grizzly database on MySQL or PostgreSQL, and are used by the export. They differ
from the indexes of the store, because Nova's SQL queries differ.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SqlKeys:
    """The keys of a SQL table other than its primary key.

    :param unique: the columns of each unique key
    :param indexes: the columns of each plain index
    :param references: column -> the "table.column" that it refers to
    """

    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    references: dict[str, str] = field(default_factory=dict)


SQL_KEYS = {
    "compute_nodes": SqlKeys(references={"service_id": "services.id"}),
    "compute_node_stats": SqlKeys(
        indexes=(("compute_node_id",),), references={"compute_node_id": "compute_nodes.id"}
    ),
    "certificates": SqlKeys(indexes=(("project_id", "deleted"), ("user_id", "deleted"))),
    "instances": SqlKeys(
        unique=(("uuid",),),
        indexes=(
            ("host", "node", "deleted"),
            ("reservation_id",),
            ("task_state", "updated_at"),
            ("terminated_at", "launched_at"),
            ("uuid", "deleted"),
            ("host", "deleted"),
            ("project_id",),
        ),
    ),
    "instance_info_caches": SqlKeys(
        unique=(("instance_uuid",),), references={"instance_uuid": "instances.uuid"}
    ),
    "volumes": SqlKeys(indexes=(("instance_uuid",),)),
    "quotas": SqlKeys(indexes=(("project_id",),)),
    "quota_classes": SqlKeys(indexes=(("class_name",),)),
    "quota_usages": SqlKeys(indexes=(("project_id",),)),
    "reservations": SqlKeys(
        indexes=(("project_id",), ("usage_id",)), references={"usage_id": "quota_usages.id"}
    ),
    "block_device_mapping": SqlKeys(
        indexes=(
            ("instance_uuid",),
            ("instance_uuid", "device_name"),
            ("instance_uuid", "virtual_name", "device_name"),
            ("instance_uuid", "volume_id"),
            ("snapshot_id",),
            ("volume_id",),
        ),
        references={"instance_uuid": "instances.uuid"},
    ),
    "iscsi_targets": SqlKeys(
        indexes=(("host",), ("host", "volume_id", "deleted"), ("volume_id",)),
        references={"volume_id": "volumes.id"},
    ),
    "security_group_instance_association": SqlKeys(
        indexes=(("instance_uuid",),),
        references={"security_group_id": "security_groups.id", "instance_uuid": "instances.uuid"},
    ),
    "security_group_rules": SqlKeys(
        references={"parent_group_id": "security_groups.id", "group_id": "security_groups.id"}
    ),
    "key_pairs": SqlKeys(indexes=(("user_id", "name"),)),
    "migrations": SqlKeys(
        indexes=(
            ("deleted", "instance_uuid", "status"),
            ("deleted", "source_compute", "dest_compute", "source_node", "dest_node", "status"),
        ),
        references={"instance_uuid": "instances.uuid"},
    ),
    "networks": SqlKeys(
        unique=(("vlan", "deleted"),),
        indexes=(
            ("bridge", "deleted"),
            ("host",),
            ("project_id", "deleted"),
            ("uuid", "project_id", "deleted"),
            ("vlan", "deleted"),
            ("cidr_v6",),
        ),
    ),
    "virtual_interfaces": SqlKeys(
        unique=(("address",),), indexes=(("network_id",), ("instance_uuid",))
    ),
    "fixed_ips": SqlKeys(
        indexes=(
            ("address", "deleted", "allocated"),
            ("host",),
            ("network_id", "host", "deleted"),
            ("address", "reserved", "network_id", "deleted"),
            ("network_id",),
            ("virtual_interface_id",),
            ("address",),
            ("instance_uuid",),
        )
    ),
    "floating_ips": SqlKeys(
        indexes=(
            ("host",),
            ("project_id",),
            ("pool", "deleted", "fixed_ip_id", "project_id"),
            ("fixed_ip_id",),
        )
    ),
    "dns_domains": SqlKeys(indexes=(("domain", "deleted"), ("project_id",))),
    "consoles": SqlKeys(indexes=(("instance_uuid",),), references={"pool_id": "console_pools.id"}),
    "instance_metadata": SqlKeys(
        indexes=(("instance_uuid",),), references={"instance_uuid": "instances.uuid"}
    ),
    "instance_system_metadata": SqlKeys(
        indexes=(("instance_uuid",),), references={"instance_uuid": "instances.uuid"}
    ),
    "instance_type_projects": SqlKeys(
        indexes=(("instance_type_id",),), references={"instance_type_id": "instance_types.id"}
    ),
    "instance_type_extra_specs": SqlKeys(
        indexes=(("instance_type_id", "key"),), references={"instance_type_id": "instance_types.id"}
    ),
    "aggregate_hosts": SqlKeys(references={"aggregate_id": "aggregates.id"}),
    "aggregate_metadata": SqlKeys(
        indexes=(("key",),), references={"aggregate_id": "aggregates.id"}
    ),
    "agent_builds": SqlKeys(indexes=(("hypervisor", "os", "architecture"),)),
    "bw_usage_cache": SqlKeys(indexes=(("uuid", "start_period"),)),
    "instance_faults": SqlKeys(
        indexes=(("host",), ("instance_uuid", "deleted", "created_at")),
        references={"instance_uuid": "instances.uuid"},
    ),
    "instance_actions": SqlKeys(
        indexes=(("instance_uuid",), ("request_id",)),
        references={"instance_uuid": "instances.uuid"},
    ),
    "instance_actions_events": SqlKeys(references={"action_id": "instance_actions.id"}),
    "instance_id_mappings": SqlKeys(indexes=(("uuid",),)),
    "task_log": SqlKeys(
        unique=(("task_name", "host", "period_beginning", "period_ending"),),
        indexes=(("period_beginning",), ("host",), ("period_ending",)),
    ),
}
