"""The contract of virtual interfaces.

Bodies: ``nova_docdb/mongo/families/virtual_interfaces.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import VirtualInterfaceRow
from nova_docdb.db.values import Values


@backend_function
def virtual_interface_create(context: Context, values: Values) -> VirtualInterfaceRow:
    """Create a virtual interface.

    Of two concurrent calls with the same MAC address, one succeeds.

    :param values: address (the MAC address), network_id, instance_uuid, uuid
    :returns: the new row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises VirtualInterfaceCreateException: if the address or the id is taken

    >>> server = db.instance_create(alice, {"project_id": "acme"})
    >>> card = {"address": "02:16:3e:00:00:01", "network_id": 1, "instance_uuid": server["uuid"]}
    >>> _ = db.virtual_interface_create(alice, card)
    >>> [vif["address"] for vif in db.virtual_interface_get_by_instance(alice, server["uuid"])]
    ['02:16:3e:00:00:01']
    """


@backend_function
def virtual_interface_delete_by_instance(context: Context, instance_id: str) -> None:
    """Delete the virtual interfaces of an instance permanently; no error if there is none.

    :param instance_id: the uuid of the instance
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def virtual_interface_get(context: Context, vif_id: int) -> VirtualInterfaceRow | None:
    """Return a virtual interface, deleted or not.

    :param vif_id: the id of the interface
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def virtual_interface_get_all(context: Context) -> list[VirtualInterfaceRow]:
    """Return all virtual interfaces, deleted or not.

    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def virtual_interface_get_by_address(context: Context, address: str) -> VirtualInterfaceRow | None:
    """Return the virtual interface with a MAC address, deleted or not.

    :param address: the address as text
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def virtual_interface_get_by_instance(
    context: Context, instance_id: str
) -> list[VirtualInterfaceRow]:
    """Return the virtual interfaces of an instance, deleted or not.

    The instance follows read_deleted; a user sees only their own project's.

    :param instance_id: the uuid of the instance
    :returns: the rows, ordered by id
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceNotFound: if no such instance is visible
    """


@backend_function
def virtual_interface_get_by_instance_and_network(
    context: Context, instance_id: str, network_id: int
) -> VirtualInterfaceRow | None:
    """Return the virtual interface of an instance in a network, deleted or not.

    :param instance_id: the uuid of the instance
    :param network_id: the id of the network
    :returns: the row, the one with the lowest id if there are several, or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def virtual_interface_get_by_uuid(context: Context, vif_uuid: str) -> VirtualInterfaceRow | None:
    """Return a virtual interface, deleted or not.

    :param vif_uuid: the uuid of the interface
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """
