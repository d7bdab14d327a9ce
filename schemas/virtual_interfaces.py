"""The table virtual_interfaces."""

from nova_docdb.schemas.base import KeyedSchema, TableMeta, index, unique
from nova_docdb.schemas.columns import Column, Integer, String


class VirtualInterface(KeyedSchema):
    """A virtual interface (VIF) of an instance."""

    class Meta(TableMeta):
        table = "virtual_interfaces"
        unsharded = "address is unique; rows are read by instance and by network"
        indexes = (
            unique("address", present=("address",)),
            index("instance_uuid", "network_id"),
            index("uuid"),
        )

    address: Column = String(255)
    network_id: Column = Integer()
    instance_uuid: Column = String(36)
    uuid: Column = String(36)
