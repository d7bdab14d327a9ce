"""The table reservations."""

from nova_docdb.schemas.base import KeyedSchema, ShardKey, TableMeta, index
from nova_docdb.schemas.columns import Column, DateTime, Integer, String


class Reservation(KeyedSchema):
    """A reservation: a change of a usage that is not yet committed or rolled back."""

    class Meta(TableMeta):
        table = "reservations"
        shard_key = ShardKey("uuid", "written and looked up by uuid")
        indexes = (
            index("uuid", "deleted"),
            index("project_id", "deleted"),
            index("deleted", "expire"),
        )

    uuid: Column = String(36, nullable=False)
    usage_id: Column = Integer(nullable=False)
    project_id: Column = String(255)
    resource: Column = String(255)
    delta: Column = Integer(nullable=False)
    expire: Column = DateTime()
