"""The contract of instances, their constraints and security groups.

Bodies:

- ``nova_docdb/mongo/families/instances/constraints.py``
- ``nova_docdb/mongo/families/instances/creation.py``
- ``nova_docdb/mongo/families/instances/instances.py``
- ``nova_docdb/mongo/families/instances/lists.py``
- ``nova_docdb/mongo/families/instances/security_groups.py``
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import (
    FloatingIpRow,
    InstanceWithMetadata,
    InstanceWithRelations,
    InstanceWithRules,
)
from nova_docdb.db.values import Values


@backend_function
def constraint(**conditions: Any) -> Any:
    """Return a constraint for instance_destroy: every named column must satisfy its condition.

    :param conditions: column -> condition, made by equal_any or not_equal
    :returns: an opaque object
    """


@backend_function
def equal_any(*values: Any) -> Any:
    """Return the condition that a column equals any of the values.

    :param values: the values; None means an empty column; without values the condition is never
        true
    :returns: an opaque object for constraint
    """


@backend_function
def instance_add_security_group(context: Context, instance_id: str, security_group_id: int) -> None:
    """Add an instance to a security group.

    The context is not checked.

    :param instance_id: the uuid of the instance
    :param security_group_id: the id of the security group
    :raises InstanceNotFound: if the instance does not exist
    :raises SecurityGroupNotFound: if the group does not exist
    """


@backend_function
def instance_create(context: Context, values: Values) -> InstanceWithRelations:
    """Create an instance with its related rows; readers see all of them or none.

    The project gets its default security group if it has none. Of two concurrent calls with the
    same uuid, or the same host name where it must be unique, one succeeds.

    :param values: the columns; project_id and user_id are not taken from the context; metadata and
        system_metadata are dicts, info_cache a dict of columns, security_groups a list of names in
        the context's project; uuid is generated if missing
    :returns: the new row with name, info_cache, metadata, system_metadata and security_groups
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceExists: if the uuid is taken, or the host name in the scope of
        osapi_compute_unique_server_name_scope
    :raises SecurityGroupNotFoundForProject: if the project has no group of a name; nothing is
        stored then

    >>> server = db.instance_create(
    ...     alice, {"project_id": "acme", "hostname": "web1", "metadata": {"role": "web"}}
    ... )
    >>> server["name"], server["vm_state"], server["metadata"][0]["value"]
    ('instance-00000001', None, 'web')
    """


@backend_function
def instance_data_get_for_project(
    context: Context, project_id: str | None, session: object = None
) -> tuple[int, int, int]:
    """Return how many instances, vcpus and MiB of memory a project uses.

    Follows read_deleted.

    :param project_id: the project; None means rows without a project
    :param session: ignored; kept for callers that pass one
    :returns: (instances, vcpus, memory in MiB)
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def instance_destroy(
    context: Context, instance_uuid: str, constraint: Any = None, update_cells: bool = True
) -> InstanceWithRules:
    """Soft-delete an instance, its info cache, metadata and group memberships.

    Of two concurrent calls, one succeeds; the constraint is checked in the same write.

    :param instance_uuid: the uuid of the instance
    :param constraint: made by db.constraint; None means no constraint
    :param update_cells: whether to notify the cells listener (nova_docdb.cells)
    :returns: the destroyed row with name, info_cache, metadata, system_metadata and
        security_groups.rules, as they were before
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises InstanceNotFound: if no visible live instance matches; a user sees only their own
        project's
    :raises ConstraintNotMet: if the constraint is not met; nothing is written then

    >>> server = db.instance_create(alice, {"project_id": "acme", "disable_terminate": True})
    >>> unlocked = db.constraint(disable_terminate=db.not_equal(True))
    >>> db.instance_destroy(alice, server["uuid"], unlocked)
    Traceback (most recent call last):
    nova_docdb.exception.ConstraintNotMet: Constraint not met.
    >>> db.instance_destroy(alice, server["uuid"])["deleted"]
    1
    """


@backend_function
def instance_floating_address_get_all(context: Context, instance_uuid: str) -> list[FloatingIpRow]:
    """Return the floating addresses of an instance.

    The instance itself is not read; the floating addresses follow read_deleted.

    :param instance_uuid: the uuid of the instance
    :returns: the floating addresses of all its live fixed addresses
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises FixedIpNotFoundForInstance: if it has no live fixed address
    """


@backend_function
def instance_get(context: Context, instance_id: int) -> InstanceWithRules:
    """Return an instance by id; a user sees only their own project's.

    Follows read_deleted.

    :param instance_id: the id
    :returns: the row with name, info_cache, metadata, system_metadata and security_groups.rules
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidID: if the id is not an integer, or is out of range
    :raises InstanceNotFound: if no visible row matches
    """


