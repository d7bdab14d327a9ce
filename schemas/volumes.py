"""Unused tables of the former volume service: volumes, snapshots and iSCSI targets."""

from nova_docdb.schemas.base import KeyedSchema, TableMeta, UuidKeyedSchema
from nova_docdb.schemas.columns import Column, DateTime, Integer, String


class Volume(UuidKeyedSchema):
    """An unused row of the former volume service: it is archived, but no function uses it."""

    class Meta(TableMeta):
        table = "volumes"

    ec2_id: Column = Integer()
    user_id: Column = String(255)
    project_id: Column = String(255)
    snapshot_id: Column = String(36)
    host: Column = String(255)
    size: Column = Integer()
    availability_zone: Column = String(255)
    instance_uuid: Column = String(36)
    mountpoint: Column = String(255)
    attach_time: Column = DateTime()
    status: Column = String(255)
    attach_status: Column = String(255)
    scheduled_at: Column = DateTime()
    launched_at: Column = DateTime()
    terminated_at: Column = DateTime()
    display_name: Column = String(255)
    display_description: Column = String(255)
    provider_location: Column = String(255)
    provider_auth: Column = String(255)
    volume_type_id: Column = Integer()


class Snapshot(UuidKeyedSchema):
    """An unused row of the former volume service: it is archived, but no function uses it."""

    class Meta(TableMeta):
        table = "snapshots"

    user_id: Column = String(255)
    project_id: Column = String(255)
    volume_id: Column = String(36, nullable=False)
    status: Column = String(255)
    progress: Column = String(255)
    volume_size: Column = Integer()
    display_name: Column = String(255)
    display_description: Column = String(255)


class IscsiTarget(KeyedSchema):
    """An unused row of the former volume service: it is archived, but no function uses it."""

    class Meta(TableMeta):
        table = "iscsi_targets"

    target_num: Column = Integer()
    host: Column = String(255)
    volume_id: Column = String(36)
