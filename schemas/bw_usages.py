"""The table bw_usage_cache."""

from nova_docdb.schemas.base import KeyedSchema, ShardKey, TableMeta, unique
from nova_docdb.schemas.columns import BigInteger, Column, DateTime, String


class BandwidthUsage(KeyedSchema):
    """The traffic of a virtual interface in an audit period."""

    class Meta(TableMeta):
        table = "bw_usage_cache"
        shard_key = ShardKey(
            "uuid", "every function names the instance; the unique key begins with it"
        )
        indexes = (unique("uuid", "start_period", "mac"),)

    uuid: Column = String(36)
    mac: Column = String(255)
    start_period: Column = DateTime(nullable=False)
    last_refreshed: Column = DateTime()
    bw_in: Column = BigInteger()
    bw_out: Column = BigInteger()
    last_ctr_in: Column = BigInteger()
    last_ctr_out: Column = BigInteger()
