"""The contract of compute nodes.

Bodies: ``nova_docdb/mongo/families/compute_nodes.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import (
    ComputeNodeWithRelations,
    ComputeNodeWithService,
    ComputeNodeWithStats,
)
from nova_docdb.db.values import Values


@backend_function
def compute_node_create(context: Context, values: Values) -> ComputeNodeWithStats:
    """Create a compute node with its stats.

    :param values: service_id, vcpus, memory_mb, local_gb, vcpus_used, memory_mb_used,
        local_gb_used, hypervisor_type, hypervisor_version and cpu_info are required; stats is a
        dict, stored as text
    :returns: the new row with stats
    :raises AdminRequired: if the context is not an admin's
    :raises DBError: if a required value is missing; nothing is stored then
    :raises ValueError: if created_at, updated_at or deleted_at is text that is not
        "YYYY-MM-DDTHH:MM:SS.ffffff"

    >>> service = db.service_create(admin, {"host": "host1", "topic": "compute"})
    >>> size = {"vcpus": 8, "memory_mb": 16384, "local_gb": 500}
    >>> used = {"vcpus_used": 0, "memory_mb_used": 512, "local_gb_used": 0}
    >>> kind = {"hypervisor_type": "QEMU", "hypervisor_version": 1005003, "cpu_info": ""}
    >>> node = db.compute_node_create(admin, {"service_id": service["id"], **size, **used, **kind})
    >>> db.compute_node_get(admin, node["id"])["service"]["host"]
    'host1'
    """


@backend_function
def compute_node_delete(context: Context, compute_id: int) -> None:
    """Soft-delete a compute node; its stats stay.

    Follows read_deleted.

    :param compute_id: the id of the compute node
    :raises AdminRequired: if the context is not an admin's
    :raises ComputeHostNotFound: if no visible row matches
    """


@backend_function
def compute_node_get(context: Context, compute_id: int) -> ComputeNodeWithRelations:
    """Return a compute node.

    The context is not checked; follows read_deleted.

    :param compute_id: the id of the compute node
    :returns: the row with service (a row, deleted or not, or None) and stats
    :raises ComputeHostNotFound: if no visible row matches
    """


@backend_function
def compute_node_get_all(context: Context) -> list[ComputeNodeWithRelations]:
    """Return all compute nodes.

    Follows read_deleted.

    :returns: the rows with service and stats
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def compute_node_search_by_hypervisor(
    context: Context, hypervisor_match: str
) -> list[ComputeNodeWithService]:
    """Return the compute nodes whose hypervisor_hostname contains a string.

    Follows read_deleted.

    :param hypervisor_match: the string, matched literally, ignoring case
    :returns: the rows with service
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def compute_node_statistics(context: Context) -> dict[str, int]:
    """Return totals over the live compute nodes.

    The context is not checked.

    :returns: count, and the sums of vcpus, memory_mb, local_gb, vcpus_used, memory_mb_used,
        local_gb_used, free_ram_mb, free_disk_gb, current_workload, running_vms and
        disk_available_least
    """


@backend_function
def compute_node_update(
    context: Context, compute_id: int, values: Values, prune_stats: bool = False
) -> ComputeNodeWithRelations:
    """Change a compute node and its stats.

    Follows read_deleted; updated_at is always set. Concurrent calls leave one live stat per key.

    :param compute_id: the id of the compute node
    :param values: stats is a dict, whose keys are updated or added
    :param prune_stats: whether to soft-delete stats that are not named
    :returns: the changed row with service and live stats
    :raises AdminRequired: if the context is not an admin's
    :raises ComputeHostNotFound: if no visible row matches; nothing is written then
    :raises ValueError: if created_at, updated_at or deleted_at is text that is not
        "YYYY-MM-DDTHH:MM:SS.ffffff"
    """
