"""The contract of block device mappings.

Bodies: ``nova_docdb/mongo/families/block_device_mappings.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import BlockDeviceMappingRow
from nova_docdb.db.values import Values


@backend_function
def block_device_mapping_create(context: Context, values: Values) -> None:
    """Create a block device mapping.

    Nothing is checked: a device may have several mappings.

    :param values: instance_uuid, device_name (required) and the other columns of
        block_device_mapping
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises DBError: if device_name is missing

    >>> server = db.instance_create(alice, {"project_id": "acme"})
    >>> db.block_device_mapping_create(
    ...     alice, {"instance_uuid": server["uuid"], "device_name": "/dev/vda", "volume_size": 10}
    ... )
    >>> [row["device_name"] for row in
    ...  db.block_device_mapping_get_all_by_instance(alice, server["uuid"])]
    ['/dev/vda']
    """


@backend_function
def block_device_mapping_destroy(context: Context, bdm_id: int) -> None:
    """Soft-delete a block device mapping; no error if there is none.

    Follows read_deleted.

    :param bdm_id: the id of the mapping
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def block_device_mapping_destroy_by_instance_and_device(
    context: Context, instance_uuid: str, device_name: str
) -> None:
    """Soft-delete every mapping of a device of an instance; no error if there is none.

    Follows read_deleted.

    :param instance_uuid: the uuid of the instance
    :param device_name: the name of the device, such as "vda"
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def block_device_mapping_destroy_by_instance_and_volume(
    context: Context, instance_uuid: str, volume_id: str
) -> None:
    """Soft-delete every mapping of a volume to an instance; no error if there is none.

    Follows read_deleted.

    :param instance_uuid: the uuid of the instance
    :param volume_id: the id of the volume
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def block_device_mapping_get_all_by_instance(
    context: Context, instance_uuid: str
) -> list[BlockDeviceMappingRow]:
    """Return the block device mappings of an instance.

    Follows read_deleted.

    :param instance_uuid: the uuid of the instance
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def block_device_mapping_update(context: Context, bdm_id: int, values: Values) -> None:
    """Change a block device mapping; no error if there is none.

    Follows read_deleted; updated_at is always set.

    :param bdm_id: the id of the mapping
    :param values: columns and their values; keys that are not columns are ignored
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def block_device_mapping_update_or_create(context: Context, values: Values) -> None:
    """Change the live mapping of a device, or create it.

    When virtual_name is "swap" or "ephemeralN" the instance's mappings of that name on other
    devices are soft-deleted. Concurrent calls leave one row per device and one live row per such
    disk.

    :param values: instance_uuid and device_name identify the device; other columns keep their
        values
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidInput: if instance_uuid or device_name is missing
    """
