"""The contract of flavors (instance types), their extra specs and access.

Bodies: ``nova_docdb/mongo/families/instance_types.py``.
"""

from __future__ import annotations

from typing import Any

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import InstanceTypeProjectRow, InstanceTypeRow
from nova_docdb.db.values import Values


@backend_function
def instance_type_access_add(
    context: Context, flavor_id: str, project_id: str
) -> InstanceTypeProjectRow:
    """Grant a project access to a flavor.

    Of two concurrent calls with the same project, one succeeds.

    :param flavor_id: the flavorid, as the API shows it
    :param project_id: the project
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    :raises FlavorNotFound: if no such live flavor exists
    :raises FlavorAccessExists: if the project already has access
    """


@backend_function
def instance_type_access_get_by_flavor_id(
    context: Context, flavor_id: str
) -> list[InstanceTypeProjectRow]:
    """Return the projects that have access to a flavor.

    The flavor follows read_deleted.

    :param flavor_id: the flavorid, as the API shows it
    :returns: the live rows of instance_type_projects
    :raises AdminRequired: if the context is not an admin's
    :raises FlavorNotFound: if no such flavor is visible
    """


@backend_function
def instance_type_access_remove(context: Context, flavor_id: str, project_id: str) -> None:
    """Revoke a project's access to a flavor.

    :param flavor_id: the flavorid, as the API shows it
    :param project_id: the project
    :raises AdminRequired: if the context is not an admin's
    :raises FlavorNotFound: if no such live flavor exists
    :raises FlavorAccessNotFound: if the project has no access
    """


@backend_function
def instance_type_create(context: Context, values: Values) -> InstanceTypeRow:
    """Create a flavor with its extra specs.

    Of two concurrent calls with the same name or flavorid, one succeeds.

    :param values: name, flavorid, memory_mb and vcpus are required; extra_specs is a dict
    :returns: the new row, extra_specs as a dict
    :raises AdminRequired: if the context is not an admin's
    :raises InstanceTypeExists: if a live flavor has the name
    :raises InstanceTypeIdExists: if a live flavor has the flavorid
    :raises InvalidInput: if name or flavorid is missing
    :raises DBError: if memory_mb or vcpus is missing

    >>> flavor = db.instance_type_create(
    ...     admin, {"name": "m1.small", "flavorid": "2", "memory_mb": 2048, "vcpus": 1}
    ... )
    >>> db.instance_type_get_by_flavor_id(alice, "2")["memory_mb"]
    2048
    """


@backend_function
def instance_type_destroy(context: Context, name: str) -> None:
    """Soft-delete a live flavor with its extra specs and access rows.

    Of two concurrent calls, one succeeds.

    :param name: the name of the flavor
    :raises AdminRequired: if the context is not an admin's
    :raises InstanceTypeNotFoundByName: if there is none
    """


@backend_function
def instance_type_extra_specs_delete(context: Context, flavor_id: str, key: str) -> None:
    """Soft-delete an extra spec of a live flavor; no error if there is none.

    :param flavor_id: the flavorid, as the API shows it
    :param key: the key
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_type_extra_specs_get(context: Context, flavor_id: str) -> dict[str, Any]:
    """Return the extra specs of a live flavor; {} if there is none.

    :param flavor_id: the flavorid, as the API shows it
    :returns: key -> value
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_type_extra_specs_update_or_create(
    context: Context, flavor_id: str, extra_specs: dict[str, Any]
) -> None:
    """Set extra specs of a flavor; other extra specs stay unchanged.

    A key has one live row, also under concurrent calls.

    :param flavor_id: the flavorid, as the API shows it
    :param extra_specs: the pairs
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FlavorNotFound: if no such live flavor exists
    """


@backend_function
def instance_type_get(context: Context, id: int) -> InstanceTypeRow:
    """Return a flavor by id.

    A user sees public flavors and those that the project has access to. Follows read_deleted.

    :param id: the id
    :returns: the row, extra_specs as a dict
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceTypeNotFound: if no visible row matches
    """


@backend_function
def instance_type_get_all(
    context: Context, inactive: bool = False, filters: dict[str, Any] | None = None
) -> list[InstanceTypeRow]:
    """Return the flavors that the context may see.

    :param inactive: whether to include deleted flavors
    :param filters: min_memory_mb, min_root_gb, disabled, is_public (None means both)
    :returns: the rows, ordered by name and id, extra_specs as a dict
    :raises NotAuthorized: if the context is neither a user's nor an admin's

    >>> for name, flavor_id, memory in (("m1.tiny", "1", 512), ("m1.small", "2", 2048)):
    ...     _ = db.instance_type_create(
    ...         admin, {"name": name, "flavorid": flavor_id, "memory_mb": memory, "vcpus": 1}
    ...     )
    >>> [row["name"] for row in db.instance_type_get_all(alice, filters={"min_memory_mb": 1024})]
    ['m1.small']
    """


@backend_function
def instance_type_get_by_flavor_id(
    context: Context, id: str, read_deleted: str | None = None
) -> InstanceTypeRow:
    """Return a flavor by flavorid: the live one, else the one deleted last.

    A user sees public flavors and those that the project has access to.

    :param id: the flavorid
    :param read_deleted: "no", "yes" or "only", instead of the context's
    :returns: the row, extra_specs as a dict
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FlavorNotFound: if no visible row matches
    """


@backend_function
def instance_type_get_by_name(context: Context, name: str) -> InstanceTypeRow:
    """Return a flavor by name: the live one, else the one deleted last.

    A user sees public flavors and those that the project has access to. Follows read_deleted.

    :param name: the name
    :returns: the row, extra_specs as a dict
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceTypeNotFoundByName: if no visible row matches
    """
