"""The table provider_fw_rules."""

from nova_docdb.schemas.base import KeyedSchema
from nova_docdb.schemas.columns import Cidr, Integer, String


class ProviderFirewallRule(KeyedSchema):
    """A firewall rule for all hosts and instances."""

    class Meta:
        """Keys, indexes and relations."""

        table = "provider_fw_rules"
        listed = True

    protocol = String(5)
    from_port = Integer()
    to_port = Integer()
    cidr = Cidr()
