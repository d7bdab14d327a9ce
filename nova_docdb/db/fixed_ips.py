"""The contract of fixed IP addresses.

Bodies: ``nova_docdb/mongo/families/fixed_ips.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import FixedIpRow, InstanceRow, NetworkRow
from nova_docdb.db.values import Values


@backend_function
def fixed_ip_associate(
    context: Context,
    address: str,
    instance_uuid: str,
    network_id: int | None = None,
    reserved: bool = False,
) -> str:
    """Claim a given fixed address for an instance.

    Of two concurrent calls for the same address, one succeeds.

    :param address: the address as text
    :param instance_uuid: the uuid of the instance
    :param network_id: the network; rows without a network match too, and are assigned to it; None
        matches only those
    :param reserved: whether the row must be reserved
    :returns: the address in its stored form
    :raises AdminRequired: if the context is not an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises FixedIpNotFoundForNetwork: if no live row matches
    :raises FixedIpAlreadyInUse: if the address belongs to an instance, which the message names
    """


@backend_function
def fixed_ip_associate_pool(
    context: Context, network_id: int, instance_uuid: str | None = None, host: str | None = None
) -> str:
    """Claim a free fixed address of a network, the lowest id first.

    Two callers never get the same address, and a call fails only when no free address is left. A
    live row is free if it is not reserved and has neither an instance nor a host. Rows without a
    network are claimed when the network's own run out, and are assigned to it.

    :param network_id: the id of the network
    :param instance_uuid: the uuid of the instance; None or empty if a host claims it
    :param host: the host that claims it; if neither is given, the row stays free
    :returns: the address
    :raises AdminRequired: if the context is not an admin's
    :raises InvalidUUID: if instance_uuid is given and not canonical
    :raises NoMoreFixedIps: if none is free

    >>> network = db.network_create_safe(admin, {"cidr": "10.0.0.0/24"})
    >>> db.fixed_ip_bulk_create(
    ...     admin, [{"address": f"10.0.0.{n}", "network_id": network["id"]} for n in (2, 3)]
    ... )
    >>> server = db.instance_create(alice, {"project_id": "acme"})
    >>> db.fixed_ip_associate_pool(admin, network["id"], server["uuid"], host="host1")
    '10.0.0.2'
    """


@backend_function
def fixed_ip_bulk_create(context: Context, ips: Iterable[Values]) -> None:
    """Create fixed addresses, all or none.

    If one of them fails, addresses that were claimed in the meantime stay.

    :param ips: the columns of each row; read once
    :raises NotAuthorized: if the context is neither a user's nor an admin's

    >>> db.fixed_ip_bulk_create(admin, [{"address": f"10.0.0.{n}"} for n in range(2, 5)])
    >>> [row["address"] for row in db.fixed_ip_get_all(admin)]
    ['10.0.0.2', '10.0.0.3', '10.0.0.4']
    """


@backend_function
def fixed_ip_count_by_project(
    context: Context, project_id: str | None, session: object = None
) -> int:
    """Count the live fixed addresses of a project's instances, live or deleted.

    :param project_id: the project; None means rows without a project
    :param session: ignored; kept for callers that pass one
    :returns: the number
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's of
        another project
    """


@backend_function
def fixed_ip_create(context: Context, values: Values) -> str:
    """Create a fixed address.

    Addresses are not unique.

    :param values: columns and their values; keys that are not columns are ignored
    :returns: the address in its stored form
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def fixed_ip_disassociate(context: Context, address: str) -> None:
    """Clear the instance of a fixed address; the other columns stay unchanged.

    Follows read_deleted.

    :param address: the address as text
    :raises FixedIpNotFoundForAddress: if no visible row matches
    :raises InstanceNotFound: if the context is a user's and the instance of the address does not
        exist
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's and the
        instance is of another project

    >>> server = db.instance_create(alice, {"project_id": "acme"})
    >>> address = db.fixed_ip_create(
    ...     admin, {"address": "10.0.0.2", "instance_uuid": server["uuid"]}
    ... )
    >>> db.fixed_ip_disassociate(admin, address)
    >>> db.fixed_ip_get_by_address(admin, address)["instance_uuid"] is None
    True
    """


