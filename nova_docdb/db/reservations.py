"""The contract of quota reservations.

Bodies: ``nova_docdb/mongo/families/quotas/reservations.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import ReservationRow


@backend_function
def reservation_commit(
    context: Context, reservations: Iterable[str], project_id: str | None = None
) -> None:
    """Commit reservations: move their deltas from reserved to in_use.

    Of concurrent commits, rollbacks and expiries of one reservation, one takes effect.

    :param reservations: uuids of reservations; unknown, committed and rolled back ones are ignored
    :param project_id: ignored: a reservation always applies to its own usage
    :raises NotAuthorized: if the context is neither a user's nor an admin's

    >>> from types import SimpleNamespace
    >>> counted = lambda context, project_id, session=None: {"instances": 0}  # instances in use
    >>> resources = {"instances": SimpleNamespace(name="instances", sync=counted)}
    >>> ids = db.quota_reserve(alice, resources, {"instances": 10}, {"instances": 3}, None, 0, 0)
    >>> db.reservation_commit(alice, ids)
    >>> db.quota_usage_get_all_by_project(alice, "acme")["instances"]
    {'in_use': 3, 'reserved': 0}
    """


@backend_function
def reservation_create(
    context: Context,
    uuid: str,
    usage: Mapping[str, Any],
    project_id: str | None,
    resource: str | None,
    delta: int,
    expire: datetime | str | None,
) -> ReservationRow:
    """Create a reservation row without changing its usage.

    :param uuid: the uuid of the reservation
    :param usage: the row of the usage
    :param project_id: the project; None means rows without a project
    :param resource: the name of the resource
    :param delta: the change
    :param expire: when the reservations expire, naive UTC; None means never
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    :raises DBError: if uuid, the usage's id or delta is None
    """


@backend_function
def reservation_expire(context: Context) -> None:
    """Roll back every expired live reservation, of all projects.

    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def reservation_get(context: Context, uuid: str) -> ReservationRow:
    """Return a live reservation.

    :param uuid: the uuid of the reservation
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises ReservationNotFound: if there is none
    """


@backend_function
def reservation_rollback(
    context: Context, reservations: Iterable[str], project_id: str | None = None
) -> None:
    """Roll reservations back.

    Of concurrent commits, rollbacks and expiries of one reservation, one takes effect.

    :param reservations: uuids of reservations; unknown, committed and rolled back ones are ignored
    :param project_id: ignored: a reservation always applies to its own usage
    :raises NotAuthorized: if the context is neither a user's nor an admin's

    >>> from types import SimpleNamespace
    >>> counted = lambda context, project_id, session=None: {"instances": 0}  # instances in use
    >>> resources = {"instances": SimpleNamespace(name="instances", sync=counted)}
    >>> ids = db.quota_reserve(alice, resources, {"instances": 10}, {"instances": 3}, None, 0, 0)
    >>> db.reservation_rollback(alice, ids)
    >>> db.quota_usage_get_all_by_project(alice, "acme")["instances"]
    {'in_use': 0, 'reserved': 0}
    """
