"""The tables security_group_rules and security_group_default_rules."""

from nova_docdb.schemas.base import KeyedSchema, Relation, TableMeta, index
from nova_docdb.schemas.columns import Cidr, Column, Integer, String


class SecurityGroupRule(KeyedSchema):
    """A rule of a security group, which allows traffic from a network or a group's members."""

    class Meta(TableMeta):
        table = "security_group_rules"
        indexes = (
            index("parent_group_id", "deleted"),
            index("group_id", "deleted"),
        )
        relations = (
            Relation(
                "grantee_group", "security_groups", "group_id", "id", live=False, while_live=True
            ),
        )

    parent_group_id: Column = Integer()
    protocol: Column = String(5)
    from_port: Column = Integer()
    to_port: Column = Integer()
    cidr: Column = Cidr()
    group_id: Column = Integer()


class SecurityGroupDefaultRule(KeyedSchema):
    """A rule that is copied into every new default group."""

    class Meta(TableMeta):
        table = "security_group_default_rules"
        listed = True
        shadow = False

    protocol: Column = String(5)
    from_port: Column = Integer()
    to_port: Column = Integer()
    cidr: Column = Cidr()
