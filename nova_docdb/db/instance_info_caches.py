"""The contract of instance info caches.

Bodies: ``nova_docdb/mongo/families/instances/info_caches.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import InstanceInfoCacheRow
from nova_docdb.db.values import Values


@backend_function
def instance_info_cache_delete(context: Context, instance_uuid: str) -> None:
    """Soft-delete the info cache of an instance; no error if there is none.

    :param instance_uuid: the uuid of the instance
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_info_cache_get(context: Context, instance_uuid: str) -> InstanceInfoCacheRow | None:
    """Return the info cache of an instance.

    Follows read_deleted.

    :param instance_uuid: the uuid of the instance
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_info_cache_update(
    context: Context, instance_uuid: str, values: Values
) -> InstanceInfoCacheRow:
    """Change the info cache of an instance; a deleted one is replaced.

    There is one live row, also under concurrent calls.

    :param instance_uuid: the uuid of the instance
    :param values: network_info (JSON text) and other columns
    :returns: the changed row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceInfoCacheNotFound: if there is no such instance, or the context sees deleted
        rows and the cache is deleted
    """
