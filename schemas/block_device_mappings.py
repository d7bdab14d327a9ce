"""The table block_device_mapping."""

from nova_docdb.schemas.base import KeyedSchema, index
from nova_docdb.schemas.columns import Boolean, Integer, String, Text


class BlockDeviceMapping(KeyedSchema):
    """A block device of an instance."""

    class Meta:
        """Keys, indexes and relations."""

        table = "block_device_mapping"
        indexes = (index("instance_uuid", "device_name"),)

    instance_uuid = String(36)
    device_name = String(255, nullable=False)
    delete_on_termination = Boolean(default=False)
    virtual_name = String(255)
    snapshot_id = String(36)
    volume_id = String(36)
    volume_size = Integer()
    no_device = Boolean()
    connection_info = Text()
