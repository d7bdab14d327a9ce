"""The table floating_ips."""

from nova_docdb.schemas.base import KeyedSchema, Relation, index, unique
from nova_docdb.schemas.columns import Boolean, Integer, IPAddress, String


class FloatingIp(KeyedSchema):
    """An address that moves between fixed addresses."""

    class Meta:
        """Keys, indexes and relations."""

        table = "floating_ips"
        unsharded = "address is unique, claimed by pool"
        listed = True
        indexes = (
            unique("address", "deleted"),
            index("pool", "deleted", "fixed_ip_id", "project_id", "id"),
            index("project_id", "deleted"),
            index("fixed_ip_id", "deleted"),
            index("host", "deleted"),
        )
        relations = (Relation("fixed_ip", "fixed_ips", "fixed_ip_id", "id", while_live=True),)

    address = IPAddress()
    fixed_ip_id = Integer()
    project_id = String(255)
    host = String(255)
    auto_assigned = Boolean(default=False)
    pool = String(255)
    interface = String(255)