@backend_function
def fixed_ip_disassociate_all_by_timeout(context: Context, host: str, time: datetime | str) -> int:
    """Free the addresses of a host that are not allocated and not updated since a time.

    These are the addresses of networks that the host serves and, in multi_host networks, those of
    its instances, live or deleted. An address that is used again in the meantime is skipped.

    :param host: the name of the host
    :param time: the time, naive UTC
    :returns: the number of addresses freed
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def fixed_ip_get(context: Context, id: int, get_network: bool = False) -> FixedIpRow:
    """Return a fixed address by id.

    Follows read_deleted.

    :param id: the id
    :param get_network: whether to include the live network
    :returns: the row; with get_network, network is a row or None
    :raises FixedIpNotFound: if no visible row matches
    :raises InstanceNotFound: if the context is a user's and the instance of the address does not
        exist
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's and the
        instance is of another project
    """


@backend_function
def fixed_ip_get_all(context: Context) -> list[FixedIpRow]:
    """Return every fixed address, deleted or not.

    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    :raises NoFixedIpsDefined: if there is none
    """


@backend_function
def fixed_ip_get_by_address(context: Context, address: str) -> FixedIpRow:
    """Return a fixed address.

    Follows read_deleted; a live row is preferred to a deleted one.

    :param address: the address as text
    :returns: the row
    :raises FixedIpNotFoundForAddress: if no visible row matches
    :raises InstanceNotFound: if the context is a user's and the instance of the address does not
        exist
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's and the
        instance is of another project
    """


@backend_function
def fixed_ip_get_by_address_detailed(
    context: Context, address: str
) -> tuple[FixedIpRow, NetworkRow | None, InstanceRow | None]:
    """Return a fixed address, its network and its instance.

    The address follows read_deleted; the network and the instance may be deleted.

    :param address: the address as text
    :returns: the three rows; None for a missing network or instance
    :raises AdminRequired: if the context is not an admin's
    :raises FixedIpNotFoundForAddress: if no visible row matches
    """


@backend_function
def fixed_ip_get_by_floating_address(context: Context, floating_address: str) -> FixedIpRow | None:
    """Return the fixed address that a live floating address is associated with.

    Follows read_deleted.

    :param floating_address: the floating address
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def fixed_ip_get_by_host(context: Context, host: str) -> list[FixedIpRow]:
    """Return the fixed addresses of the live instances of a host.

    Follows read_deleted.

    :param host: the name of the host
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def fixed_ip_get_by_instance(context: Context, instance_uuid: str) -> list[FixedIpRow]:
    """Return the live fixed addresses of an instance.

    :param instance_uuid: the uuid of the instance
    :returns: the rows, ordered by id
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises FixedIpNotFoundForInstance: if there is none

    >>> server = db.instance_create(alice, {"project_id": "acme"})
    >>> _ = db.fixed_ip_create(admin, {"address": "10.0.0.2", "instance_uuid": server["uuid"]})
    >>> [row["address"] for row in db.fixed_ip_get_by_instance(alice, server["uuid"])]
    ['10.0.0.2']
    """


@backend_function
def fixed_ip_get_by_network_host(context: Context, network_uuid: int, host: str) -> FixedIpRow:
    """Return the live fixed address that a host itself uses in a network.

    :param network_uuid: the id (not the uuid) of the network
    :param host: the name of the host
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FixedIpNotFoundForNetworkHost: if there is none
    """


@backend_function
def fixed_ip_update(context: Context, address: str, values: Values) -> None:
    """Change a fixed address, in one write.

    Follows read_deleted.

    :param address: the address as text
    :param values: columns and their values; keys that are not columns are ignored
    :raises FixedIpNotFoundForAddress: if no visible row matches
    :raises InstanceNotFound: if the context is a user's and the instance of the address does not
        exist
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's and the
        instance is of another project
    """


@backend_function
def fixed_ips_by_virtual_interface(context: Context, vif_id: int) -> list[FixedIpRow]:
    """Return the live fixed addresses of a virtual interface.

    :param vif_id: the id of the interface
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """
