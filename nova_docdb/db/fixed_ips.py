"""The contract of fixed addresses.

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
    """Take a given address for an instance.

    Of two callers for one address one succeeds.

    :param address: the address as text
    :param instance_uuid: the uuid of the instance
    :param network_id: the network; rows of no network match too, and get it; None is only those
    :param reserved: whether the row must be a reserved one
    :returns: the address as it is stored
    :raises AdminRequired: if the context is not an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises FixedIpNotFoundForNetwork: if no live row matches
    :raises FixedIpAlreadyInUse: if it has an instance; the text names that one
    """


@backend_function
def fixed_ip_associate_pool(
    context: Context, network_id: int, instance_uuid: str | None = None, host: str | None = None
) -> str:
    """Take a free address of a network, the lowest id first.

    No address goes to two callers, and none is refused while a free one remains. Free is a live row
    that is not reserved and has neither instance nor host; rows of no network are taken when the
    network's own are gone, and get it.

    :param network_id: the id of the network
    :param instance_uuid: who takes it; None or empty with a host
    :param host: the host that takes it; with neither, the row stays free
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

    Where one of them is refused, an address that was given out in the meantime stays.

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

    :param project_id: the project; None is the rows of no project
    :param session: ignored; kept for callers that pass one
    :returns: the number
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another project
    """


@backend_function
def fixed_ip_create(context: Context, values: Values) -> str:
    """Create a fixed address.

    Addresses are not unique.

    :param values: columns and their values; keys that are no columns are dropped
    :returns: the address as it is stored
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def fixed_ip_disassociate(context: Context, address: str) -> None:
    """Take a fixed address away from its instance; nothing else of the row changes.

    Follows read_deleted.

    :param address: the address as text
    :raises FixedIpNotFoundForAddress: if the context sees none
    :raises InstanceNotFound: if a user asks and its instance is gone
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and its
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
    """Free the addresses of a host that are not allocated and were not touched since a moment.

    A host has the addresses of the networks that it serves and, in multi_host networks, those of
    its instances, live or deleted. An address that is used again meanwhile is left alone.

    :param host: the name of the host
    :param time: the moment, naive UTC
    :returns: the number of addresses freed
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def fixed_ip_get(context: Context, id: int, get_network: bool = False) -> FixedIpRow:
    """Return a fixed address by id.

    Follows read_deleted.

    :param id: the id
    :param get_network: whether the row shows its live network
    :returns: the row; with get_network, network is a row or None
    :raises FixedIpNotFound: if the context sees none
    :raises InstanceNotFound: if a user asks and its instance is gone
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and its
        instance is of another project
    """


@backend_function
def fixed_ip_get_all(context: Context) -> list[FixedIpRow]:
    """Return every fixed address, deleted ones too.

    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    :raises NoFixedIpsDefined: if there is none
    """


@backend_function
def fixed_ip_get_by_address(context: Context, address: str) -> FixedIpRow:
    """Return a fixed address.

    Follows read_deleted; live rows go before deleted ones.

    :param address: the address as text
    :returns: the row
    :raises FixedIpNotFoundForAddress: if the context sees none
    :raises InstanceNotFound: if a user asks and its instance is gone
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and its
        instance is of another project
    """


@backend_function
def fixed_ip_get_by_address_detailed(
    context: Context, address: str
) -> tuple[FixedIpRow, NetworkRow | None, InstanceRow | None]:
    """Return a fixed address, its network and its instance.

    The address follows read_deleted, the others may be deleted.

    :param address: the address as text
    :returns: the three rows; None for one that is not there
    :raises AdminRequired: if the context is not an admin's
    :raises FixedIpNotFoundForAddress: if the context sees none
    """


@backend_function
def fixed_ip_get_by_floating_address(context: Context, floating_address: str) -> FixedIpRow | None:
    """Return the fixed address that a live floating address leads to.

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
    :returns: the rows, by id
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

    :param network_uuid: the id of the network, in spite of its name
    :param host: the name of the host
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FixedIpNotFoundForNetworkHost: if there is none
    """


@backend_function
def fixed_ip_update(context: Context, address: str, values: Values) -> None:
    """Change the row of a fixed address, in one write.

    Follows read_deleted.

    :param address: the address as text
    :param values: columns and their values; keys that are no columns are dropped
    :raises FixedIpNotFoundForAddress: if the context sees none
    :raises InstanceNotFound: if a user asks and its instance is gone
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and its
        instance is of another project
    """


@backend_function
def fixed_ips_by_virtual_interface(context: Context, vif_id: int) -> list[FixedIpRow]:
    """Return the live fixed addresses of a network card.

    :param vif_id: the id of the interface
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """
