"""The table instance_faults."""

from nova_docdb.schemas.base import KeyedSchema, ShardKey, TableMeta, index
from nova_docdb.schemas.columns import Column, Integer, String, Text


class InstanceFault(KeyedSchema):
    """A fault of an instance."""

    class Meta(TableMeta):
        table = "instance_faults"
        shard_key = ShardKey("instance_uuid", "read by instance, never changed")
        indexes = (index("instance_uuid", "deleted"),)

    instance_uuid: Column = String(36)
    code: Column = Integer(nullable=False)
    message: Column = String(255)
    details: Column = Text()
    host: Column = String(255)
