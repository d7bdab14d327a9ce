"""The contract of instance metadata and system metadata.

Bodies: ``nova_docdb/mongo/families/instances/metadata.py``.
"""

from __future__ import annotations

from typing import Any

from nova_docdb.backend import backend_function
from nova_docdb.context import Context


@backend_function
def instance_metadata_delete(context: Context, instance_uuid: str, key: str) -> None:
    """Soft-delete a key of an instance's user metadata; no error if there is none.

    :param instance_uuid: the uuid of the instance
    :param key: the key
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_metadata_get(context: Context, instance_uuid: str) -> dict[str, Any]:
    """Return the live user metadata of an instance; {} if there is no such instance.

    :param instance_uuid: the uuid of the instance
    :returns: key -> value
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_metadata_update(
    context: Context, instance_uuid: str, metadata: dict[str, Any], delete: bool
) -> dict[str, Any]:
    """Set user metadata of an instance.

    A key has one live row, also under concurrent calls.

    :param instance_uuid: the uuid of the instance
    :param metadata: the pairs
    :param delete: whether to remove keys that are not named
    :returns: the metadata given
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceNotFound: if the instance does not exist, live or deleted

    >>> server = db.instance_create(alice, {"project_id": "acme", "metadata": {"role": "web"}})
    >>> db.instance_metadata_update(alice, server["uuid"], {"tier": "1"}, delete=False)
    {'tier': '1'}
    >>> db.instance_metadata_get(alice, server["uuid"]) == {"role": "web", "tier": "1"}
    True
    """


@backend_function
def instance_system_metadata_get(context: Context, instance_uuid: str) -> dict[str, Any]:
    """Return the system metadata of an instance.

    Follows read_deleted; if a key has several rows, the live one is used.

    :param instance_uuid: the uuid of the instance
    :returns: key -> value
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_system_metadata_update(
    context: Context, instance_uuid: str, metadata: dict[str, Any], delete: bool
) -> None:
    """Set system metadata of an instance.

    A key has one live row, also under concurrent calls.

    :param instance_uuid: the uuid of the instance
    :param metadata: the pairs
    :param delete: whether to remove keys that are not named
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceNotFound: if the instance does not exist, live or deleted
    """