@backend_function
def instance_get_active_by_window_joined(
    context: Context,
    begin: datetime | str,
    end: datetime | str | None = None,
    project_id: str | None = None,
    host: str | None = None,
) -> list[InstanceWithRelations]:
    """Return the instances of every project that were active in a period, deleted or not.

    :param begin: the start, naive UTC; instances terminated by then are excluded
    :param end: the end, naive UTC; instances launched from then on are excluded
    :param project_id: only instances of this project
    :param host: only instances on this host
    :returns: the rows with name and all four relations
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_get_all(
    context: Context, columns_to_join: Iterable[str] | None = None
) -> list[InstanceWithRelations]:
    """Return all instances, for a user only those of their project.

    Follows read_deleted.

    :param columns_to_join: the relations to include, of info_cache, security_groups, metadata and
        system_metadata; None means all
    :returns: the rows with name; metadata and system_metadata are always keys, [] if not requested,
        and follow read_deleted
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidInput: if columns_to_join names something else

    >>> for project in ("acme", "acme", "umbrella"):
    ...     _ = db.instance_create(admin, {"project_id": project})
    >>> len(db.instance_get_all(admin)), len(db.instance_get_all(alice))
    (3, 2)
    """


@backend_function
def instance_get_all_by_filters(
    context: Context,
    filters: Mapping[str, Any],
    sort_key: str = "created_at",
    sort_dir: str = "desc",
    limit: int | None = None,
    marker: str | None = None,
    columns_to_join: Iterable[str] | None = None,
) -> list[InstanceWithRelations]:
    """Return the instances that match all filters, in pages.

    Deleted instances are included unless a filter excludes them. project_id (for a user always
    their own), user_id, image_ref, vm_state, instance_type_id, uuid and task_state are matched
    exactly, or against any value of a list. Three filters are special: deleted (True: deleted rows
    and those whose vm_state is "soft-delete"; False: all others), changes-since (rows updated after
    that time) and metadata (a dict or a list of dicts; the instance must have every pair). Any
    other column is searched with a regular expression, or with any of a list of them. A filter that
    does not name a column is ignored.

    :param filters: name -> value; None means an empty column
    :param sort_key: the column to sort by, then created_at and id
    :param sort_dir: "asc" or "desc"; empty values sort lowest
    :param limit: the maximum number of rows; None means all
    :param marker: the uuid of the last row of the previous page
    :param columns_to_join: the relations to include, of info_cache, security_groups, metadata and
        system_metadata; None means all
    :returns: the rows as instance_get_all returns them, in that order
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidInput: if a filter, a regular expression, the sort order, the limit or
        columns_to_join is invalid
    :raises MarkerNotFound: if the marker is not visible

    >>> for name, state in (("web1", "active"), ("web2", "error"), ("db1", "active")):
    ...     new = {"project_id": "acme", "hostname": name, "vm_state": state}
    ...     _ = db.instance_create(alice, new)
    >>> found = db.instance_get_all_by_filters(alice, {"vm_state": ["active", "error"]}, limit=2)
    >>> [row["hostname"] for row in found]
    ['db1', 'web2']
    >>> [row["hostname"] for row in db.instance_get_all_by_filters(alice, {"hostname": "^web"})]
    ['web2', 'web1']
    """


@backend_function
def instance_get_all_by_host(
    context: Context, host: str | None, columns_to_join: Iterable[str] | None = None
) -> list[InstanceWithRelations]:
    """Return the instances of a host.

    Follows read_deleted.

    :param host: the name of the host; None means instances without a host
    :param columns_to_join: the relations to include, of info_cache, security_groups, metadata and
        system_metadata; None means all
    :returns: the rows with name, info_cache and security_groups; columns_to_join decides whether
        metadata and system_metadata are filled
    :raises AdminRequired: if the context is not an admin's

    >>> server = db.instance_create(alice, {"project_id": "acme", "host": "host1"})
    >>> [row["name"] for row in db.instance_get_all_by_host(admin, "host1")]
    ['instance-00000001']
    """


@backend_function
def instance_get_all_by_host_and_node(
    context: Context, host: str | None, node: str | None
) -> list[InstanceWithMetadata]:
    """Return the instances of a hypervisor node.

    Follows read_deleted.

    :param host: the name of the host
    :param node: the name of the node
    :returns: the rows with name; both metadata lists are empty
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def instance_get_all_by_host_and_not_type(
    context: Context, host: str | None, type_id: int | None = None
) -> list[InstanceWithRelations]:
    """Return the instances of a host that do not have a flavor.

    Follows read_deleted.

    :param host: the name of the host
    :param type_id: the id of the flavor; None excludes instances without one
    :returns: the rows with name and all four relations
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def instance_get_all_hung_in_rebooting(
    context: Context, reboot_window: int
) -> list[InstanceWithMetadata]:
    """Return the instances that have been rebooting for too long.

    Follows read_deleted.

    :param reboot_window: the longest time that a reboot may take, in seconds
    :returns: the rows with name and both metadata lists
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def instance_get_by_uuid(context: Context, uuid: str) -> InstanceWithRules:
    """Return an instance by uuid; a user sees only their own project's.

    Follows read_deleted.

    :param uuid: the uuid
    :returns: the row with name, info_cache, metadata, system_metadata and security_groups.rules
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceNotFound: if no visible row matches

    >>> server = db.instance_create(alice, {"project_id": "acme", "hostname": "web1"})
    >>> db.instance_get_by_uuid(alice, server["uuid"])["hostname"]
    'web1'
    >>> db.instance_get_by_uuid(alice, "4d9947ef-e02a-4342-8025-e2e955204ef2")
    Traceback (most recent call last):
    nova_docdb.exception.InstanceNotFound: Instance 4d9947ef-... could not be found.
    """


