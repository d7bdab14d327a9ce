"""The tables compute_nodes and compute_node_stats."""

from nova_docdb.schemas.base import KeyedSchema, Relation, index, unique
from nova_docdb.schemas.columns import Integer, String, Text, VersionNumber


class ComputeNode(KeyedSchema):
    """A hypervisor and its resources."""

    class Meta:
        """Keys, indexes and relations."""

        table = "compute_nodes"
        listed = True
        indexes = (index("service_id", "deleted"),)
        relations = (
            Relation("service", "services", "service_id", "id", live=False, while_live=True),
            Relation("stats", "compute_node_stats", "id", "compute_node_id", many=True),
        )

    service_id = Integer(nullable=False)
    vcpus = Integer(nullable=False)
    memory_mb = Integer(nullable=False)
    local_gb = Integer(nullable=False)
    vcpus_used = Integer(nullable=False)
    memory_mb_used = Integer(nullable=False)
    local_gb_used = Integer(nullable=False)
    hypervisor_type = Text(nullable=False)
    hypervisor_version = VersionNumber(nullable=False)
    hypervisor_hostname = String(255)
    free_ram_mb = Integer()
    free_disk_gb = Integer()
    current_workload = Integer()
    running_vms = Integer()
    cpu_info = Text(nullable=False)
    disk_available_least = Integer()


class ComputeNodeStat(KeyedSchema):
    """A figure that a hypervisor reports beside its resources."""

    class Meta:
        """Keys, indexes and relations."""

        table = "compute_node_stats"
        indexes = (unique("compute_node_id", "key", "deleted"),)

    key = String(511, nullable=False)
    value = String(255)
    compute_node_id = Integer(nullable=False)
