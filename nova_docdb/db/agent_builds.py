"""The contract of agent builds.

Bodies: ``nova_docdb/mongo/families/agent_builds.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import AgentBuildRow
from nova_docdb.db.values import Values


@backend_function
def agent_build_create(context: Context, values: Values) -> AgentBuildRow:
    """Create an agent build.

    Agent builds are not unique.

    :param values: hypervisor, os, architecture, version, url, md5hash
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def agent_build_destroy(context: Context, agent_update_id: int) -> None:
    """Soft-delete an agent build.

    A deleted row gets a new deleted_at.

    :param agent_update_id: the id of the build
    :raises AdminRequired: if the context is not an admin's
    :raises AgentBuildNotFound: if no row has the id, live or deleted
    """


@backend_function
def agent_build_get_all(context: Context, hypervisor: str | None = None) -> list[AgentBuildRow]:
    """Return the live agent builds.

    :param hypervisor: only those of this hypervisor; None or empty means all
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def agent_build_get_by_triple(
    context: Context, hypervisor: str | None, os: str | None, architecture: str | None
) -> AgentBuildRow | None:
    """Return the live agent build for a hypervisor, an operating system and an architecture.

    :param hypervisor: the hypervisor
    :param os: the operating system
    :param architecture: the architecture
    :returns: the row, the one with the lowest id if there are several, or None
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def agent_build_update(context: Context, agent_build_id: int, values: Values) -> None:
    """Change an agent build, deleted or not.

    :param agent_build_id: the id of the build
    :param values: columns and their values; keys that are not columns are ignored
    :raises AdminRequired: if the context is not an admin's
    :raises AgentBuildNotFound: if there is none
    """
