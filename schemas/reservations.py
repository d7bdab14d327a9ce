"""The table reservations."""

from nova_docdb.schemas.base import KeyedSchema, ShardKey, index
from nova_docdb.schemas.columns import DateTime, Integer, String


class Reservation(KeyedSchema):
    """A change of a usage that is neither committed nor rolled back."""

    class Meta:
        """Keys, indexes and relations."""

        table = "reservations"
        shard_key = ShardKey("uuid", "written and looked up by uuid")
        indexes = (
            index("uuid", "deleted"),
            index("project_id", "deleted"),
            index("deleted", "expire"),
        )

    uuid = String(36, nullable=False)
    usage_id = Integer(nullable=False)
    project_id = String(255)
    resource = String(255)
    delta = Integer(nullable=False)
    expire = DateTime()
