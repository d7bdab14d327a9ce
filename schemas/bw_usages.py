"""The table bw_usage_cache."""

from nova_docdb.schemas.base import KeyedSchema, ShardKey, unique
from nova_docdb.schemas.columns import BigInteger, DateTime, String


class BandwidthUsage(KeyedSchema):
    """The traffic of a network card in an audit period."""

    class Meta:
        """Keys, indexes and relations."""

        table = "bw_usage_cache"
        shard_key = ShardKey(
            "uuid", "every function names the instance; the unique key begins with it"
        )
        indexes = (unique("uuid", "start_period", "mac"),)

    uuid = String(36)
    mac = String(255)
    start_period = DateTime(nullable=False)
    last_refreshed = DateTime()
    bw_in = BigInteger()
    bw_out = BigInteger()
    last_ctr_in = BigInteger()
    last_ctr_out = BigInteger()
