"""The tables security_group_rules and security_group_default_rules."""

from nova_docdb.schemas.base import KeyedSchema, Relation, index
from nova_docdb.schemas.columns import Cidr, Integer, String


class SecurityGroupRule(KeyedSchema):
    """What a security group lets in: a network, or the members of a group."""

    class Meta:
        """Keys, indexes and relations."""

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

    parent_group_id = Integer()
    protocol = String(5)
    from_port = Integer()
    to_port = Integer()
    cidr = Cidr()
    group_id = Integer()


class SecurityGroupDefaultRule(KeyedSchema):
    """A rule that every new default group starts with."""

    class Meta:
        """Keys, indexes and relations."""

        table = "security_group_default_rules"
        listed = True
        shadow = False

    protocol = String(5)
    from_port = Integer()
    to_port = Integer()
    cidr = Cidr()
