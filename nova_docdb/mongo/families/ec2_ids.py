"""EC2 ids: integers for uuids of instances, volumes, snapshots and s3 images.

    instance_id_mappings: {_id: 1, uuid: "...", _on_demand: "...",
                           created_at, updated_at, deleted_at, deleted: 0}
    volume_id_mappings, snapshot_id_mappings, s3_images: the same

The EC2 id is the id of the row, allocated as for every table (see ``ids``). The first lookup of a
uuid creates its row: a unique key over the private field ``_on_demand`` refuses a second one. A
caller that chooses the id creates another row for the uuid, without that field, and so does an
import: SQL has no such key. Lookups by uuid return the lowest id.
"""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.context import Context, require_context
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Table, require, table

INSTANCE_MAPPINGS = table("instance_id_mappings")
VOLUME_MAPPINGS = table("volume_id_mappings")
SNAPSHOT_MAPPINGS = table("snapshot_id_mappings")
S3_IMAGES = table("s3_images")


@require_context
def ec2_instance_create(context: Context, instance_uuid: str, id: int | None = None) -> Row:
    return ec2_id_row(INSTANCE_MAPPINGS, instance_uuid, id)


@require_context
def ec2_snapshot_create(context: Context, snapshot_id: str, forced_id: int | None = None) -> Row:
    return ec2_id_row(SNAPSHOT_MAPPINGS, snapshot_id, forced_id)


@require_context
def ec2_volume_create(context: Context, volume_id: str, forced_id: int | None = None) -> Row:
    return ec2_id_row(VOLUME_MAPPINGS, volume_id, forced_id)


@require_context
def get_ec2_instance_id_by_uuid(context: Context, instance_id: str) -> int:
    missing = exception.InstanceNotFound(instance_id=instance_id)
    return int(require(_row_by_uuid(INSTANCE_MAPPINGS, instance_id), missing)["id"])


@require_context
def get_ec2_snapshot_id_by_uuid(context: Context, snapshot_id: str) -> int:
    missing = exception.SnapshotNotFound(snapshot_id=snapshot_id)
    return int(require(_row_by_uuid(SNAPSHOT_MAPPINGS, snapshot_id), missing)["id"])


@require_context
def get_ec2_volume_id_by_uuid(context: Context, volume_id: str) -> int:
    missing = exception.VolumeNotFound(volume_id=volume_id)
    return int(require(_row_by_uuid(VOLUME_MAPPINGS, volume_id), missing)["id"])


@require_context
def get_instance_uuid_by_ec2_id(context: Context, ec2_id: int) -> str:
    missing = exception.InstanceNotFound(instance_id=ec2_id)
    return str(require(_row_by_id(INSTANCE_MAPPINGS, ec2_id), missing)["uuid"])


@require_context
def get_snapshot_uuid_by_ec2_id(context: Context, ec2_id: int) -> str:
    missing = exception.SnapshotNotFound(snapshot_id=ec2_id)
    return str(require(_row_by_id(SNAPSHOT_MAPPINGS, ec2_id), missing)["uuid"])


@require_context
def get_volume_uuid_by_ec2_id(context: Context, ec2_id: int) -> str:
    missing = exception.VolumeNotFound(volume_id=ec2_id)
    return str(require(_row_by_id(VOLUME_MAPPINGS, ec2_id), missing)["uuid"])


def s3_image_create(context: Context, image_uuid: str) -> Row:
    try:
        return ec2_id_row(S3_IMAGES, image_uuid)
    except exception.InvalidInput as error:
        raise exception.DBError(error) from error


def s3_image_get(context: Context, image_id: int) -> Row:
    missing = exception.ImageNotFound(image_id=image_id)
    return require(_row_by_id(S3_IMAGES, image_id), missing)


def s3_image_get_by_uuid(context: Context, image_uuid: str) -> Row:
    missing = exception.ImageNotFound(image_id=image_uuid)
    return require(_row_by_uuid(S3_IMAGES, image_uuid), missing)


def ec2_id_row(mappings: Table, uuid: str, forced: int | None = None) -> Row:
    """Return the row with the EC2 id of a uuid; insert it if it is missing.

    :param forced: an id that the caller chose, for a row of its own
    :raises DBDuplicateEntry: if that id is taken
    """
    if forced is not None:
        return mappings.insert({"uuid": uuid, "id": forced})
    found = _row_by_uuid(mappings, uuid)
    if found is not None:
        return found
    new = mappings.format.document({"uuid": uuid})
    private = dict.fromkeys(mappings.spec.private, new["uuid"])
    try:
        return mappings.store([new], private)[0]
    except exception.DBDuplicateEntry as error:
        return require(_row_by_uuid(mappings, uuid), error)


def _row_by_uuid(mappings: Table, uuid: str) -> Row | None:
    return None if uuid is None else mappings.first(mappings.equals({"uuid": uuid}))


def _row_by_id(mappings: Table, ec2_id: int) -> Row | None:
    return mappings.get(mappings.equals({"id": ec2_id}))
