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
    """Give a project a network.

    A free network goes to one project only; two callers for one project without force end with one
    network.

    :param project_id: the project
    :param network_id: the network that is wanted; None is any free one, the lowest id first
    :param force: whether the project gets a further one even if it has some
    :returns: the network's row; without force the one that the project has
    :raises AdminRequired: if the context is not an admin's
    :raises NoMoreNetworks: if none is free, or the one that is named is not
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

    Of two callers with one vlan one succeeds.

    :param values: the columns of networks; uuid is made when missing
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    :raises DuplicateVlan: if a live network has the vlan

    >>> network = db.network_create_safe(admin, {"cidr": "10.0.0.0/24", "vlan": 7})
    >>> network["id"], network["cidr"]
    (1, '10.0.0.0/24')
    >>> db.network_create_safe(admin, {"cidr": "10.0.1.0/24", "vlan": 7})
    Traceback (most recent call last):
    nova_docdb.exception.DuplicateVlan: Detected existing vlan with id 7
    """


@backend_function
def network_delete_safe(context: Context, network_id: int) -> None:
    """Remove a network for good and soft-delete its addresses.

    All of that happens, or nothing if one is allocated meanwhile. Follows read_deleted.

    :param network_id: the id of the network
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkInUse: if a live address of it is allocated
    :raises NetworkNotFound: if the context sees none
    """


@backend_function
def network_disassociate(
    context: Context,
    network_id: int,
    disassociate_host: bool = True,
    disassociate_project: bool = True,
) -> None:
    """Take a network away from its host, its project or both.

    Follows read_deleted.

    :param network_id: the id of the network
    :param disassociate_host: whether it loses its host
    :param disassociate_project: whether it loses its project
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFound: if the context sees none
    """


@backend_function
def network_get(
    context: Context, network_id: int, project_only: bool | str = "allow_none"
) -> NetworkRow:
    """Return a network.

    Follows read_deleted.

    :param network_id: the id of the network
    :param project_only: which ones a user sees: True the own project's, "allow_none" also those of
        none, False all
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises NetworkNotFound: if the context sees none

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

    These are its own, those with an address of it, and those of its instances' network cards. The
    addresses follow read_deleted.

    :param host: the name of the host
    :returns: the rows, each once
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def network_get_all_by_instance(context: Context, instance_id: str | int) -> list[NetworkRow]:
    """Return the live networks in which an instance has a live address.

    :param instance_id: the uuid of the instance, or its id
    :returns: the rows, each once
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFoundForInstance: if there is none
    """


@backend_function
def network_get_all_by_uuids(
    context: Context, network_uuids: Iterable[str], project_only: bool | str = "allow_none"
) -> list[NetworkRow]:
    """Return live networks.

    :param network_uuids: their uuids
    :param project_only: which ones a user sees: True the own project's, "allow_none" also those of
        none, False all
    :returns: the rows, each once
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

    That is: a live network card of a live instance has it; dhcp and dns files are made from this.

    :param network_id: the id of the network
    :param host: only those of instances on this host
    :returns: dicts with address, instance_uuid, network_id, vif_id, vif_address, instance_hostname,
        instance_updated, instance_created, allocated and leased
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def network_get_by_cidr(context: Context, cidr: str) -> NetworkRow:
    """Return the live network of a range, IPv4 or IPv6.

    :param cidr: the range
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
    """Tell whether network_get_associated_fixed_ips finds anything.

    :param network_id: the id of the network
    :param host: only instances on this host
    :returns: the answer
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def network_set_host(context: Context, network_id: int, host_id: str) -> str:
    """Give a network its host, unless it has one.

    Of many callers one wins and all get its host.

    :param network_id: the id of the network
    :param host_id: the name of the host
    :returns: the host that it has now
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFound: if there is no such live network
    """


@backend_function
def network_update(context: Context, network_id: int, values: Values) -> NetworkRow:
    """Change a network; a user one of the own project or of none.

    Follows read_deleted.

    :param network_id: the id of the network
    :param values: columns and their values; keys that are no columns are dropped
    :returns: the changed row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises NetworkNotFound: if the context sees none
    :raises DuplicateVlan: if another live network has the vlan; nothing is changed then
    """


@backend_function
def project_get_networks(
    context: Context, project_id: str | None, associate: bool = True
) -> list[NetworkRow]:
    """Return the live networks of a project.

    :param project_id: the project; None is the rows of no project
    :param associate: whether a project without one gets one
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises AdminRequired: if one has to be associated and the context is a user's
    :raises NoMoreNetworks: if one has to be associated and none is free

    >>> network = db.network_create_safe(admin, {"label": "private"})
    >>> [found["label"] for found in db.project_get_networks(admin, "acme")]  # takes a free one
    ['private']
    >>> db.network_get(admin, network["id"])["project_id"]
    'acme'
    """
