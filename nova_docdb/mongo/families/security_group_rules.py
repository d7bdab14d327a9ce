"""The rules of security groups, and the rules that every new default group starts with.

    security_group_rules: {_id: 1, parent_group_id: 1, protocol: "tcp", from_port: 80, to_port: 80,
                           cidr: "0.0.0.0/0", group_id: null, ..., deleted: 0}
    security_group_default_rules: {_id: 1, protocol, from_port, to_port, cidr, ..., deleted: 0}

A rule allows traffic from a network (cidr) or the members of a group (group_id). No key is unique,
and every write is one update of one document.
"""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.context import Context, require_admin_context, require_context
from nova_docdb.mongo.tables.relations import join
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

RULES = table("security_group_rules")
DEFAULT_RULES = table("security_group_default_rules")

MEMBERS = "grantee_group.instances"


@require_admin_context
def security_group_default_rule_create(context: Context, values: Values) -> Row:
    return DEFAULT_RULES.insert(values)


@require_admin_context
def security_group_default_rule_destroy(
    context: Context, security_group_rule_default_id: int
) -> None:
    where = DEFAULT_RULES.equals({"id": security_group_rule_default_id})
    if not DEFAULT_RULES.soft_delete(where, DEFAULT_RULES.where_visible(context)):
        raise exception.SecurityGroupDefaultRuleNotFound(rule_id=security_group_rule_default_id)


@require_context
def security_group_default_rule_get(context: Context, security_group_rule_default_id: int) -> Row:
    rule = DEFAULT_RULES.get(
        DEFAULT_RULES.where_visible(context, id=security_group_rule_default_id)
    )
    missing = exception.SecurityGroupDefaultRuleNotFound(rule_id=security_group_rule_default_id)
    return require(rule, missing)


@require_context
def security_group_default_rule_list(context: Context) -> list[Row]:
    return DEFAULT_RULES.find(DEFAULT_RULES.where_visible(context))


@require_context
def security_group_rule_count_by_group(context: Context, security_group_id: int) -> int:
    return RULES.count(RULES.where_live(parent_group_id=security_group_id))


@require_context
def security_group_rule_create(context: Context, values: Values) -> Row:
    return RULES.insert(values)


@require_context
def security_group_rule_destroy(context: Context, security_group_rule_id: int) -> None:
    where = RULES.equals({"id": security_group_rule_id})
    if not RULES.soft_delete(where, RULES.where_visible(context)):
        raise exception.SecurityGroupNotFoundForRule(rule_id=security_group_rule_id)


@require_context
def security_group_rule_get(context: Context, security_group_rule_id: int) -> Row:
    rule = RULES.get(RULES.where_visible(context, id=security_group_rule_id))
    missing = exception.SecurityGroupNotFoundForRule(rule_id=security_group_rule_id)
    return require(rule, missing)


@require_context
def security_group_rule_get_by_security_group(
    context: Context, security_group_id: int
) -> list[Row]:
    rules = RULES.find(RULES.where_visible(context, parent_group_id=security_group_id))
    return join(RULES, rules, f"{MEMBERS}.system_metadata", f"{MEMBERS}.info_cache")


@require_context
def security_group_rule_get_by_security_group_grantee(
    context: Context, security_group_id: int
) -> list[Row]:
    return RULES.find(RULES.where_visible(context, group_id=security_group_id))
