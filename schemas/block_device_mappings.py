"""The table block_device_mapping."""

from nova_docdb.schemas.base import KeyedSchema, index, unique
from nova_docdb.schemas.columns import Boolean, Integer, String, Text


class BlockDeviceMapping(KeyedSchema):
    """A block device of an instance."""

    class Meta:
        """Keys, indexes and relations."""

        table = "block_device_mapping"
        unsharded = "_device and _virtual are unique; updates name a row by its number"
        private = {  # noqa: RUF012
            "_device": "instance and device, on the row that was made or updated for them",
            "_virtual": "instance and swap or ephemeral disk, likewise",
        }
        indexes = (
            index("instance_uuid", "device_name"),
            unique("_device", "deleted", present=("_device",)),
            unique("_virtual", "deleted", present=("_virtual",)),
        )

    instance_uuid = String(36)
    device_name = String(255, nullable=False)
    delete_on_termination = Boolean(default=False)
    virtual_name = String(255)
    snapshot_id = String(36)
    volume_id = String(36)
    volume_size = Integer()
    no_device = Boolean()
    connection_info = Text()
