"""The lists of instances.

A row of a list has every column, its name, ``metadata`` and ``system_metadata``, which are empty
lists unless requested, and ``info_cache`` and ``security_groups`` if requested. The context's
read_deleted applies to metadata rows too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from nova_docdb import exception
from nova_docdb.context import Context, require_admin_context, require_context
from nova_docdb.mongo.families.instances import filters as instance_filters
from nova_docdb.mongo.families.instances import regex
from nova_docdb.mongo.families.instances.filters import LISTED, joined_columns
from nova_docdb.mongo.families.instances.rows import INSTANCES, where_visible_to
from nova_docdb.mongo.families.instances.with_metadata import WithMetadata
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.arguments import earlier_than, later_than, require_list, require_past
from nova_docdb.mongo.tables.relations import join
from nova_docdb.mongo.tables.rows import Row

PAIRS = ("metadata", "system_metadata")
ALWAYS_BY_HOST = ("info_cache", "security_groups")

# The highest limit that a cursor accepts.
MAX_LIMIT = 2**31 - 1


@require_admin_context
def instance_data_get_for_project(
    context: Context, project_id: str | None, session: object = None
) -> tuple[int, int, int]:
    where = INSTANCES.where_visible(context, project_id=project_id)
    found = INSTANCES.sums(where, ("vcpus", "memory_mb"))
    return found["count"], found["vcpus"], found["memory_mb"]


@require_context
@tolerates_stale_reads
def instance_get_active_by_window_joined(
    context: Context,
    begin: datetime | str,
    end: datetime | str | None = None,
    project_id: str | None = None,
    host: str | None = None,
) -> list[Row]:
    later = later_than("begin", begin)
    conditions: list[Filter] = [{"$or": [{"terminated_at": later}, {"terminated_at": None}]}]
    if end:
        conditions.append({"launched_at": {**earlier_than("end", end), "$ne": None}})
    if project_id:
        conditions.append(INSTANCES.equals({"project_id": project_id}))
    if host:
        conditions.append(INSTANCES.equals({"host": host}))
    return _with_relations(context, INSTANCES.find({"$and": conditions}), LISTED)


@require_context
@tolerates_stale_reads
def instance_get_all(context: Context, columns_to_join: Iterable[str] | None = None) -> list[Row]:
    wanted = joined_columns(columns_to_join)
    return _with_relations(context, INSTANCES.find(where_visible_to(context)), wanted)


@require_context
@tolerates_stale_reads
def instance_get_all_by_filters(
    context: Context,
    filters: Mapping[str, Any],
    sort_key: str = "created_at",
    sort_dir: str = "desc",
    limit: int | None = None,
    marker: str | None = None,
    columns_to_join: Iterable[str] | None = None,
) -> list[Row]:
    wanted = joined_columns(columns_to_join)
    order = instance_filters.order(sort_key, sort_dir)
    if limit is not None:
        if not isinstance(limit, int) or limit < 0:
            raise exception.InvalidInput(
                reason=f"limit must be an integer of at least 0, not {exception.shown(limit)}"
            )
        limit = min(limit, MAX_LIMIT)
    where = instance_filters.where(context, filters)
    having = WithMetadata(filters.get("metadata", []))
    if having and (named := having.by_uuid(instance_filters.counted(context, filters))):
        where, having = {"$and": [where, named]}, WithMetadata([])
    if marker is not None:
        last = INSTANCES.get({**INSTANCES.equals({"uuid": marker}), **where_visible_to(context)})
        if last is None:
            raise exception.MarkerNotFound(marker=marker)
        where = instance_filters.behind(where, last, order)
    if limit == 0:
        return []
    index = instance_filters.index_for(context, filters, order)
    find = having.find if having else INSTANCES.find
    with regex.time_limit() if instance_filters.have_expression(filters) else nullcontext():
        rows = find(where, sort=order, limit=limit or 0, hint=index)
    return _with_relations(context, rows, wanted)


@require_admin_context
@tolerates_stale_reads
def instance_get_all_by_host(
    context: Context, host: str | None, columns_to_join: Iterable[str] | None = None
) -> list[Row]:
    requested = list(PAIRS)
    if columns_to_join is not None:
        requested = require_list("columns_to_join", columns_to_join)
    pairs = [name for name in PAIRS if name in requested]
    rows = INSTANCES.find(INSTANCES.where_visible(context, host=host))
    return _with_relations(context, rows, [*ALWAYS_BY_HOST, *pairs])


@require_admin_context
def instance_get_all_by_host_and_node(
    context: Context, host: str | None, node: str | None
) -> list[Row]:
    return _with_relations(
        context, INSTANCES.find(INSTANCES.where_visible(context, host=host, node=node)), []
    )


@require_admin_context
def instance_get_all_by_host_and_not_type(
    context: Context, host: str | None, type_id: int | None = None
) -> list[Row]:
    without = INSTANCES.any_of("instance_type_id", [None, type_id])["instance_type_id"]["$in"]
    where = {**INSTANCES.where_visible(context, host=host), "instance_type_id": {"$nin": without}}
    return _with_relations(context, INSTANCES.find(where), LISTED)


@require_admin_context
def instance_get_all_hung_in_rebooting(context: Context, reboot_window: int) -> list[Row]:
    latest = require_past("reboot_window", reboot_window)
    where = {
        **INSTANCES.where_visible(context, task_state="rebooting"),
        "updated_at": {"$lte": latest},
    }
    return _with_relations(context, INSTANCES.find(where), PAIRS)


def _with_relations(context: Context, rows: list[Row], wanted: Iterable[str]) -> list[Row]:
    """Add the requested relations to the rows of a list and return them."""
    visible = INSTANCES.where_visible(context)
    join(INSTANCES, rows, *wanted, seen=dict.fromkeys(PAIRS, visible))
    for row in rows:
        for name in PAIRS:
            row.setdefault(name, [])
    return rows
