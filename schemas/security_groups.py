"""The tables security_groups and security_group_instance_association."""

from nova_docdb.schemas.base import KeyedSchema, Relation, TableMeta, Through, index, unique
from nova_docdb.schemas.columns import Column, Integer, String


class SecurityGroup(KeyedSchema):
    """A security group."""

    class Meta(TableMeta):
        table = "security_groups"
        listed = True
        indexes = (
            unique("project_id", "name", "deleted", present=("name",)),
            # The unique key omits rows without a name, so it cannot list a project's groups.
            index("project_id", "deleted"),
        )
        relations = (
            Relation("rules", "security_group_rules", "id", "parent_group_id", many=True),
            Relation(
                "instances",
                "instances",
                "id",
                "uuid",
                many=True,
                while_live=True,
                through=Through(
                    "security_group_instance_association", "security_group_id", "instance_uuid"
                ),
            ),
        )

    name: Column = String(255)
    description: Column = String(255)
    user_id: Column = String(255)
    project_id: Column = String(255)


class SecurityGroupInstanceAssociation(KeyedSchema):
    """An instance's membership in a security group."""

    class Meta(TableMeta):
        table = "security_group_instance_association"
        unsharded = "short rows, read by group as often as by instance"
        indexes = (
            index("instance_uuid", "deleted"),
            index("security_group_id", "deleted"),
        )

    security_group_id: Column = Integer()
    instance_uuid: Column = String(36)
