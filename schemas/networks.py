"""The table networks."""

from nova_docdb.schemas.base import KeyedSchema, index, unique
from nova_docdb.schemas.columns import Boolean, Cidr, Integer, IPAddress, String


class Network(KeyedSchema):
    """A network of nova-network."""

    class Meta:
        """Keys, indexes and relations."""

        table = "networks"
        listed = True
        private = {  # noqa: RUF012
            "_only_of": "the project for which the network was claimed as its only one",
        }
        indexes = (
            unique("vlan", "deleted", present=("vlan",)),
            unique("_only_of", present=("_only_of",)),
            index("project_id", "deleted", "id"),
            index("uuid", "deleted"),
            index("host", "deleted"),
            # Whose addresses the hosts of their instances time out.
            index("multi_host"),
            index("cidr", "deleted"),
            index("cidr_v6", "deleted"),
        )

    label = String(255)
    injected = Boolean(default=False)
    cidr = Cidr()
    cidr_v6 = Cidr()
    multi_host = Boolean(default=False)
    gateway_v6 = IPAddress()
    netmask_v6 = IPAddress()
    netmask = IPAddress()
    bridge = String(255)
    bridge_interface = String(255)
    gateway = IPAddress()
    broadcast = IPAddress()
    dns1 = IPAddress()
    dns2 = IPAddress()
    vlan = Integer()
    vpn_public_address = IPAddress()
    vpn_public_port = Integer()
    vpn_private_address = IPAddress()
    dhcp_start = IPAddress()
    rxtx_base = Integer()
    project_id = String(255)
    priority = Integer()
    host = String(255)
    uuid = String(36)
