"""The contract of security group rules.

Bodies: ``nova_docdb/mongo/families/security_group_rules.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import (
    SecurityGroupDefaultRuleRow,
    SecurityGroupRuleRow,
    SecurityGroupRuleWithInstances,
)
from nova_docdb.db.values import Values


@backend_function
def security_group_default_rule_create(
    context: Context, values: Values
) -> SecurityGroupDefaultRuleRow:
    """Create a rule that is copied into every new default group.

    :param values: protocol, from_port, to_port, cidr
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def security_group_default_rule_destroy(
    context: Context, security_group_rule_default_id: int
) -> None:
    """Soft-delete a default rule; copies in existing groups stay.

    Follows read_deleted.

    :param security_group_rule_default_id: the id of the default rule
    :raises AdminRequired: if the context is not an admin's
    :raises SecurityGroupDefaultRuleNotFound: if no visible row matches
    """


@backend_function
def security_group_default_rule_get(
    context: Context, security_group_rule_default_id: int
) -> SecurityGroupDefaultRuleRow:
    """Return a default rule.

    Follows read_deleted.

    :param security_group_rule_default_id: the id of the default rule
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SecurityGroupDefaultRuleNotFound: if no visible row matches
    """


@backend_function
def security_group_default_rule_list(context: Context) -> list[SecurityGroupDefaultRuleRow]:
    """Return the default rules.

    Follows read_deleted.

    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_rule_count_by_group(context: Context, security_group_id: int) -> int:
    """Count the live rules of a security group.

    :param security_group_id: the id of the security group
    :returns: the number
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_rule_create(context: Context, values: Values) -> SecurityGroupRuleRow:
    """Create a rule of a security group.

    :param values: parent_group_id, protocol, from_port, to_port, and cidr or group_id
    :returns: the new row
    :raises NotAuthorized: if the context is neither a user's nor an admin's

    >>> group = db.security_group_create(alice, {"project_id": "acme", "name": "web"})
    >>> http = {"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr": "0.0.0.0/0"}
    >>> rule = db.security_group_rule_create(alice, {"parent_group_id": group["id"], **http})
    >>> db.security_group_get(alice, group["id"])["rules"][0]["to_port"]
    80
    """


@backend_function
def security_group_rule_destroy(context: Context, security_group_rule_id: int) -> None:
    """Soft-delete a rule.

    Follows read_deleted; of two concurrent calls, one succeeds.

    :param security_group_rule_id: the id of the rule
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SecurityGroupNotFoundForRule: if no visible row matches
    """


@backend_function
def security_group_rule_get(context: Context, security_group_rule_id: int) -> SecurityGroupRuleRow:
    """Return a rule.

    Follows read_deleted.

    :param security_group_rule_id: the id of the rule
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SecurityGroupNotFoundForRule: if no visible row matches
    """


@backend_function
def security_group_rule_get_by_security_group(
    context: Context, security_group_id: int
) -> list[SecurityGroupRuleWithInstances]:
    """Return the rules of a security group.

    Follows read_deleted.

    :param security_group_id: the id of the security group
    :returns: the rows with grantee_group, its instances, and the instances' system_metadata and
        info_cache
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_rule_get_by_security_group_grantee(
    context: Context, security_group_id: int
) -> list[SecurityGroupRuleRow]:
    """Return the rules, of any group, that grant access to a group.

    Follows read_deleted.

    :param security_group_id: the id of the security group
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """
