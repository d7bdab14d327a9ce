"""The limits of projects and quota classes, and the usages of projects.

    quotas: {_id: 1, project_id: "acme", resource: "cores", hard_limit: 20, ..., deleted: 0}
    quota_classes: {_id: 1, class_name: "gold", resource: "cores", hard_limit: 50, ...}
    quota_usages: {_id: 1, project_id: "acme", resource: "cores", in_use: 4, reserved: 2,
                   until_refresh: null, _reservations: {...}, _refreshes: 1, ..., deleted: 0}

Unique keys over live rows refuse a second row of a project, or class, and a resource; a missing
project is a project too. Only live rows are read, whatever the context's read_deleted is. For
changes of usages see ``bookings`` and ``refresh``.
"""

from __future__ import annotations

from typing import Any

from nova_docdb import exception
from nova_docdb.context import (
    Context,
    authorize_project_context,
    authorize_quota_class_context,
    require_admin_context,
    require_context,
)
from nova_docdb.mongo.families.quotas.bookings import RESERVATIONS, USAGES
from nova_docdb.mongo.families.quotas.refresh import REFRESHES
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.store.transactions import transactional
from nova_docdb.mongo.tables.links import chunks
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Table, require, table

QUOTAS = table("quotas")
CLASSES = table("quota_classes")


@require_admin_context
def quota_class_create(context: Context, class_name: str, resource: str, limit: int | None) -> Row:
    exists = exception.QuotaClassExists(class_name=class_name, resource=resource)
    return _insert_limit(CLASSES, {"class_name": class_name, "resource": resource}, limit, exists)


@require_context
def quota_class_get(context: Context, class_name: str, resource: str) -> Row:
    quota = CLASSES.get(CLASSES.where_live(class_name=class_name, resource=resource))
    return require(quota, exception.QuotaClassNotFound(class_name=class_name))


@require_context
def quota_class_get_all_by_name(context: Context, class_name: str) -> dict[str, Any]:
    authorize_quota_class_context(context, class_name)
    rows = CLASSES.find(CLASSES.where_live(class_name=class_name))
    return {"class_name": class_name, **{row["resource"]: row["hard_limit"] for row in rows}}


@require_admin_context
def quota_class_update(context: Context, class_name: str, resource: str, limit: int | None) -> None:
    where = CLASSES.where_live(class_name=class_name, resource=resource)
    if not CLASSES.update_always(where, {"hard_limit": limit}):
        raise exception.QuotaClassNotFound(class_name=class_name)


@require_admin_context
def quota_create(context: Context, project_id: str | None, resource: str, limit: int | None) -> Row:
    exists = exception.QuotaExists(project_id=project_id, resource=resource)
    return _insert_limit(QUOTAS, {"project_id": project_id, "resource": resource}, limit, exists)


@require_admin_context
@transactional
def quota_destroy_all_by_project(context: Context, project_id: str | None) -> None:
    # NOTE: rows of reservations are deleted after their usages. A reservation that is booked later
    # uses a new usage and is not deleted. A crash leaves rows of deleted usages, which are never
    # counted; destroying again deletes them.
    of_project = RESERVATIONS.where_live(project_id=project_id)
    before = set(RESERVATIONS.values("id", of_project))
    USAGES.soft_delete(USAGES.equals({"project_id": project_id}))
    for some in chunks(RESERVATIONS.find(of_project)):
        usages = {row["usage_id"] for row in some if row["id"] not in before}
        deleted = set(USAGES.values("id", {"_id": {"$in": list(usages)}, **USAGES.deleted}))
        row_ids = [row["id"] for row in some if row["id"] in before or row["usage_id"] in deleted]
        RESERVATIONS.soft_delete({"_id": {"$in": row_ids}})
    QUOTAS.soft_delete(QUOTAS.equals({"project_id": project_id}))


@require_context
def quota_get(context: Context, project_id: str | None, resource: str) -> Row:
    quota = QUOTAS.get(QUOTAS.where_live(project_id=project_id, resource=resource))
    return require(quota, exception.ProjectQuotaNotFound(project_id=project_id))


@require_context
def quota_get_all_by_project(context: Context, project_id: str | None) -> dict[str, Any]:
    authorize_project_context(context, project_id)
    rows = QUOTAS.find(QUOTAS.where_live(project_id=project_id))
    return {"project_id": project_id, **{row["resource"]: row["hard_limit"] for row in rows}}


@require_admin_context
def quota_update(
    context: Context, project_id: str | None, resource: str, limit: int | None
) -> None:
    where = QUOTAS.where_live(project_id=project_id, resource=resource)
    if not QUOTAS.update_always(where, {"hard_limit": limit}):
        raise exception.ProjectQuotaNotFound(project_id=project_id)


@require_context
def quota_usage_get(context: Context, project_id: str | None, resource: str) -> Row:
    usage = USAGES.get(USAGES.where_live(project_id=project_id, resource=resource))
    return require(usage, exception.QuotaUsageNotFound(project_id=project_id))


@require_context
@tolerates_stale_reads
def quota_usage_get_all_by_project(context: Context, project_id: str | None) -> dict[str, Any]:
    authorize_project_context(context, project_id)
    rows = USAGES.find(USAGES.where_live(project_id=project_id))
    usages = {r["resource"]: {"in_use": r["in_use"], "reserved": r["reserved"]} for r in rows}
    return {"project_id": project_id, **usages}


@require_admin_context
def quota_usage_update(
    context: Context, project_id: str | None, resource: str, **kwargs: Any
) -> None:
    changes: dict[str, Any] = {
        name: kwargs[name] for name in ("in_use", "reserved", "until_refresh") if name in kwargs
    }
    where = USAGES.where_live(project_id=project_id, resource=resource)
    missing = exception.QuotaUsageNotFound(project_id=project_id)
    with USAGES.unless_missing(where, missing):
        stored = USAGES.stamped(USAGES.format.changes(changes))
    # A concurrent refresh must not add its count to the new value.
    require(USAGES.find_one_and_update(where, {"$set": stored, "$inc": {REFRESHES: 1}}), missing)


def _insert_limit(
    limits: Table, key: dict[str, Any], limit: int | None, exists: exception.Duplicate
) -> Row:
    return limits.insert_unique({**key, "hard_limit": limit}, lambda _new: exists, "resource")
