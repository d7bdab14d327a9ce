"""The contract of security groups.

Bodies: ``nova_docdb/mongo/families/security_groups.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import (
    SecurityGroupRow,
    SecurityGroupWithGrantees,
    SecurityGroupWithInstances,
    SecurityGroupWithRules,
)
from nova_docdb.db.values import Values


@backend_function
def security_group_count_by_project(
    context: Context, project_id: str | None, session: object = None
) -> int:
    """Count the live security groups of a project.

    :param project_id: the project; None means rows without a project
    :param session: ignored; kept for callers that pass one
    :returns: the number
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's of
        another project
    """


@backend_function
def security_group_create(context: Context, values: Values) -> SecurityGroupWithRules:
    """Create a security group.

    Of two concurrent calls with the same name in a project, one succeeds.

    :param values: name, description, user_id, project_id (not taken from the context)
    :returns: the new row with rules, an empty list
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SecurityGroupExists: if the project already has a live group with that name

    >>> group = db.security_group_create(
    ...     alice, {"project_id": "acme", "user_id": "alice", "name": "web", "description": "HTTP"}
    ... )
    >>> db.security_group_get_by_name(alice, "acme", "web")["id"] == group["id"]
    True
    """


@backend_function
def security_group_destroy(context: Context, security_group_id: int) -> None:
    """Soft-delete a security group with its rules and memberships.

    Rules that grant access to the group are deleted too; no error if it does not exist.

    :param security_group_id: the id of the security group
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_ensure_default(context: Context) -> tuple[bool, SecurityGroupRow]:
    """Create the default group of the context's project unless it exists.

    A new group gets a copy of every default rule. A project has one default group, also under
    concurrent calls.

    :returns: (whether it already existed, its row)
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_exists(context: Context, project_id: str | None, group_name: str) -> bool:
    """Return whether a project has a live security group with a name.

    :param project_id: the project; None means rows without a project
    :param group_name: the name of the security group
    :returns: True or False
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_get(context: Context, security_group_id: int) -> SecurityGroupWithInstances:
    """Return a security group; a user sees only their own project's.

    Follows read_deleted.

    :param security_group_id: the id of the security group
    :returns: the row with rules, their grantee_group, and instances
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SecurityGroupNotFound: if no visible row matches
    """


@backend_function
def security_group_get_all(context: Context) -> list[SecurityGroupWithGrantees]:
    """Return the security groups of all projects; users see all of them too.

    Follows read_deleted.

    :returns: the rows with rules and their grantee_group
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_get_by_instance(
    context: Context, instance_id: int
) -> list[SecurityGroupWithGrantees]:
    """Return the live security groups of a live instance.

    :param instance_id: the id of the instance
    :returns: the rows with rules and their grantee_group
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_get_by_name(
    context: Context, project_id: str | None, group_name: str
) -> SecurityGroupWithInstances:
    """Return a live security group of a project.

    :param project_id: the project; None means rows without a project
    :param group_name: the name of the security group
    :returns: the row with rules, their grantee_group, and instances
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SecurityGroupNotFoundForProject: if there is none
    """


@backend_function
def security_group_get_by_project(
    context: Context, project_id: str | None
) -> list[SecurityGroupWithGrantees]:
    """Return the live security groups of a project.

    :param project_id: the project; None means rows without a project
    :returns: the rows with rules and their grantee_group
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_in_use(context: Context, group_id: int) -> bool:
    """Return whether a security group has a live instance.

    :param group_id: the id of the security group
    :returns: True or False
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """
