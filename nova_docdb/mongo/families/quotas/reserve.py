"""Reserving quota: check and booking of all resources of a call as one step.

Usages are made and refreshed first (``quota_refresh``). Then the reservation rows are stored, and
each is booked on its usage, resource by resource in sorted order, by one update whose filter holds
the limit (``quota_bookings``, which also tells what a crash leaves). When a usage refuses, the
other bookings are taken back and the rows removed.

NOTE: a call that will be refused holds its other bookings for a moment. Another that would pass
without them waits for that moment instead of being refused, for about a second at the most.
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

# In seconds, one before each new attempt: about one second together.
PAUSES = (0.001, 0.002, 0.004, 0.008, 0.016) + 30 * (0.032,)

Usages = Mapping[str, Document]


@dataclass(frozen=True)
class _Wish:
    """What a call wants to reserve.

    :param deltas: how much of each resource
    :param rooms: for the resources where that may be too much: what may be in use and reserved
        already
    """

    project_id: str | None
    deltas: dict[str, int]
    rooms: dict[str, int]
    expire: datetime | None

    def overs(self, usages: Usages, held: Mapping[str, int] | None = None) -> list[str]:
        """Return the sorted names of the resources whose usages refuse the call.

        A usage is at its limit, or has as many outstanding reservations as it can.

        :param held: what is not to count of reserved, by resource
        """
        at_limit = {
            name
            for name, room in self.rooms.items()
            if _total(usages[name]) - (held or {}).get(name, 0) > room
        }
        return sorted(at_limit.union(self.full(usages)))

    def full(self, usages: Usages) -> list[str]:
        """Return the names of the resources whose usages take no further reservation."""
        return [name for name in self.deltas if is_full(usages[name])]

    def guard(self, resource: str, usage: Document) -> Filter:
        """Return what must hold of a usage when it is booked on."""
        if resource not in self.rooms:
            return {}
        total = {"$add": ["$in_use", "$reserved"]}
        guard: Filter = {"$expr": {"$lte": [total, self.rooms[resource]]}}
        if usage["in_use"] >= 0:
            # A usage that was marked for a refresh since says nothing about its room.
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
    wish = _read(context, quotas, deltas, expire, project_id)
    refresh = Refresh(
        context,
        wish.project_id,
        resources,
        wish.deltas,
        USAGES.format.changes({"until_refresh": until_refresh or None})["until_refresh"],
        require_seconds("max_age", max_age or 0),
    )
    usages: Usages = {}
    overs: list[str] = []
    gone: set[int] = set()
    for pause in PAUSES:
        usages = refresh.usages()
        if full := wish.full(usages):
            LOG.warning(
                "Project %s has %d outstanding reservations of %s: no more until some are "
                "committed, rolled back or expired",
                *(wish.project_id, MOST_OUTSTANDING, full),
            )
            settle_expired(RESERVATIONS.equals({"project_id": wish.project_id}))
            usages = refresh.usages()
        overs = wish.overs(usages)
        if overs and not _may_change(wish, gone):
            break
        if not overs:
            reserved, refused = _reserve(wish, usages)
            if not refused:
                _warn_of_unders(wish, usages)
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
    """Refuse deltas without a resource or without a limit."""
    known = (
        require_mapping("resources", resources).keys() & require_mapping("quotas", quotas).keys()
    )
    if unknown := require_mapping("deltas", deltas).keys() - known:
        raise exception.QuotaResourceUnknown(unknown=sorted(unknown, key=str))


def _read(
    context: Context,
    quotas: Mapping[str, int | None],
    deltas: Mapping[str, int],
    expire: datetime | str | None,
    project_id: str | None,
) -> _Wish:
    """Return what a call wants, in the form in which it is stored.

    :raises InvalidInput, DBError: if it cannot be stored
    """
    call = RESERVATIONS.format.changes(
        {
            "project_id": context.project_id if project_id is None else project_id,
            "expire": expire,
        }
    )
    amounts: dict[str, int] = {}
    rooms: dict[str, int] = {}
    for name, delta in deltas.items():
        change = RESERVATIONS.format.changes({"resource": name, "delta": delta})
        if change["resource"] != name:
            raise exception.InvalidInput(reason=f"the name of a resource is text, not {name!r}")
        limit = QUOTAS.format.changes({"hard_limit": quotas[name]})["hard_limit"]
        amounts[name] = change["delta"]
        if limit is not None and limit >= 0 and amounts[name] >= 0:
            rooms[name] = limit - amounts[name]
    return _Wish(call["project_id"], amounts, rooms, call["expire"])


# Reserving


def _reserve(wish: _Wish, usages: Usages) -> tuple[list[Row], list[str]]:
    """Store and book the reservations.

    :returns: the rows, and the resources whose usages refused; then nothing is left of the rows
    """
    with deferred_acknowledgement() as earlier:
        rows = RESERVATIONS.insert_many(
            {
                "uuid": str(uuid.uuid4()),
                "usage_id": usages[name]["_id"],
                "project_id": wish.project_id,
                "resource": name,
                "delta": delta,
                "expire": wish.expire,
            }
            for name, delta in wish.deltas.items()
        )
    in_order = sorted(rows, key=itemgetter("resource"))
    try:
        booked = book(in_order, {name: wish.guard(name, usages[name]) for name in wish.deltas})
        earlier.require_durable()
    except BaseException:
        # NOTE: the rows stay, for reservation_expire: a command whose reply was lost may take
        # effect yet, after the booking was looked for here.
        release(in_order)
        raise
    if booked:
        release_expired(rows)
        return rows, []
    refused = [row["resource"] for row in in_order if not release([row])]
    RESERVATIONS.remove({"_id": {"$in": [row["id"] for row in rows]}})
    return rows, refused or sorted(wish.deltas)


def _may_change(wish: _Wish, gone: set[int]) -> bool:
    """Tell whether a call would pass without the bookings of calls that may still be refused.

    Such a call has not made all its bookings. It is young: an old one has crashed.

    :param gone: the ids of reservations whose rows were gone before the usages were read; those
        that are gone now are added
    """
    usages = with_bookings(wish.project_id)
    if not wish.deltas.keys() <= usages.keys() or not wish.overs(usages):
        # They have changed already.
        return True
    entries = [entry for usage in usages.values() for entry in bookings(usage).values()]
    booked = {int(number) for usage in usages.values() for number in bookings(usage)}
    absent = {number for entry in entries for number in entry["of"]} - booked
    if not absent:
        return False
    # NOTE: a call is complete, and settled in part, when the row of an absent booking is deleted.
    # A row that is gone was archived, or its call was refused, which takes its bookings off before
    # it removes its rows: usages that are read after that say which.
    rows = RESERVATIONS.find({"_id": {"$in": list(absent)}})
    started = clock.utcnow() - UNDER_WAY
    young = {row["id"] for row in rows if not row["deleted"] and row["created_at"] >= started}
    just_gone = absent.difference(row["id"] for row in rows) - gone
    gone |= just_gone
    undecided = young | just_gone
    held = {
        name: sum(
            max(entry["delta"], 0)
            for entry in bookings(usage).values()
            if not undecided.isdisjoint(entry["of"])
        )
        for name, usage in usages.items()
    }
    return not wish.overs(usages, held)


def _total(usage: Document) -> int:
    return int(usage["in_use"] + usage["reserved"])


def _pause(seconds: float) -> None:
    time.sleep(seconds)


def _warn_of_unders(wish: _Wish, usages: Usages) -> None:
    unders = [
        name
        for name, delta in wish.deltas.items()
        if delta < 0 and usages[name]["in_use"] + delta < 0
    ]
    if unders:
        LOG.warning(
            "Project %s may come to use less than nothing of %s", wish.project_id, sorted(unders)
        )
