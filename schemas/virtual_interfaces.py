"""The table virtual_interfaces."""

from nova_docdb.schemas.base import KeyedSchema, index, unique
from nova_docdb.schemas.columns import Integer, String


class VirtualInterface(KeyedSchema):
    """A network card of an instance."""

    class Meta:
        """Keys, indexes and relations."""

        table = "virtual_interfaces"
        unsharded = "address is unique, asked for by instance and by network"
        indexes = (
            unique("address", present=("address",)),
            index("instance_uuid", "network_id"),
            index("uuid"),
        )

    address = String(255)
    network_id = Integer()
    instance_uuid = String(36)
    uuid = String(36)
