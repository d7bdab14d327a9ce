"""The contract of networks.

Bodies: ``nova_docdb/mongo/families/networks.py``.
"""

from __future__ import annotations

from collections.abc import Iterable

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import AssociatedFixedIp, NetworkRow
from nova_docdb.db.values import Values


@backend_function
def network_associate(
    context: Context, project_id: str, network_id: int | None = None, force: bool = False
) -> NetworkRow:
    """Associate a network with a project.

    A free network is associated with one project only. Without force, two concurrent calls for the
    same project associate one network.

    :param project_id: the project
    :param network_id: the network; None means any free one, the lowest id first
    :param force: whether to associate another network if the project already has one
    :returns: the row of the network; without force the one that the project already has
    :raises AdminRequired: if the context is not an admin's
    :raises NoMoreNetworks: if none is free, or network_id is not free
    """


@backend_function
def network_count_reserved_ips(context: Context, network_id: int) -> int:
    """Count the reserved live addresses of a network.

    :param network_id: the id of the network
    :returns: the number
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def network_create_safe(context: Context, values: Values) -> NetworkRow:
    """Create a network.

    Of two concurrent calls with the same vlan, one succeeds.

    :param values: the columns of networks; uuid is generated if missing
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    :raises DuplicateVlan: if a live network already has the vlan

    >>> network = db.network_create_safe(admin, {"cidr": "10.0.0.0/24", "vlan": 7})
    >>> network["id"], network["cidr"]
    (1, '10.0.0.0/24')
    >>> db.network_create_safe(admin, {"cidr": "10.0.1.0/24", "vlan": 7})
    Traceback (most recent call last):
    nova_docdb.exception.DuplicateVlan: Detected existing vlan with id 7
    """


@backend_function
def network_delete_safe(context: Context, network_id: int) -> None:
    """Delete a network permanently and soft-delete its addresses.

    Either all of that happens, or nothing if an address is allocated in the meantime. Follows
    read_deleted.

    :param network_id: the id of the network
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkInUse: if a live address of it is allocated
    :raises NetworkNotFound: if no visible row matches
    """


@backend_function
def network_disassociate(
    context: Context,
    network_id: int,
    disassociate_host: bool = True,
    disassociate_project: bool = True,
) -> None:
    """Clear the host of a network, its project or both.

    Follows read_deleted.

    :param network_id: the id of the network
    :param disassociate_host: whether to clear the host
    :param disassociate_project: whether to clear the project
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFound: if no visible row matches
    """


@backend_function
def network_get(
    context: Context, network_id: int, project_only: bool | str = "allow_none"
) -> NetworkRow:
    """Return a network.

    Follows read_deleted.

    :param network_id: the id of the network
    :param project_only: which networks a user sees: True their own project's, "allow_none" also
        those without a project, False all
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises NetworkNotFound: if no visible row matches

    >>> network = db.network_create_safe(admin, {"label": "private", "project_id": "acme"})
    >>> db.network_get(alice, network["id"])["label"]
    'private'
    """


@backend_function
def network_get_all(context: Context) -> list[NetworkRow]:
    """Return the live networks of all projects.

    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises NoNetworksFound: if there is none
    """


@backend_function
def network_get_all_by_host(context: Context, host: str) -> list[NetworkRow]:
    """Return the live networks that a host serves.

    These are the networks whose host it is, those with an address assigned to it, and those of its
    instances' virtual interfaces. The addresses follow read_deleted.

    :param host: the name of the host
    :returns: the rows, without duplicates
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def network_get_all_by_instance(context: Context, instance_id: str | int) -> list[NetworkRow]:
    """Return the live networks in which an instance has a live address.

    :param instance_id: the uuid of the instance, or its id
    :returns: the rows, without duplicates
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFoundForInstance: if there is none
    """


@backend_function
def network_get_all_by_uuids(
    context: Context, network_uuids: Iterable[str], project_only: bool | str = "allow_none"
) -> list[NetworkRow]:
    """Return live networks by uuid.

    :param network_uuids: their uuids
    :param project_only: which networks a user sees: True their own project's, "allow_none" also
        those without a project, False all
    :returns: the rows, without duplicates
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises NoNetworksFound: if none is found
    :raises NetworkNotFoundForProject: if one is missing and project_only is set
    :raises NetworkNotFound: if one is missing and project_only is not set
    """


@backend_function
def network_get_associated_fixed_ips(
    context: Context, network_id: int, host: str | None = None
) -> list[AssociatedFixedIp]:
    """Return the addresses of a network that are in use.

    An address is in use if a live virtual interface of a live instance has it. DHCP and DNS files
    are generated from this list.

    :param network_id: the id of the network
    :param host: only addresses of instances on this host
    :returns: dicts with address, instance_uuid, network_id, vif_id, vif_address, instance_hostname,
        instance_updated, instance_created, allocated and leased
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def network_get_by_cidr(context: Context, cidr: str) -> NetworkRow:
    """Return the live network with a CIDR, IPv4 or IPv6.

    :param cidr: the CIDR
    :returns: the row
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFoundForCidr: if there is none
    """


@backend_function
def network_get_by_uuid(context: Context, uuid: str) -> NetworkRow:
    """Return a live network.

    :param uuid: the uuid
    :returns: the row
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFoundForUUID: if there is none
    """


@backend_function
def network_in_use_on_host(context: Context, network_id: int, host: str | None = None) -> bool:
    """Return whether network_get_associated_fixed_ips returns any address.

    :param network_id: the id of the network
    :param host: only instances on this host
    :returns: True or False
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def network_set_host(context: Context, network_id: int, host_id: str) -> str:
    """Set the host of a network, unless it has one.

    Of concurrent calls one sets the host, and all return it.

    :param network_id: the id of the network
    :param host_id: the name of the host
    :returns: the host of the network after the call
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFound: if no such live network exists
    """


@backend_function
def network_update(context: Context, network_id: int, values: Values) -> NetworkRow:
    """Change a network; a user can change their own project's and those without a project.

    Follows read_deleted.

    :param network_id: the id of the network
    :param values: columns and their values; keys that are not columns are ignored
    :returns: the changed row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises NetworkNotFound: if no visible row matches
    :raises DuplicateVlan: if another live network has the vlan; nothing is changed then
    """


@backend_function
def project_get_networks(
    context: Context, project_id: str | None, associate: bool = True
) -> list[NetworkRow]:
    """Return the live networks of a project.

    :param project_id: the project; None means rows without a project
    :param associate: whether to associate one if the project has none
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises AdminRequired: if one must be associated and the context is a user's
    :raises NoMoreNetworks: if one must be associated and none is free

    >>> network = db.network_create_safe(admin, {"label": "private"})
    >>> [found["label"] for found in db.project_get_networks(admin, "acme")]  # takes a free one
    ['private']
    >>> db.network_get(admin, network["id"])["project_id"]
    'acme'
    """
