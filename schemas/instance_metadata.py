"""The tables instance_metadata and instance_system_metadata."""

from nova_docdb.schemas.base import KeyedSchema, ShardKey, TableMeta, index, unique
from nova_docdb.schemas.columns import Column, String


class InstanceMetadata(KeyedSchema):
    """A key and value of an instance's user metadata."""

    class Meta(TableMeta):
        table = "instance_metadata"
        shard_key = ShardKey("instance_uuid", "read and changed with its instance")
        indexes = (
            unique("instance_uuid", "key", "deleted"),
            index("key", "value", "deleted"),
        )

    key: Column = String(255)
    value: Column = String(255)
    instance_uuid: Column = String(36)


class InstanceSystemMetadata(KeyedSchema):
    """A key and value of an instance's system metadata."""

    class Meta(TableMeta):
        table = "instance_system_metadata"
        shard_key = ShardKey("instance_uuid", "read and changed with its instance")
        indexes = (unique("instance_uuid", "key", "deleted"),)

    key: Column = String(255, nullable=False)
    value: Column = String(255)
    instance_uuid: Column = String(36, nullable=False)
