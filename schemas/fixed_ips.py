"""The table fixed_ips."""

from nova_docdb.schemas.base import KeyedSchema, Relation, ShardKey, TableMeta, index
from nova_docdb.schemas.columns import Boolean, Column, Integer, IPAddress, String


class FixedIp(KeyedSchema):
    """A fixed address of a network, free or in use."""

    class Meta(TableMeta):
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

    address: Column = IPAddress()
    network_id: Column = Integer()
    virtual_interface_id: Column = Integer()
    instance_uuid: Column = String(36)
    allocated: Column = Boolean(default=False)
    leased: Column = Boolean(default=False)
    reserved: Column = Boolean(default=False)
    host: Column = String(255)
