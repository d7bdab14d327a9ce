"""The table floating_ips."""

from nova_docdb.schemas.base import KeyedSchema, Relation, TableMeta, index, unique
from nova_docdb.schemas.columns import Boolean, Column, Integer, IPAddress, String


class FloatingIp(KeyedSchema):
    """A floating address, which can be associated with a fixed address."""

    class Meta(TableMeta):
        table = "floating_ips"
        unsharded = "address is unique; rows are claimed by pool"
        listed = True
        indexes = (
            unique("address", "deleted"),
            index("pool", "deleted", "fixed_ip_id", "project_id", "id"),
            index("project_id", "deleted"),
            index("fixed_ip_id", "deleted"),
            index("host", "deleted"),
        )
        relations = (Relation("fixed_ip", "fixed_ips", "fixed_ip_id", "id", while_live=True),)

    address: Column = IPAddress()
    fixed_ip_id: Column = Integer()
    project_id: Column = String(255)
    host: Column = String(255)
    auto_assigned: Column = Boolean(default=False)
    pool: Column = String(255)
    interface: Column = String(255)
