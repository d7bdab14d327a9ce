"""The tables compute_nodes and compute_node_stats."""

from nova_docdb.schemas.base import KeyedSchema, Relation, TableMeta, index, unique
from nova_docdb.schemas.columns import Column, Integer, String, Text, VersionNumber


class ComputeNode(KeyedSchema):
    """A hypervisor and its resources."""

    class Meta(TableMeta):
        table = "compute_nodes"
        listed = True
        indexes = (index("service_id", "deleted"),)
        relations = (
            Relation("service", "services", "service_id", "id", live=False, while_live=True),
            Relation("stats", "compute_node_stats", "id", "compute_node_id", many=True),
        )

    service_id: Column = Integer(nullable=False)
    vcpus: Column = Integer(nullable=False)
    memory_mb: Column = Integer(nullable=False)
    local_gb: Column = Integer(nullable=False)
    vcpus_used: Column = Integer(nullable=False)
    memory_mb_used: Column = Integer(nullable=False)
    local_gb_used: Column = Integer(nullable=False)
    hypervisor_type: Column = Text(nullable=False)
    hypervisor_version: Column = VersionNumber(nullable=False)
    hypervisor_hostname: Column = String(255)
    free_ram_mb: Column = Integer()
    free_disk_gb: Column = Integer()
    current_workload: Column = Integer()
    running_vms: Column = Integer()
    cpu_info: Column = Text(nullable=False)
    disk_available_least: Column = Integer()


class ComputeNodeStat(KeyedSchema):
    """A statistic that a hypervisor reports in addition to its resources."""

    class Meta(TableMeta):
        table = "compute_node_stats"
        indexes = (unique("compute_node_id", "key", "deleted"),)

    key: Column = String(511, nullable=False)
    value: Column = String(255)
    compute_node_id: Column = Integer(nullable=False)
