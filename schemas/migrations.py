"""The table migrations."""

from nova_docdb.schemas.base import KeyedSchema, Relation, index
from nova_docdb.schemas.columns import Integer, String


class Migration(KeyedSchema):
    """The move of an instance from one host to another, or its resize."""

    class Meta:
        """Keys, indexes and relations."""

        table = "migrations"
        unsharded = "updates name a row by its number"
        indexes = (
            index("instance_uuid", "status"),
            # The status keeps those that are over, most of a host's, out of the way.
            index("source_compute", "status", "source_node"),
            index("dest_compute", "status", "dest_node"),
        )
        relations = (Relation("instance", "instances", "instance_uuid", "uuid"),)

    source_compute = String(255)
    dest_compute = String(255)
    source_node = String(255)
    dest_node = String(255)
    dest_host = String(255)
    old_instance_type_id = Integer()
    new_instance_type_id = Integer()
    instance_uuid = String(36)
    status = String(255)
