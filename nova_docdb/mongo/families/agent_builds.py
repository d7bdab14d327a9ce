"""The builds of the guest agent.

    {_id: 1, hypervisor: "xen", os: "linux", architecture: "x86_64", version: "1.0",
     url: "http://...", md5hash: "...", created_at, updated_at, deleted_at, deleted: 0}

Nothing is unique. Every write is one update of one document.
"""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

AGENT_BUILDS = table("agent_builds")


@require_admin_context
def agent_build_create(context: Context, values: Values) -> Row:
    return AGENT_BUILDS.insert(values)


@require_admin_context
def agent_build_destroy(context: Context, agent_update_id: int) -> None:
    where = AGENT_BUILDS.equals({"id": agent_update_id})
    if not AGENT_BUILDS.soft_delete(where, visible={}):
        raise exception.AgentBuildNotFound(id=agent_update_id)


@require_admin_context
@tolerates_stale_reads
def agent_build_get_all(context: Context, hypervisor: str | None = None) -> list[Row]:
    columns = {"hypervisor": hypervisor} if hypervisor else {}
    return AGENT_BUILDS.find(AGENT_BUILDS.where_live(**columns))


@require_admin_context
def agent_build_get_by_triple(
    context: Context, hypervisor: str | None, os: str | None, architecture: str | None
) -> Row | None:
    return AGENT_BUILDS.lowest(
        AGENT_BUILDS.where_live(hypervisor=hypervisor, os=os, architecture=architecture)
    )


@require_admin_context
def agent_build_update(context: Context, agent_build_id: int, values: Values) -> None:
    build = AGENT_BUILDS.update(AGENT_BUILDS.equals({"id": agent_build_id}), values)
    require(build, exception.AgentBuildNotFound(id=agent_build_id))
