"""quota_reserve: the check and the booking of all resources of a call.

Usages are created and refreshed first (``refresh``). Then the reservation rows are inserted, and
each is booked on its usage, in the order of the resources' names, by an update whose filter
contains the limit (``bookings``, which also lists what a crash leaves). If a usage refuses, the
other bookings are released and the rows removed.

NOTE: a reservation that is going to fail has other bookings for a moment. It never makes another
one fail: a call that would succeed without these bookings waits for about a second.
"""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from nova_docdb import clock, exception
from nova_docdb.context import Context, require_context
from nova_docdb.mongo.families.quotas.bookings import (
    MOST_OUTSTANDING,
    RESERVATIONS,
    UNDER_WAY,
    USAGES,
    book,
    bookings,
    is_full,
    release,
    release_expired,
    settle_expired,
    with_bookings,
)
from nova_docdb.mongo.families.quotas.refresh import Refresh, Resource
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.transactions import deferred_acknowledgement
from nova_docdb.mongo.tables.arguments import require_mapping, require_seconds
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import table

LOG = logging.getLogger(__name__)

QUOTAS = table("quotas")

# In seconds, one before each retry: about one second in total.
PAUSES = (0.001, 0.002, 0.004, 0.008, 0.016) + 30 * (0.032,)

Usages = Mapping[str, Document]


@dataclass(frozen=True)
class _Request:
    """The request of a call.

    :param deltas: the amount of each resource
    :param headroom: for each limited resource, the highest total of in_use and reserved at which
        the amount still fits
    """

    project_id: str | None
    deltas: dict[str, int]
    headroom: dict[str, int]
    expire: datetime | None

    def overs(self, usages: Usages, undecided: Mapping[str, int] | None = None) -> list[str]:
        """Return the sorted names of the resources whose usages refuse the call.

        A usage refuses if its limit would be exceeded, or if it has too many outstanding
        reservations.

        :param undecided: the amounts to subtract from reserved, by resource
        """
        at_limit = {
            name
            for name, highest in self.headroom.items()
            if _total(usages[name]) - (undecided or {}).get(name, 0) > highest
        }
        return sorted(at_limit.union(self.full(usages)))

    def full(self, usages: Usages) -> list[str]:
        """Return the names of the resources with too many outstanding reservations."""
        return [name for name in self.deltas if is_full(usages[name])]

    def guard(self, resource: str, usage: Document) -> Filter:
        """Return the condition of the update that books on a usage."""
        if resource not in self.headroom:
            return {}
        total = {"$add": ["$in_use", "$reserved"]}
        guard: Filter = {"$expr": {"$lte": [total, self.headroom[resource]]}}
        if usage["in_use"] >= 0:
            # A negative in_use is a mark for a refresh, not an amount.
            guard["in_use"] = {"$gte": 0}
        return guard


@require_context
def quota_reserve(
    context: Context,
    resources: Mapping[str, Resource],
    quotas: Mapping[str, int | None],
    deltas: Mapping[str, int],
    expire: datetime | str | None,
    until_refresh: int | None,
    max_age: float | None,
    project_id: str | None = None,
) -> list[str]:
    _require_known(resources, quotas, deltas)
    if not deltas:
        return []
    request = _parse_request(context, quotas, deltas, expire, project_id)
    refresh = Refresh(
        context,
        request.project_id,
        resources,
        request.deltas,
        USAGES.format.changes({"until_refresh": until_refresh or None})["until_refresh"],
        require_seconds("max_age", max_age or 0),
    )
    usages: Usages = {}
    overs: list[str] = []
    missing: set[int] = set()
    for pause in PAUSES:
        usages = refresh.usages()
        if full := request.full(usages):
            LOG.warning(
                "Project %s has %d outstanding reservations of %s: no more until some are "
                "committed, rolled back or expired",
                *(request.project_id, MOST_OUTSTANDING, full),
            )
            settle_expired(RESERVATIONS.equals({"project_id": request.project_id}))
            usages = refresh.usages()
        overs = request.overs(usages)
        if overs and not _may_pass_later(request, missing):
            break
        if not overs:
            reserved, refused = _reserve(request, usages)
            if not refused:
                _warn_of_unders(request, usages)
                return [row["uuid"] for row in reserved]
            overs = refused
        _pause(pause * random.uniform(0.5, 1.5))  # noqa: S311 - only spreads callers
    seen = {
        name: {"in_use": usage["in_use"], "reserved": usage["reserved"]}
        for name, usage in usages.items()
    }
    raise exception.OverQuota(overs=overs, quotas=quotas, usages=seen)


# Arguments


