"""The contract of provider firewall rules.

Bodies: ``nova_docdb/mongo/families/provider_fw_rules.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import ProviderFirewallRuleRow
from nova_docdb.db.values import Values


@backend_function
def provider_fw_rule_create(context: Context, rule: Values) -> ProviderFirewallRuleRow:
    """Create a firewall rule for all hosts and instances.

    :param rule: protocol, from_port, to_port, cidr (IPv6 is stored in its canonical short form)
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def provider_fw_rule_destroy(context: Context, rule_id: int) -> None:
    """Soft-delete a firewall rule; no error if there is none.

    :param rule_id: the id of the rule
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def provider_fw_rule_get_all(context: Context) -> list[ProviderFirewallRuleRow]:
    """Return the firewall rules.

    Follows read_deleted.

    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """
