"""The tables instance_metadata and instance_system_metadata."""

from nova_docdb.schemas.base import KeyedSchema, ShardKey, index, unique
from nova_docdb.schemas.columns import String


class InstanceMetadata(KeyedSchema):
    """A pair of an instance's user metadata."""

    class Meta:
        """Keys, indexes and relations."""

        table = "instance_metadata"
        shard_key = ShardKey("instance_uuid", "read and changed with its instance")
        indexes = (unique("instance_uuid", "key", "deleted"), index("key", "value"))

    key = String(255)
    value = String(255)
    instance_uuid = String(36)


class InstanceSystemMetadata(KeyedSchema):
    """A pair of an instance's system metadata."""

    class Meta:
        """Keys, indexes and relations."""

        table = "instance_system_metadata"
        shard_key = ShardKey("instance_uuid", "read and changed with its instance")
        indexes = (unique("instance_uuid", "key", "deleted"),)

    key = String(255, nullable=False)
    value = String(255)
    instance_uuid = String(36, nullable=False)
