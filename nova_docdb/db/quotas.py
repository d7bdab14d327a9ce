"""The contract of quota limits, usages and quota_reserve.

Bodies:

- ``nova_docdb/mongo/families/quotas/limits.py``
- ``nova_docdb/mongo/families/quotas/reserve.py``
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import QuotaClassRow, QuotaRow, QuotaUsageRow


@backend_function
def quota_class_create(
    context: Context, class_name: str, resource: str, limit: int | None
) -> QuotaClassRow:
    """Create a limit of a quota class.

    Of two concurrent calls, one succeeds.

    :param class_name: the name of the quota class
    :param resource: the name of the resource, such as "cores"
    :param limit: the limit; -1 or None means unlimited
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    :raises QuotaClassExists: if the class already has a live limit for the resource
    """


@backend_function
def quota_class_get(context: Context, class_name: str, resource: str) -> QuotaClassRow:
    """Return the live limit of a quota class for a resource.

    :param class_name: the name of the quota class
    :param resource: the name of the resource, such as "cores"
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises QuotaClassNotFound: if there is none
    """


@backend_function
def quota_class_get_all_by_name(context: Context, class_name: str) -> dict[str, Any]:
    """Return the live limits of a quota class.

    :param class_name: the name of the quota class
    :returns: {"class_name": class_name, resource: limit, ...}
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's and not
        of that class
    """


@backend_function
def quota_class_update(context: Context, class_name: str, resource: str, limit: int | None) -> None:
    """Change a live limit of a quota class.

    :param class_name: the name of the quota class
    :param resource: the name of the resource, such as "cores"
    :param limit: the limit; -1 or None means unlimited
    :raises AdminRequired: if the context is not an admin's
    :raises QuotaClassNotFound: if there is none
    """


@backend_function
def quota_create(
    context: Context, project_id: str | None, resource: str, limit: int | None
) -> QuotaRow:
    """Create a limit of a project.

    Of two concurrent calls, one succeeds.

    :param project_id: the project; None means rows without a project
    :param resource: the name of the resource, such as "cores"
    :param limit: the limit; -1 or None means unlimited
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    :raises QuotaExists: if the project already has a live limit for the resource

    >>> _ = db.quota_create(admin, "acme", "instances", 10)
    >>> db.quota_get_all_by_project(alice, "acme")
    {'project_id': 'acme', 'instances': 10}
    """


@backend_function
def quota_destroy_all_by_project(context: Context, project_id: str | None) -> None:
    """Soft-delete all limits, usages and reservations of a project.

    :param project_id: the project; None means rows without a project
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def quota_get(context: Context, project_id: str | None, resource: str) -> QuotaRow:
    """Return the live limit of a project for a resource.

    :param project_id: the project; None means rows without a project
    :param resource: the name of the resource, such as "cores"
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises ProjectQuotaNotFound: if there is none
    """


@backend_function
def quota_get_all_by_project(context: Context, project_id: str | None) -> dict[str, Any]:
    """Return the live limits of a project.

    :param project_id: the project; None means rows without a project
    :returns: {"project_id": project_id, resource: limit, ...}
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's of
        another project
    """


@backend_function
def quota_reserve(
    context: Context,
    resources: Mapping[str, Any],
    quotas: Mapping[str, int | None],
    deltas: Mapping[str, int],
    expire: datetime | str | None,
    until_refresh: int | None,
    max_age: float | None,
    project_id: str | None = None,
) -> list[str]:
    """Check limits and reserve, atomically.

    Missing usages are created. Usages that are negative or too old, or whose until_refresh has
    counted down, are refreshed by their sync routine, also if the call then fails. Concurrent
    reservations never exceed a limit together, and a reservation that is going to fail never makes
    another one fail.

    :param resources: name -> an object with name and sync(context, project_id, session=None), which
        returns {resource: in_use}
    :param quotas: name -> limit; negative or None means unlimited
    :param deltas: name -> change; a negative one never fails, 0 fails only if the limit is already
        exceeded
    :param expire: when the reservations expire, naive UTC; None means never
    :param until_refresh: the number of calls after which a usage is refreshed; 0 or None means
        never
    :param max_age: the age in seconds at which it is refreshed; 0 or None means never
    :param project_id: the project; None means the context's
    :returns: the uuids of the reservations, in the order of deltas
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises QuotaResourceUnknown: if a delta has no resource or no limit
    :raises OverQuota: if a limit would be exceeded; its kwargs hold overs, quotas and usages

    >>> from types import SimpleNamespace
    >>> counted = lambda context, project_id, session=None: {"instances": 0}  # instances in use
    >>> resources = {"instances": SimpleNamespace(name="instances", sync=counted)}
    >>> ids = db.quota_reserve(alice, resources, {"instances": 10}, {"instances": 3}, None, 0, 0)
    >>> db.quota_usage_get_all_by_project(alice, "acme")["instances"]
    {'in_use': 0, 'reserved': 3}
    >>> db.quota_reserve(alice, resources, {"instances": 10}, {"instances": 8}, None, 0, 0)
    Traceback (most recent call last):
    nova_docdb.exception.OverQuota: Quota exceeded for resources: ['instances']
    """


@backend_function
def quota_update(
    context: Context, project_id: str | None, resource: str, limit: int | None
) -> None:
    """Change a live limit of a project.

    :param project_id: the project; None means rows without a project
    :param resource: the name of the resource, such as "cores"
    :param limit: the limit; -1 or None means unlimited
    :raises AdminRequired: if the context is not an admin's
    :raises ProjectQuotaNotFound: if there is none
    """


@backend_function
def quota_usage_get(context: Context, project_id: str | None, resource: str) -> QuotaUsageRow:
    """Return the live usage of a project for a resource.

    :param project_id: the project; None means rows without a project
    :param resource: the name of the resource, such as "cores"
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises QuotaUsageNotFound: if there is none
    """


@backend_function
def quota_usage_get_all_by_project(context: Context, project_id: str | None) -> dict[str, Any]:
    """Return the live usages of a project.

    :param project_id: the project; None means rows without a project
    :returns: {"project_id": project_id, resource: {"in_use": n, "reserved": n}, ...}
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is a user's of
        another project
    """


@backend_function
def quota_usage_update(
    context: Context, project_id: str | None, resource: str, **kwargs: Any
) -> None:
    """Set columns of a live usage; updated_at is always set.

    :param project_id: the project; None means rows without a project
    :param resource: the name of the resource, such as "cores"
    :param kwargs: in_use, reserved and until_refresh are stored, other keys are ignored; in_use=-1
        requests a refresh
    :raises AdminRequired: if the context is not an admin's
    :raises QuotaUsageNotFound: if there is none
    :raises DBError: if in_use or reserved is None
    """
