"""The table of instances, with its visible and whole rows, shared by the modules of instances."""

from __future__ import annotations

from typing import Any

from nova_docdb import exception
from nova_docdb.context import Context, is_user_context
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.tables.relations import get_joined, join_one
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import table

INSTANCES = table("instances")

WHOLE = ("info_cache", "metadata", "system_metadata", "security_groups.rules")


def where_project(context: Context) -> Filter:
    """Return the filter for the instances of a user's project, or of all projects for an admin."""
    if is_user_context(context):
        return INSTANCES.equals({"project_id": context.project_id})
    return {}


def where_visible_to(context: Context) -> Filter:
    """Return the filter for the instances that a context can see."""
    return {**INSTANCES.where_visible(context), **where_project(context)}


def where_uuid(context: Context, uuid: Any) -> Filter:
    """Return the filter for the instance of that uuid, if the context can see it."""
    return {**INSTANCES.equals({"uuid": uuid}), **where_visible_to(context)}


def not_found(instance_id: Any) -> exception.InstanceNotFound:
    """Return the exception for a missing instance, for ``require``."""
    return exception.InstanceNotFound(instance_id=instance_id)


def get_whole(where: Filter) -> Row | None:
    """Return the instance that a unique key names, with its related rows, or None."""
    return get_joined(INSTANCES, where, *WHOLE)


def whole(row: Row) -> Row:
    """Add the related rows to an instance and return it."""
    return join_one(INSTANCES, row, *WHOLE)
