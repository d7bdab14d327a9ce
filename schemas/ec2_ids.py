"""The tables instance_id_mappings, volume_id_mappings, snapshot_id_mappings and s3_images."""

from nova_docdb.schemas.base import Indexes, KeyedSchema, Purposes, TableMeta, index, unique
from nova_docdb.schemas.columns import Column, String


class InstanceIdMapping(KeyedSchema):
    """The EC2 id of the instance."""

    class Meta(TableMeta):
        """Keys, indexes and relations."""

        table = "instance_id_mappings"
        unsharded = "_on_demand is unique; rows are read by id and by uuid"
        private: Purposes = {"_on_demand": "the uuid, on the one row that was created on demand"}
        indexes: Indexes = (
            index("uuid"),
            unique("_on_demand", present=("_on_demand",)),
        )

    uuid: Column = String(36, nullable=False)


class VolumeIdMapping(KeyedSchema):
    """The EC2 id of the volume."""

    class Meta(TableMeta):
        """Keys, indexes and relations."""

        table = "volume_id_mappings"
        private: Purposes = {"_on_demand": "the uuid, on the one row that was created on demand"}
        indexes: Indexes = (
            index("uuid"),
            unique("_on_demand", present=("_on_demand",)),
        )

    uuid: Column = String(36, nullable=False)


class SnapshotIdMapping(KeyedSchema):
    """The EC2 id of the snapshot."""

    class Meta(TableMeta):
        """Keys, indexes and relations."""

        table = "snapshot_id_mappings"
        private: Purposes = {"_on_demand": "the uuid, on the one row that was created on demand"}
        indexes: Indexes = (
            index("uuid"),
            unique("_on_demand", present=("_on_demand",)),
        )

    uuid: Column = String(36, nullable=False)


class S3Image(KeyedSchema):
    """The EC2 id of the image."""

    class Meta(TableMeta):
        """Keys, indexes and relations."""

        table = "s3_images"
        private: Purposes = {"_on_demand": "the uuid, on the one row that was created on demand"}
        indexes: Indexes = (
            index("uuid"),
            unique("_on_demand", present=("_on_demand",)),
        )

    uuid: Column = String(36, nullable=False)
