"""The security groups of projects, and the instances in them.

    security_groups: {_id: 1, project_id: "acme", name: "web", description: "...",
                      user_id: "alice", created_at, updated_at, deleted_at, deleted: 0}
    security_group_instance_association: {_id: 1, security_group_id: 1, instance_uuid: "...", ...}

A unique key allows one live group of a name in a project, and one without a project.
"""

from __future__ import annotations

from typing import Any

from nova_docdb import exception
from nova_docdb.context import (
    Context,
    authorize_project_context,
    is_user_context,
    require_context,
)
from nova_docdb.mongo.families import default_security_group
from nova_docdb.mongo.families.default_security_group import named
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.store.transactions import transactional
from nova_docdb.mongo.tables.links import FEW, chunks
from nova_docdb.mongo.tables.relations import get_joined, join, join_one
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

GROUPS = table("security_groups")
RULES = table("security_group_rules")
MEMBERSHIPS = table("security_group_instance_association")
INSTANCES = table("instances")

WITH_RULES = "rules.grantee_group"


@require_context
def security_group_count_by_project(
    context: Context, project_id: str | None, session: object = None
) -> int:
    authorize_project_context(context, project_id)
    return GROUPS.count(GROUPS.where_live(project_id=project_id))


@require_context
def security_group_create(context: Context, values: Values) -> Row:
    def exists(new: Document) -> Exception:
        return exception.SecurityGroupExists(
            project_id=new["project_id"], security_group_name=new["name"]
        )

    return {**GROUPS.insert_unique(values, exists, "name"), "rules": []}


@require_context
@transactional
def security_group_destroy(context: Context, security_group_id: int) -> None:
    # The group is deleted last. A crash before that leaves a group without some of its rules and
    # members, never rules without a group; destroying it again completes it.
    MEMBERSHIPS.soft_delete(MEMBERSHIPS.equals({"security_group_id": security_group_id}))
    either = [
        RULES.equals({"group_id": security_group_id}),
        RULES.equals({"parent_group_id": security_group_id}),
    ]
    if security_group_id is not None:
        RULES.soft_delete({"$or": either})
    GROUPS.soft_delete(GROUPS.equals({"id": security_group_id}))


@require_context
def security_group_ensure_default(context: Context) -> tuple[bool, Row]:
    return default_security_group.ensure(context)


@require_context
def security_group_exists(context: Context, project_id: str | None, group_name: str) -> bool:
    return named(project_id, group_name) is not None


@require_context
def security_group_get(context: Context, security_group_id: int) -> Row:
    columns: dict[str, Any] = {"id": security_group_id}
    if is_user_context(context):
        columns["project_id"] = context.project_id
    group = get_joined(GROUPS, GROUPS.where_visible(context, **columns), WITH_RULES, "instances")
    return require(group, exception.SecurityGroupNotFound(security_group_id=security_group_id))


@require_context
@tolerates_stale_reads
def security_group_get_all(context: Context) -> list[Row]:
    return join(GROUPS, GROUPS.find(GROUPS.where_visible(context)), WITH_RULES)


@require_context
def security_group_get_by_instance(context: Context, instance_id: int) -> list[Row]:
    instance = INSTANCES.get(INSTANCES.where_live(id=instance_id))
    if instance is None:
        return []
    where = MEMBERSHIPS.where_live(instance_uuid=instance["uuid"])
    group_ids = set(MEMBERSHIPS.values("security_group_id", where))
    return join(GROUPS, GROUPS.find({"_id": {"$in": list(group_ids)}, **GROUPS.live}), WITH_RULES)


@require_context
def security_group_get_by_name(context: Context, project_id: str | None, group_name: str) -> Row:
    missing = exception.SecurityGroupNotFoundForProject(
        project_id=project_id, security_group_id=group_name
    )
    group = require(named(project_id, group_name), missing)
    return join_one(GROUPS, group, WITH_RULES, "instances")


@require_context
@tolerates_stale_reads
def security_group_get_by_project(context: Context, project_id: str | None) -> list[Row]:
    return join(GROUPS, GROUPS.find(GROUPS.where_live(project_id=project_id)), WITH_RULES)


@require_context
def security_group_in_use(context: Context, group_id: int) -> bool:
    where = MEMBERSHIPS.where_live(security_group_id=group_id)
    few = list(MEMBERSHIPS.values("instance_uuid", where, FEW))
    if _has_live(few):
        return True
    # Nearly all members are live, so this query is rare.
    many = MEMBERSHIPS.values("instance_uuid", where) if len(few) == FEW else ()
    return any(_has_live(some) for some in chunks(many))


def _has_live(uuids: list[str | None]) -> bool:
    known = [uuid for uuid in uuids if uuid is not None]
    return INSTANCES.exists({"uuid": {"$in": known}, **INSTANCES.live})
