"""The contract of EC2 ids and S3 images.

Bodies: ``nova_docdb/mongo/families/ec2_ids.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import (
    InstanceIdMappingRow,
    S3ImageRow,
    SnapshotIdMappingRow,
    VolumeIdMappingRow,
)


@backend_function
def ec2_instance_create(
    context: Context, instance_uuid: str, id: int | None = None
) -> InstanceIdMappingRow:
    """Create the EC2 id of an instance.

    A uuid gets one EC2 id, also under concurrent calls.

    :param instance_uuid: the uuid of the instance
    :param id: the EC2 id to use; None returns the existing one, or allocates the next
    :returns: the row of the mapping
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises DBDuplicateEntry: if that EC2 id is taken
    :raises DBError: if the uuid is None
    """


@backend_function
def ec2_snapshot_create(
    context: Context, snapshot_id: str, forced_id: int | None = None
) -> SnapshotIdMappingRow:
    """Create the EC2 id of a snapshot.

    A uuid gets one EC2 id, also under concurrent calls.

    :param snapshot_id: the uuid of the snapshot
    :param forced_id: the EC2 id to use; None allocates the next
    :returns: the row of the mapping
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises DBDuplicateEntry: if that EC2 id is taken
    :raises DBError: if the uuid is None
    """


@backend_function
def ec2_volume_create(
    context: Context, volume_id: str, forced_id: int | None = None
) -> VolumeIdMappingRow:
    """Create the EC2 id of a volume.

    A uuid gets one EC2 id, also under concurrent calls.

    :param volume_id: the uuid of the volume
    :param forced_id: the EC2 id to use; None allocates the next
    :returns: the row of the mapping
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises DBDuplicateEntry: if that EC2 id is taken
    :raises DBError: if the uuid is None
    """


@backend_function
def get_ec2_instance_id_by_uuid(context: Context, instance_id: str) -> int:
    """Return the EC2 id of an instance.

    :param instance_id: the uuid of the instance
    :returns: the EC2 id, the lowest if there are several
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceNotFound: if it has none
    """


@backend_function
def get_ec2_snapshot_id_by_uuid(context: Context, snapshot_id: str) -> int:
    """Return the EC2 id of a snapshot.

    :param snapshot_id: the uuid of the snapshot
    :returns: the EC2 id, the lowest if there are several
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SnapshotNotFound: if it has none
    """


@backend_function
def get_ec2_volume_id_by_uuid(context: Context, volume_id: str) -> int:
    """Return the EC2 id of a volume.

    :param volume_id: the uuid of the volume
    :returns: the EC2 id, the lowest if there are several
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises VolumeNotFound: if it has none
    """


@backend_function
def get_instance_uuid_by_ec2_id(context: Context, ec2_id: int) -> str:
    """Return the uuid of the instance with an EC2 id.

    :param ec2_id: the EC2 id
    :returns: the uuid
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceNotFound: if there is none
    """


@backend_function
def get_snapshot_uuid_by_ec2_id(context: Context, ec2_id: int) -> str:
    """Return the uuid of the snapshot with an EC2 id.

    :param ec2_id: the EC2 id
    :returns: the uuid
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SnapshotNotFound: if there is none
    """


@backend_function
def get_volume_uuid_by_ec2_id(context: Context, ec2_id: int) -> str:
    """Return the uuid of the volume with an EC2 id.

    :param ec2_id: the EC2 id
    :returns: the uuid
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises VolumeNotFound: if there is none
    """


@backend_function
def s3_image_create(context: Context, image_uuid: str) -> S3ImageRow:
    """Create the EC2 id of an image.

    The context is not checked; a uuid gets one EC2 id, also under concurrent calls.

    :param image_uuid: the uuid of the image
    :returns: the row
    :raises DBError: if the uuid cannot be stored
    """


@backend_function
def s3_image_get(context: Context, image_id: int) -> S3ImageRow:
    """Return the image with an EC2 id.

    The context is not checked.

    :param image_id: the EC2 id
    :returns: the row
    :raises ImageNotFound: if there is none
    """


@backend_function
def s3_image_get_by_uuid(context: Context, image_uuid: str) -> S3ImageRow:
    """Return the EC2 id of an image.

    The context is not checked.

    :param image_uuid: the uuid of the image
    :returns: the row
    :raises ImageNotFound: if there is none
    """
