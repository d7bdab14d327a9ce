"""The table migrations."""

from nova_docdb.schemas.base import KeyedSchema, Relation, TableMeta, index
from nova_docdb.schemas.columns import Column, Integer, String


class Migration(KeyedSchema):
    """The move of an instance from one host to another, or its resize."""

    class Meta(TableMeta):
        table = "migrations"
        unsharded = "rows are updated by id"
        indexes = (
            index("instance_uuid", "status"),
            # The status excludes finished migrations, which are most of a host's.
            index("source_compute", "status", "source_node"),
            index("dest_compute", "status", "dest_node"),
        )
        relations = (Relation("instance", "instances", "instance_uuid", "uuid"),)

    source_compute: Column = String(255)
    dest_compute: Column = String(255)
    source_node: Column = String(255)
    dest_node: Column = String(255)
    dest_host: Column = String(255)
    old_instance_type_id: Column = Integer()
    new_instance_type_id: Column = Integer()
    instance_uuid: Column = String(36)
    status: Column = String(255)
