"""The tables instance_types, instance_type_projects and instance_type_extra_specs."""

from marshmallow import fields

from nova_docdb.schemas.base import (
    Indexes,
    KeyedSchema,
    Purposes,
    Relation,
    Relations,
    TableMeta,
    index,
    unique,
)
from nova_docdb.schemas.columns import Boolean, Column, Float, Integer, String


class InstanceType(KeyedSchema):
    """A flavor."""

    class Meta(TableMeta):
        """Keys, indexes and relations."""

        table = "instance_types"
        listed = True
        private: Purposes = {"_held": "changes when a transaction locks the row"}
        indexes: Indexes = (
            unique("name", "deleted"),
            unique("flavorid", "deleted"),
        )
        relations: Relations = (
            Relation(
                "extra_specs", "instance_type_extra_specs", "id", "instance_type_id", many=True
            ),
        )

    extra_specs = fields.Dict()
    name: Column = String(255)
    memory_mb: Column = Integer(nullable=False)
    vcpus: Column = Integer(nullable=False)
    root_gb: Column = Integer()
    ephemeral_gb: Column = Integer()
    flavorid: Column = String(255)
    swap: Column = Integer(nullable=False, default=0)
    rxtx_factor: Column = Float(default=1.0)
    vcpu_weight: Column = Integer()
    disabled: Column = Boolean(default=False)
    is_public: Column = Boolean(default=True)


class InstanceTypeProject(KeyedSchema):
    """A project's access to a private flavor."""

    class Meta(TableMeta):
        """Keys, indexes and relations."""

        table = "instance_type_projects"
        indexes: Indexes = (
            unique("instance_type_id", "project_id", "deleted"),
            index("project_id", "deleted"),
        )

    instance_type_id: Column = Integer(nullable=False)
    project_id: Column = String(255)


class InstanceTypeExtraSpec(KeyedSchema):
    """An extra spec of a flavor."""

    class Meta(TableMeta):
        """Keys, indexes and relations."""

        table = "instance_type_extra_specs"
        indexes: Indexes = (unique("instance_type_id", "key", "deleted"),)

    key: Column = String(255)
    value: Column = String(255)
    instance_type_id: Column = Integer(nullable=False)
