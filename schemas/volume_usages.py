"""The table volume_usage_cache."""

from nova_docdb.schemas.base import KeyedSchema, ShardKey, index, unique
from nova_docdb.schemas.columns import BigInteger, DateTime, IntegerOrText, String


class VolumeUsage(KeyedSchema):
    """The reads and writes of a volume."""

    class Meta:
        """Keys, indexes and relations."""

        table = "volume_usage_cache"
        shard_key = ShardKey("volume_id", "every update names the volume, which is the unique key")
        indexes = (
            unique("volume_id"),
            index("tot_last_refreshed"),
            index("curr_last_refreshed"),
        )

    volume_id = String(36, nullable=False)
    instance_id = IntegerOrText()
    tot_last_refreshed = DateTime()
    tot_reads = BigInteger(default=0)
    tot_read_bytes = BigInteger(default=0)
    tot_writes = BigInteger(default=0)
    tot_write_bytes = BigInteger(default=0)
    curr_last_refreshed = DateTime()
    curr_reads = BigInteger(default=0)
    curr_read_bytes = BigInteger(default=0)
    curr_writes = BigInteger(default=0)
    curr_write_bytes = BigInteger(default=0)
