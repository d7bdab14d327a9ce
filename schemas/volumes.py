"""Tables that the volume service left behind: volumes, snapshots and iSCSI targets."""

from nova_docdb.schemas.base import KeyedSchema, UuidKeyedSchema
from nova_docdb.schemas.columns import DateTime, Integer, String


class Volume(UuidKeyedSchema):
    """Left over from the volume service: archived, and touched by no function."""

    class Meta:
        """Keys, indexes and relations."""

        table = "volumes"

    ec2_id = Integer()
    user_id = String(255)
    project_id = String(255)
    snapshot_id = String(36)
    host = String(255)
    size = Integer()
    availability_zone = String(255)
    instance_uuid = String(36)
    mountpoint = String(255)
    attach_time = DateTime()
    status = String(255)
    attach_status = String(255)
    scheduled_at = DateTime()
    launched_at = DateTime()
    terminated_at = DateTime()
    display_name = String(255)
    display_description = String(255)
    provider_location = String(255)
    provider_auth = String(255)
    volume_type_id = Integer()


class Snapshot(UuidKeyedSchema):
    """Left over from the volume service: archived, and touched by no function."""

    class Meta:
        """Keys, indexes and relations."""

        table = "snapshots"

    user_id = String(255)
    project_id = String(255)
    volume_id = String(36, nullable=False)
    status = String(255)
    progress = String(255)
    volume_size = Integer()
    display_name = String(255)
    display_description = String(255)


class IscsiTarget(KeyedSchema):
    """Left over from the volume service: archived, and touched by no function."""

    class Meta:
        """Keys, indexes and relations."""

        table = "iscsi_targets"

    target_num = Integer()
    host = String(255)
    volume_id = String(36)
