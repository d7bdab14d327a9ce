"""The table fixed_ips."""

from nova_docdb.schemas.base import KeyedSchema, Relation, ShardKey, index
from nova_docdb.schemas.columns import Boolean, Integer, IPAddress, String


class FixedIp(KeyedSchema):
    """An address of a network, free or taken."""

    class Meta:
        """Keys, indexes and relations."""

        table = "fixed_ips"
        shard_key = ShardKey("network_id", "an address is claimed in its network")
        indexes = (
            index("network_id", "deleted", "reserved", "instance_uuid", "host", "id"),
            index("address", "deleted"),
            index("instance_uuid", "deleted"),
            index("virtual_interface_id", "deleted"),
            index("host", "deleted"),
        )
        relations = (
            Relation("network", "networks", "network_id", "id", while_live=True),
            Relation("instance", "instances", "instance_uuid", "uuid", while_live=True),
            Relation(
                "floating_ips", "floating_ips", "id", "fixed_ip_id", many=True, while_live=True
            ),
        )

    address = IPAddress()
    network_id = Integer()
    virtual_interface_id = Integer()
    instance_uuid = String(36)
    allocated = Boolean(default=False)
    leased = Boolean(default=False)
    reserved = Boolean(default=False)
    host = String(255)