def _require_known(
    resources: Mapping[str, Resource], quotas: Mapping[str, Any], deltas: Mapping[str, Any]
) -> None:
    """Raise for deltas without a resource or without a limit.

    :raises QuotaResourceUnknown: with their names
    """
    known = (
        require_mapping("resources", resources).keys() & require_mapping("quotas", quotas).keys()
    )
    if unknown := require_mapping("deltas", deltas).keys() - known:
        raise exception.QuotaResourceUnknown(unknown=sorted(unknown, key=str))


def _parse_request(
    context: Context,
    quotas: Mapping[str, int | None],
    deltas: Mapping[str, int],
    expire: datetime | str | None,
    project_id: str | None,
) -> _Request:
    """Return the request with all values as they are stored.

    :raises InvalidInput, DBError: if a value cannot be stored
    """
    call = RESERVATIONS.format.changes(
        {
            "project_id": context.project_id if project_id is None else project_id,
            "expire": expire,
        }
    )
    amounts: dict[str, int] = {}
    headroom: dict[str, int] = {}
    for name, delta in deltas.items():
        change = RESERVATIONS.format.changes({"resource": name, "delta": delta})
        if change["resource"] != name:
            raise exception.InvalidInput(reason=f"resource names must be text, not {name!r}")
        limit = QUOTAS.format.changes({"hard_limit": quotas[name]})["hard_limit"]
        amounts[name] = change["delta"]
        if limit is not None and limit >= 0 and amounts[name] >= 0:
            headroom[name] = limit - amounts[name]
    return _Request(call["project_id"], amounts, headroom, call["expire"])


# Reserving


def _reserve(request: _Request, usages: Usages) -> tuple[list[Row], list[str]]:
    """Insert and book the reservations.

    :returns: the rows, and the resources whose usages refused; if there are any, the rows are
        removed
    """
    with deferred_acknowledgement() as earlier:
        rows = RESERVATIONS.insert_many(
            {
                "uuid": str(uuid.uuid4()),
                "usage_id": usages[name]["_id"],
                "project_id": request.project_id,
                "resource": name,
                "delta": delta,
                "expire": request.expire,
            }
            for name, delta in request.deltas.items()
        )
    in_order = sorted(rows, key=itemgetter("resource"))
    try:
        booked = book(
            in_order, {name: request.guard(name, usages[name]) for name in request.deltas}
        )
        earlier.require_durable()
    except BaseException:
        # NOTE: keep the rows for reservation_expire: a command whose reply was lost may still book
        # them after this release.
        release(in_order)
        raise
    if booked:
        release_expired(rows)
        return rows, []
    refused = [row["resource"] for row in in_order if not release([row])]
    RESERVATIONS.remove({"_id": {"$in": [row["id"] for row in rows]}})
    return rows, refused or sorted(request.deltas)


def _may_pass_later(request: _Request, missing: set[int]) -> bool:
    """Return whether a request would succeed without the bookings of undecided calls.

    An undecided call has not made all its bookings yet, and is young: an old one has crashed.

    :param missing: the ids of reservations whose rows were missing at an earlier attempt; those
        that are missing now are added
    """
    usages = with_bookings(request.project_id)
    if not request.deltas.keys() <= usages.keys() or not request.overs(usages):
        # They have changed already.
        return True
    booked = {name: bookings(usage) for name, usage in usages.items()}
    every = [booking for found in booked.values() for booking in found.values()]
    absent = {row_id for booking in every for row_id in booking.of}.difference(*booked.values())
    if not absent:
        return False
    # If the row of an absent booking is soft-deleted, its call is decided, and settled in part. A
    # missing row was archived, or its call was refused, which releases its bookings before it
    # removes the rows: usages that are read later show which.
    rows = RESERVATIONS.find({"_id": {"$in": list(absent)}})
    started = clock.utcnow() - UNDER_WAY
    young = {row["id"] for row in rows if not row["deleted"] and row["created_at"] >= started}
    newly_missing = absent.difference(row["id"] for row in rows) - missing
    missing |= newly_missing
    undecided = young | newly_missing
    undecided_amounts = {
        name: sum(
            max(booking.delta, 0)
            for booking in found.values()
            if not undecided.isdisjoint(booking.of)
        )
        for name, found in booked.items()
    }
    return not request.overs(usages, undecided_amounts)


def _total(usage: Document) -> int:
    return int(usage["in_use"] + usage["reserved"])


def _pause(seconds: float) -> None:
    time.sleep(seconds)


def _warn_of_unders(request: _Request, usages: Usages) -> None:
    unders = [
        name
        for name, delta in request.deltas.items()
        if delta < 0 and usages[name]["in_use"] + delta < 0
    ]
    if unders:
        LOG.warning(
            "Project %s: the commit may make in_use of %s negative",
            request.project_id,
            sorted(unders),
        )
