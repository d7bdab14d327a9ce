"""The tables console_pools and consoles."""

from nova_docdb.schemas.base import KeyedSchema, Relation, TableMeta, index
from nova_docdb.schemas.columns import Column, Integer, IPAddress, String


class ConsolePool(KeyedSchema):
    """The consoles that one proxy host serves for one compute host."""

    class Meta(TableMeta):
        table = "console_pools"
        indexes = (index("host", "console_type", "deleted"),)
        relations = (Relation("consoles", "consoles", "id", "pool_id", many=True, live=False),)

    address: Column = IPAddress()
    username: Column = String(255)
    password: Column = String(255)
    console_type: Column = String(255)
    public_hostname: Column = String(255)
    host: Column = String(255)
    compute_host: Column = String(255)


class Console(KeyedSchema):
    """A console of an instance."""

    class Meta(TableMeta):
        table = "consoles"
        indexes = (
            index("instance_uuid"),
            index("pool_id"),
        )
        relations = (Relation("pool", "console_pools", "pool_id", "id", live=False),)

    instance_name: Column = String(255)
    instance_uuid: Column = String(36)
    password: Column = String(255)
    port: Column = Integer()
    pool_id: Column = Integer()
