"""The table networks."""

from nova_docdb.schemas.base import KeyedSchema, TableMeta, index, unique
from nova_docdb.schemas.columns import Boolean, Cidr, Column, Integer, IPAddress, String


class Network(KeyedSchema):
    """A network of nova-network."""

    class Meta(TableMeta):
        table = "networks"
        listed = True
        private = {
            "_only_of": "the project for which the network was claimed as its only one",
        }
        indexes = (
            unique("vlan", "deleted", present=("vlan",)),
            unique("_only_of", present=("_only_of",)),
            index("project_id", "deleted", "id"),
            index("uuid", "deleted"),
            index("host", "deleted"),
            # For networks whose addresses are timed out by the hosts of their instances.
            index("multi_host"),
            index("cidr", "deleted"),
            index("cidr_v6", "deleted"),
        )

    label: Column = String(255)
    injected: Column = Boolean(default=False)
    cidr: Column = Cidr()
    cidr_v6: Column = Cidr()
    multi_host: Column = Boolean(default=False)
    gateway_v6: Column = IPAddress()
    netmask_v6: Column = IPAddress()
    netmask: Column = IPAddress()
    bridge: Column = String(255)
    bridge_interface: Column = String(255)
    gateway: Column = IPAddress()
    broadcast: Column = IPAddress()
    dns1: Column = IPAddress()
    dns2: Column = IPAddress()
    vlan: Column = Integer()
    vpn_public_address: Column = IPAddress()
    vpn_public_port: Column = Integer()
    vpn_private_address: Column = IPAddress()
    dhcp_start: Column = IPAddress()
    rxtx_base: Column = Integer()
    project_id: Column = String(255)
    priority: Column = Integer()
    host: Column = String(255)
    uuid: Column = String(36)
