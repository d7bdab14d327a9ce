"""The tables instance_types, instance_type_projects and instance_type_extra_specs."""

from nova_docdb.schemas.base import KeyedSchema, Relation, index, unique
from nova_docdb.schemas.columns import Boolean, Float, Integer, String


class InstanceType(KeyedSchema):
    """A flavor."""

    class Meta:
        """Keys, indexes and relations."""

        table = "instance_types"
        listed = True
        private = {"_held": "changes when a transaction holds the row"}  # noqa: RUF012
        indexes = (
            unique("name", "deleted"),
            unique("flavorid", "deleted"),
        )
        relations = (
            Relation(
                "extra_specs", "instance_type_extra_specs", "id", "instance_type_id", many=True
            ),
        )

    name = String(255)
    memory_mb = Integer(nullable=False)
    vcpus = Integer(nullable=False)
    root_gb = Integer()
    ephemeral_gb = Integer()
    flavorid = String(255)
    swap = Integer(nullable=False, default=0)
    rxtx_factor = Float(default=1.0)
    vcpu_weight = Integer()
    disabled = Boolean(default=False)
    is_public = Boolean(default=True)


class InstanceTypeProject(KeyedSchema):
    """The access of a project to a private flavor."""

    class Meta:
        """Keys, indexes and relations."""

        table = "instance_type_projects"
        indexes = (
            unique("instance_type_id", "project_id", "deleted"),
            index("project_id", "deleted"),
        )

    instance_type_id = Integer(nullable=False)
    project_id = String(255)


class InstanceTypeExtraSpec(KeyedSchema):
    """An extra spec of a flavor."""

    class Meta:
        """Keys, indexes and relations."""

        table = "instance_type_extra_specs"
        indexes = (unique("instance_type_id", "key", "deleted"),)

    key = String(255)
    value = String(255)
    instance_type_id = Integer(nullable=False)
