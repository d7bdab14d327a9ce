"""The hypervisors, their resources, and the statistics that they report.

    compute_nodes: {_id: 1, service_id: 1, vcpus: 8, memory_mb: 16384, local_gb: 500,
                    vcpus_used: 2, ..., hypervisor_hostname: "host1", cpu_info: "{}", ...}
    compute_node_stats: {_id: 1, compute_node_id: 1, key: "num_instances", value: "2", ...}

A unique key allows one live stat per node and key. Stats are written before their node, because the
scheduler reloads a node when its updated_at changes. A crash in between leaves stats of an id that
is never used, or new stats of an old node, which the next report replaces within a minute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nova_docdb import exception
from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.store.transactions import transactional
from nova_docdb.mongo.tables.arguments import parsed_times, require_mapping
from nova_docdb.mongo.tables.key_values import KeyValues
from nova_docdb.mongo.tables.reads import BY_ID
from nova_docdb.mongo.tables.relations import get_joined, join, join_one
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

NODES = table("compute_nodes")
STATS = KeyValues("compute_node_stats", "compute_node_id")

WHOLE = ("service", "stats")

TIMES = ("created_at", "updated_at", "deleted_at")

SUMS = (
    "vcpus",
    "memory_mb",
    "local_gb",
    "vcpus_used",
    "memory_mb_used",
    "local_gb_used",
    "free_ram_mb",
    "free_disk_gb",
    "current_workload",
    "running_vms",
    "disk_available_least",
)


@require_admin_context
def compute_node_create(context: Context, values: Values) -> Row:
    stats = _stats(values)
    node = STATS.insert_owner(NODES, parsed_times(values, *TIMES), stats)
    return join(NODES, [node], "stats")[0]


@require_admin_context
def compute_node_delete(context: Context, compute_id: int) -> None:
    if not NODES.soft_delete(NODES.equals({"id": compute_id}), NODES.where_visible(context)):
        raise exception.ComputeHostNotFound(host=compute_id)


def compute_node_get(context: Context, compute_id: int) -> Row:
    node = get_joined(NODES, NODES.where_visible(context, id=compute_id), *WHOLE)
    return require(node, exception.ComputeHostNotFound(host=compute_id))


@require_admin_context
def compute_node_get_all(context: Context) -> list[Row]:
    return join(NODES, NODES.find(NODES.where_visible(context)), *WHOLE)


@require_admin_context
def compute_node_search_by_hypervisor(context: Context, hypervisor_match: str) -> list[Row]:
    text = NODES.equals({"hypervisor_hostname": hypervisor_match})["hypervisor_hostname"]
    if not isinstance(text, str):
        return []
    # MongoDB takes no null byte in an expression, but its escape.
    literal = re.escape(text).replace("\0", r"\x00")
    contains = {"hypervisor_hostname": {"$regex": literal, "$options": "i"}}
    nodes = NODES.find({**NODES.where_visible(context), **contains}, sort=BY_ID)
    return join(NODES, nodes, "service")


@tolerates_stale_reads
def compute_node_statistics(context: Context) -> dict[str, int]:
    return NODES.sums(NODES.live, SUMS)


@require_admin_context
@transactional
def compute_node_update(
    context: Context, compute_id: int, values: Values, prune_stats: bool = False
) -> Row:
    where = NODES.where_visible(context, id=compute_id)
    missing = exception.ComputeHostNotFound(host=compute_id)
    node = require(NODES.get(where), missing)
    stats = _stats(values)
    changes = NODES.format.changes(parsed_times(values, *TIMES))
    STATS.put(node["id"], stats, prune=prune_stats, stamp_pruned=True)
    changed = NODES.find_one_and_update(where, {"$set": NODES.stamped(changes)})
    return join_one(NODES, require(changed, missing), *WHOLE)


def _stats(values: Values) -> Mapping[str, Any]:
    """Return the stats among the values."""
    stats = require_mapping("values", values).get("stats")
    return {} if stats is None else require_mapping("stats", stats)
