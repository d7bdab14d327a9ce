"""The table services."""

from nova_docdb.schemas.base import KeyedSchema, Relation, index
from nova_docdb.schemas.columns import Boolean, Integer, String


class Service(KeyedSchema):
    """A service of Nova and its last report."""

    class Meta:
        """Keys, indexes and relations."""

        table = "services"
        listed = True
        indexes = (
            index("host", "deleted"),
            index("topic", "deleted"),
        )
        relations = (Relation("compute_node", "compute_nodes", "id", "service_id", many=True),)

    host = String(255)
    binary = String(255)
    topic = String(255)
    report_count = Integer(nullable=False, default=0)
    disabled = Boolean(default=False)
