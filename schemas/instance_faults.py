"""The table instance_faults."""

from nova_docdb.schemas.base import KeyedSchema, ShardKey, index
from nova_docdb.schemas.columns import Integer, String, Text


class InstanceFault(KeyedSchema):
    """A fault of an instance."""

    class Meta:
        """Keys, indexes and relations."""

        table = "instance_faults"
        shard_key = ShardKey("instance_uuid", "read by instance, never changed")
        indexes = (index("instance_uuid", "deleted"),)

    instance_uuid = String(36)
    code = Integer(nullable=False)
    message = String(255)
    details = Text()
    host = String(255)
