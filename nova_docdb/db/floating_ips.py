"""The contract of floating IP addresses.

Bodies: ``nova_docdb/mongo/families/floating_ips.py``.
"""

from __future__ import annotations

from collections.abc import Iterable

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import (
    FixedIpWithNetwork,
    FloatingIpPool,
    FloatingIpRow,
    FloatingIpWithFixedIp,
)
from nova_docdb.db.values import Values


@backend_function
def floating_ip_allocate_address(context: Context, project_id: str | None, pool: str | None) -> str:
    """Allocate a free floating address of a pool to a project, the lowest id first.

    Two callers never get the same address. A live row is free if it has neither a project nor a
    fixed address. Quotas are not checked.

    :param project_id: the project; None means rows without a project
    :param pool: the name of the pool
    :returns: the address
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's of
        another project
    :raises NoMoreFloatingIps: if none is free

    >>> db.floating_ip_bulk_create(
    ...     admin, [{"address": f"203.0.113.{n}", "pool": "public"} for n in (1, 2)]
    ... )
    >>> db.floating_ip_allocate_address(alice, "acme", "public")
    '203.0.113.1'
    """


@backend_function
def floating_ip_bulk_create(context: Context, ips: Iterable[Values]) -> None:
    """Create floating addresses, all or none.

    If one of them fails, addresses that were claimed in the meantime stay.

    :param ips: the columns of each row; read once
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FloatingIpExists: if a live row has an address, or the list has it twice
    """


@backend_function
def floating_ip_bulk_destroy(context: Context, ips: Iterable[Values]) -> None:
    """Soft-delete the live rows of floating addresses; unknown addresses are ignored.

    :param ips: dicts with address; read once
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_count_by_project(
    context: Context, project_id: str | None, session: object = None
) -> int:
    """Count the live floating addresses of a project that were not assigned automatically.

    :param project_id: the project; None means rows without a project
    :param session: ignored; kept for callers that pass one
    :returns: the number
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's of
        another project
    """


@backend_function
def floating_ip_create(context: Context, values: Values) -> str:
    """Create a floating address.

    Of two concurrent calls with the same address, one succeeds.

    :param values: columns and their values; keys that are not columns are ignored
    :returns: the address in its stored form
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FloatingIpExists: if a live row has the address
    """


@backend_function
def floating_ip_deallocate(context: Context, address: str) -> None:
    """Clear the project of a floating address; its fixed address stays.

    Follows read_deleted; no error if there is none.

    :param address: the address as text
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_destroy(context: Context, address: str) -> None:
    """Delete the rows of a floating address permanently; no error if there is none.

    Follows read_deleted.

    :param address: the address as text
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_disassociate(context: Context, address: str) -> FixedIpWithNetwork | None:
    """Disassociate a floating address from its fixed address.

    Follows read_deleted; of two concurrent calls, one gets the row.

    :param address: the address as text
    :returns: the fixed address with network, or None if it was not associated or that row is not
        visible
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FloatingIpNotFoundForAddress: if no visible row matches
    """


@backend_function
def floating_ip_fixed_ip_associate(
    context: Context, floating_address: str, fixed_address: str, host: str | None
) -> FixedIpWithNetwork | None:
    """Associate a floating address with a fixed address.

    Both follow read_deleted; of two identical concurrent calls, one gets the row.

    :param floating_address: the floating address
    :param fixed_address: the fixed address
    :param host: the host that serves it
    :returns: the fixed address with network, or None if it was already associated with it
    :raises FloatingIpNotFoundForAddress: if no such floating address is visible
    :raises FixedIpNotFoundForAddress: if no such fixed address is visible
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's and the
        address is of another project

    >>> floating = db.floating_ip_create(admin, {"address": "203.0.113.1", "project_id": "acme"})
    >>> fixed = db.fixed_ip_create(admin, {"address": "10.0.0.2"})
    >>> db.floating_ip_fixed_ip_associate(admin, floating, fixed, "host1")["address"]
    '10.0.0.2'
    >>> db.fixed_ip_get_by_floating_address(admin, floating)["address"]
    '10.0.0.2'
    """


@backend_function
def floating_ip_get(context: Context, id: int) -> FloatingIpWithFixedIp:
    """Return a floating address by id; a user sees only their own project's.

    Follows read_deleted.

    :param id: the id
    :returns: the row with fixed_ip and its instance, if all of them are live
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FloatingIpNotFound: if no visible row matches
    """


@backend_function
def floating_ip_get_all(context: Context) -> list[FloatingIpRow]:
    """Return the live floating addresses.

    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    :raises NoFloatingIpsDefined: if there is none
    """


@backend_function
def floating_ip_get_all_by_host(context: Context, host: str) -> list[FloatingIpRow]:
    """Return the live floating addresses that a host serves.

    :param host: the name of the host
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    :raises FloatingIpNotFoundForHost: if there is none
    """


@backend_function
def floating_ip_get_all_by_project(
    context: Context, project_id: str | None
) -> list[FloatingIpWithFixedIp]:
    """Return the live floating addresses of a project that were not assigned automatically.

    :param project_id: the project; None means rows without a project
    :returns: the rows with fixed_ip and its instance
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's of
        another project
    """


@backend_function
def floating_ip_get_by_address(context: Context, address: str | None) -> FloatingIpWithFixedIp:
    """Return a floating address.

    Follows read_deleted; a live row is preferred to a deleted one.

    :param address: the address; None or empty finds a row without one
    :returns: the row with fixed_ip and its instance, if all of them are live
    :raises FloatingIpNotFoundForAddress: if no visible row matches
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's and the
        address is of another project
    """


@backend_function
def floating_ip_get_by_fixed_address(context: Context, fixed_address: str) -> list[FloatingIpRow]:
    """Return the floating addresses associated with a fixed address.

    Follows read_deleted; the fixed address may be deleted.

    :param fixed_address: the fixed address
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_get_by_fixed_ip_id(context: Context, fixed_ip_id: int) -> list[FloatingIpRow]:
    """Return the floating addresses associated with a fixed address.

    Follows read_deleted.

    :param fixed_ip_id: the id of the fixed address
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_get_pools(context: Context) -> list[FloatingIpPool]:
    """Return the pools of floating addresses.

    Follows read_deleted.

    :returns: {"name": pool} once for each pool
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_set_auto_assigned(context: Context, address: str) -> None:
    """Mark a floating address as assigned automatically.

    Follows read_deleted; no error if there is none.

    :param address: the address as text
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_update(context: Context, address: str, values: Values) -> None:
    """Change a floating address.

    Follows read_deleted.

    :param address: the address as text
    :param values: columns and their values; keys that are not columns are ignored
    :raises FloatingIpNotFoundForAddress: if no visible row matches
    :raises FloatingIpExists: if a live row has the new address; nothing is changed then
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's and the
        address is of another project
    """
