"""The contract of floating addresses.

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
    """Give a project a free floating address of a pool, the lowest id first.

    No address goes to two callers. Free is a live row that has no project and leads nowhere. No
    quota is looked at.

    :param project_id: the project; None is the rows of no project
    :param pool: the name of the pool
    :returns: the address
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
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

    Where one of them is refused, an address that was given out in the meantime stays.

    :param ips: the columns of each row; read once
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FloatingIpExists: if an address is live already, or twice in the list
    """


@backend_function
def floating_ip_bulk_destroy(context: Context, ips: Iterable[Values]) -> None:
    """Soft-delete the live rows of floating addresses; unknown ones are passed over.

    :param ips: dicts with address; read once
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_count_by_project(
    context: Context, project_id: str | None, session: object = None
) -> int:
    """Count the live floating addresses of a project that were not assigned automatically.

    :param project_id: the project; None is the rows of no project
    :param session: ignored; kept for callers that pass one
    :returns: the number
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another project
    """


@backend_function
def floating_ip_create(context: Context, values: Values) -> str:
    """Create a floating address.

    Of two callers with one address one succeeds.

    :param values: columns and their values; keys that are no columns are dropped
    :returns: the address as it is stored
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FloatingIpExists: if a live row has it
    """


@backend_function
def floating_ip_deallocate(context: Context, address: str) -> None:
    """Take a floating address away from its project; what it leads to stays.

    Follows read_deleted; no error if there is none.

    :param address: the address as text
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_destroy(context: Context, address: str) -> None:
    """Remove the rows of a floating address for good; no error if there is none.

    Follows read_deleted.

    :param address: the address as text
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_disassociate(context: Context, address: str) -> FixedIpWithNetwork | None:
    """Detach a floating address from its fixed address.

    Follows read_deleted; of two callers one gets the row.

    :param address: the address as text
    :returns: the fixed address with network, or None if it was not attached or that row cannot be
        seen
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FloatingIpNotFoundForAddress: if the context sees none
    """


@backend_function
def floating_ip_fixed_ip_associate(
    context: Context, floating_address: str, fixed_address: str, host: str | None
) -> FixedIpWithNetwork | None:
    """Lead a floating address to a fixed address.

    Both follow read_deleted; of two equal calls one gets the row.

    :param floating_address: the floating address
    :param fixed_address: the fixed address
    :param host: the host that serves it
    :returns: the fixed address with network, or None if it led there already
    :raises FloatingIpNotFoundForAddress: if the context sees no such floating address
    :raises FixedIpNotFoundForAddress: if the context sees no such fixed address
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and
        another project has the floating address

    >>> floating = db.floating_ip_create(admin, {"address": "203.0.113.1", "project_id": "acme"})
    >>> fixed = db.fixed_ip_create(admin, {"address": "10.0.0.2"})
    >>> db.floating_ip_fixed_ip_associate(admin, floating, fixed, "host1")["address"]
    '10.0.0.2'
    >>> db.fixed_ip_get_by_floating_address(admin, floating)["address"]
    '10.0.0.2'
    """


@backend_function
def floating_ip_get(context: Context, id: int) -> FloatingIpWithFixedIp:
    """Return a floating address by id; a user finds the own project's only.

    Follows read_deleted.

    :param id: the id
    :returns: the row with fixed_ip and its instance, where all of them are live
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FloatingIpNotFound: if the context sees none
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

    :param project_id: the project; None is the rows of no project
    :returns: the rows with fixed_ip and its instance
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another project
    """


@backend_function
def floating_ip_get_by_address(context: Context, address: str | None) -> FloatingIpWithFixedIp:
    """Return a floating address.

    Follows read_deleted; live rows go before deleted ones.

    :param address: the address; None or empty looks for a row without one
    :returns: the row with fixed_ip and its instance, where all of them are live
    :raises FloatingIpNotFoundForAddress: if the context sees none
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and
        another project has it
    """


@backend_function
def floating_ip_get_by_fixed_address(context: Context, fixed_address: str) -> list[FloatingIpRow]:
    """Return the floating addresses that lead to a fixed address.

    Follows read_deleted; the fixed address may be deleted.

    :param fixed_address: the fixed address
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_get_by_fixed_ip_id(context: Context, fixed_ip_id: int) -> list[FloatingIpRow]:
    """Return the floating addresses that lead to a fixed address.

    Follows read_deleted.

    :param fixed_ip_id: the id of the fixed address
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_get_pools(context: Context) -> list[FloatingIpPool]:
    """Return the pools of floating addresses.

    Follows read_deleted.

    :returns: {"name": pool} for each pool, once
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
    """Change the row of a floating address.

    Follows read_deleted.

    :param address: the address as text
    :param values: columns and their values; keys that are no columns are dropped
    :raises FloatingIpNotFoundForAddress: if the context sees none
    :raises FloatingIpExists: if the new address is live already; nothing is changed then
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and
        another project has it
    """
