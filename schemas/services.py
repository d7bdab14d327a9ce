"""The table services."""

from nova_docdb.schemas.base import KeyedSchema, Relation, TableMeta, index
from nova_docdb.schemas.columns import Boolean, Column, Integer, String


class Service(KeyedSchema):
    """A service of Nova and its last report."""

    class Meta(TableMeta):
        table = "services"
        listed = True
        indexes = (
            index("host", "deleted"),
            index("topic", "deleted"),
        )
        relations = (Relation("compute_node", "compute_nodes", "id", "service_id", many=True),)

    host: Column = String(255)
    binary: Column = String(255)
    topic: Column = String(255)
    report_count: Column = Integer(nullable=False, default=0)
    disabled: Column = Boolean(default=False)
