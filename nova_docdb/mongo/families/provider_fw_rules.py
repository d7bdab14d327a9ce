"""The firewall rules for all hosts and instances.

    {_id: 1, protocol: "tcp", from_port: 22, to_port: 22, cidr: "10.0.0.0/8",
     created_at, updated_at, deleted_at, deleted: 0}

No key is unique. Every write is one update of one document.
"""

from __future__ import annotations

from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, table

RULES = table("provider_fw_rules")


@require_admin_context
def provider_fw_rule_create(context: Context, rule: Values) -> Row:
    return RULES.insert(rule)


@require_admin_context
def provider_fw_rule_destroy(context: Context, rule_id: int) -> None:
    RULES.soft_delete(RULES.equals({"id": rule_id}))


@require_admin_context
def provider_fw_rule_get_all(context: Context) -> list[Row]:
    return RULES.find(RULES.where_visible(context))
