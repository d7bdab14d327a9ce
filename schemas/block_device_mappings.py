"""The table block_device_mapping."""

from nova_docdb.schemas.base import KeyedSchema, TableMeta, index, unique
from nova_docdb.schemas.columns import Boolean, Column, Integer, String, Text


class BlockDeviceMapping(KeyedSchema):
    """A block device of an instance."""

    class Meta(TableMeta):
        table = "block_device_mapping"
        unsharded = "_device and _virtual are unique; rows are updated by id"
        private = {
            "_device": "instance and device, on the row that was created or updated for them",
            "_virtual": "instance and swap or ephemeral disk, likewise",
        }
        indexes = (
            index("instance_uuid", "deleted", "device_name"),
            unique("_device", "deleted", present=("_device",)),
            unique("_virtual", "deleted", present=("_virtual",)),
        )

    instance_uuid: Column = String(36)
    device_name: Column = String(255, nullable=False)
    delete_on_termination: Column = Boolean(default=False)
    virtual_name: Column = String(255)
    snapshot_id: Column = String(36)
    volume_id: Column = String(36)
    volume_size: Column = Integer()
    no_device: Column = Boolean()
    connection_info: Column = Text()