@backend_function
def instance_get_floating_address(context: Context, instance_id: int) -> str | None:
    """Return the first floating address of an instance's first fixed address.

    :param instance_id: the id of the instance
    :returns: the address or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidID: if the id is not an integer
    :raises InstanceNotFound: if no such instance is visible
    :raises FixedIpNotFoundForInstance: if it has no live fixed address
    """


@backend_function
def instance_remove_security_group(
    context: Context, instance_id: str, security_group_id: int
) -> None:
    """Remove an instance from a security group; no error if it is not a member.

    :param instance_id: the uuid of the instance
    :param security_group_id: the id of the security group
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_test_and_set(
    context: Context, instance_uuid: str, attr: str, ok_states: Iterable[Any], new_state: Any
) -> None:
    """Set an attribute of an instance if it has one of the given values, atomically.

    :param instance_uuid: the uuid of the instance
    :param attr: the column
    :param ok_states: the values; None means an empty column
    :param new_state: the new value
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises InstanceNotFound: if no visible row matches
    :raises InstanceInvalidState: if the attribute has another value; nothing is written then

    >>> server = db.instance_create(alice, {"project_id": "acme", "vm_state": "active"})
    >>> db.instance_test_and_set(alice, server["uuid"], "vm_state", ["active"], "resizing")
    >>> db.instance_get_by_uuid(alice, server["uuid"])["vm_state"]
    'resizing'
    """


@backend_function
def instance_update(
    context: Context, instance_uuid: str, values: Values, update_cells: bool = True
) -> InstanceWithRules:
    """Change an instance; a user can change only their own project's.

    Follows read_deleted. expected_task_state is checked in the same write: of two concurrent calls
    with the same expectation, one succeeds.

    :param instance_uuid: the uuid of the instance
    :param values: the columns; expected_task_state is a value or a list of them; metadata and
        system_metadata replace the stored ones
    :param update_cells: whether to notify the cells listener (nova_docdb.cells)
    :returns: the changed row with name, info_cache, metadata, system_metadata and
        security_groups.rules
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises InstanceNotFound: if no visible row matches
    :raises UnexpectedTaskStateError: if task_state is not the expected one; nothing is written then
    :raises InstanceExists: if the host name must be unique and is taken, or a new uuid is taken
    :raises InvalidInput: if values contains info_cache or security_groups

    >>> server = db.instance_create(alice, {"project_id": "acme", "task_state": "scheduling"})
    >>> values = {"task_state": "spawning", "expected_task_state": "scheduling"}
    >>> db.instance_update(alice, server["uuid"], values)["task_state"]
    'spawning'
    >>> db.instance_update(alice, server["uuid"], values)  # another caller was first
    Traceback (most recent call last):
    nova_docdb.exception.UnexpectedTaskStateError: unexpected task state: ...
    """


@backend_function
def instance_update_and_get_original(
    context: Context, instance_uuid: str, values: Values
) -> tuple[InstanceWithRules, InstanceWithRules]:
    """Change an instance as instance_update does, and also return the row before the change.

    :param instance_uuid: the uuid of the instance
    :param values: as for instance_update
    :returns: (the row exactly as it was before that write, the changed row), both with all
        relations
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises InstanceNotFound: if no visible row matches
    :raises UnexpectedTaskStateError: if task_state is not the expected one; nothing is written then
    :raises InstanceExists: if the host name must be unique and is taken, or a new uuid is taken
    :raises InvalidInput: if values contains info_cache or security_groups

    >>> server = db.instance_create(alice, {"project_id": "acme", "vm_state": "building"})
    >>> old, new = db.instance_update_and_get_original(
    ...     alice, server["uuid"], {"vm_state": "active"}
    ... )
    >>> old["vm_state"], new["vm_state"]
    ('building', 'active')
    """


@backend_function
def not_equal(*values: Any) -> Any:
    """Return the condition that a column equals none of the values.

    :param values: the values; None means an empty column; without values the condition is always
        true
    :returns: an opaque object for constraint
    """
