"""The table provider_fw_rules."""

from nova_docdb.schemas.base import KeyedSchema, TableMeta
from nova_docdb.schemas.columns import Cidr, Column, Integer, String


class ProviderFirewallRule(KeyedSchema):
    """A firewall rule for all hosts and instances."""

    class Meta(TableMeta):
        table = "provider_fw_rules"
        listed = True

    protocol: Column = String(5)
    from_port: Column = Integer()
    to_port: Column = Integer()
    cidr: Column = Cidr()
