"""The table volume_usage_cache."""

from nova_docdb.schemas.base import KeyedSchema, ShardKey, TableMeta, index, unique
from nova_docdb.schemas.columns import BigInteger, Column, DateTime, IntegerOrText, String


class VolumeUsage(KeyedSchema):
    """The I/O counters of a volume."""

    class Meta(TableMeta):
        table = "volume_usage_cache"
        shard_key = ShardKey("volume_id", "every update names the volume, which is the unique key")
        indexes = (
            unique("volume_id"),
            index("tot_last_refreshed"),
            index("curr_last_refreshed"),
        )

    volume_id: Column = String(36, nullable=False)
    instance_id: Column = IntegerOrText()
    tot_last_refreshed: Column = DateTime()
    tot_reads: Column = BigInteger(default=0)
    tot_read_bytes: Column = BigInteger(default=0)
    tot_writes: Column = BigInteger(default=0)
    tot_write_bytes: Column = BigInteger(default=0)
    curr_last_refreshed: Column = DateTime()
    curr_reads: Column = BigInteger(default=0)
    curr_read_bytes: Column = BigInteger(default=0)
    curr_writes: Column = BigInteger(default=0)
    curr_write_bytes: Column = BigInteger(default=0)
