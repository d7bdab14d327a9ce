"""The tables instance_id_mappings, volume_id_mappings, snapshot_id_mappings and s3_images."""

from nova_docdb.schemas.base import KeyedSchema, TableMeta, index, unique
from nova_docdb.schemas.columns import Column, String


class MappingMeta(TableMeta):
    """The keys and indexes of a table of EC2 ids."""

    private = {"_on_demand": "the uuid, on the one row that was created on demand"}
    indexes = (index("uuid"), unique("_on_demand", present=("_on_demand",)))


class MappingSchema(KeyedSchema):
    """A table of EC2 ids: the id of a row is the EC2 id of the uuid."""

    uuid: Column = String(36, nullable=False)


class InstanceIdMapping(MappingSchema):
    """The EC2 id of the instance."""

    class Meta(MappingMeta):
        table = "instance_id_mappings"
        unsharded = "_on_demand is unique; queried by id and by uuid"


class VolumeIdMapping(MappingSchema):
    """The EC2 id of the volume."""

    class Meta(MappingMeta):
        table = "volume_id_mappings"


class SnapshotIdMapping(MappingSchema):
    """The EC2 id of the snapshot."""

    class Meta(MappingMeta):
        table = "snapshot_id_mappings"


class S3Image(MappingSchema):
    """The EC2 id of the image."""

    class Meta(MappingMeta):
        table = "s3_images"
