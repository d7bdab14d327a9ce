"""The tables console_pools and consoles."""

from nova_docdb.schemas.base import KeyedSchema, Relation, index
from nova_docdb.schemas.columns import Integer, IPAddress, String


class ConsolePool(KeyedSchema):
    """The consoles that one proxy host serves for one compute host."""

    class Meta:
        """Keys, indexes and relations."""

        table = "console_pools"
        indexes = (index("host", "console_type"),)
        relations = (Relation("consoles", "consoles", "id", "pool_id", many=True, live=False),)

    address = IPAddress()
    username = String(255)
    password = String(255)
    console_type = String(255)
    public_hostname = String(255)
    host = String(255)
    compute_host = String(255)


class Console(KeyedSchema):
    """A console of an instance."""

    class Meta:
        """Keys, indexes and relations."""

        table = "consoles"
        indexes = (
            index("instance_uuid"),
            index("pool_id"),
        )
        relations = (Relation("pool", "console_pools", "pool_id", "id", live=False),)

    instance_name = String(255)
    instance_uuid = String(36)
    password = String(255)
    port = Integer()
    pool_id = Integer()
