"""Reserving quota: check and booking of all resources of a call as one step.

The reservation rows are stored first. Then, resource by resource in sorted order, each is booked on
its usage under the guard that the limit holds (``quota_bookings.book``). When one is refused the
earlier ones are taken off again and the rows removed.

What a crash leaves, and who heals it:

- after the rows are stored: rows that are booked nowhere; ``reservation_expire`` deletes them
- between bookings: bookings with their rows; ``reservation_expire`` takes both off
- while taking off: the same

NOTE: a call that will be refused holds its first bookings for a moment. Another caller who would
pass without them waits for that moment instead of being refused (``quota_bookings.pending``).
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from nova_docdb import clock, exception
from nova_docdb.context import Context, elevated, require_context
from nova_docdb.mongo.joins import table
from nova_docdb.mongo.quota_bookings import book, pending, take_off, without_bookings
from nova_docdb.mongo.rows import Document, Row

USAGES = table("quota_usages")
RESERVATIONS = table("reservations")

# Refusals by somebody's bookings that are taken off again, and usages that others change: each
# attempt reads anew. The waits add up to about a second.
ATTEMPTS = 60
LONGEST_PAUSE = 0.03

# A reservation that expires this soon may be swept while it is booked.
SOON = timedelta(minutes=1)


class Resource(Protocol):
    """A resource of the quota engine."""

    name: str

    def sync(self, context: Context, project_id: str | None, session: object = None) -> Any:
        """Count what the project really uses: {resource: in_use}."""


@dataclass(frozen=True)
class _Request:
    """What a call asks for."""

    context: Context
    resources: Mapping[str, Resource]
    quotas: Mapping[str, int | None]
    deltas: Mapping[str, int]
    expire: datetime | str | None
    until_refresh: int | None
    max_age: int
    project_id: str | None

    def overs(self, usages: Mapping[str, Row]) -> list[str]:
        """Return the resources whose limit stands in the way."""
        return sorted(
            name
            for name, delta in self.deltas.items()
            if self.limited(name)
            and delta >= 0
            and self.quotas[name] < delta + usages[name]["in_use"] + usages[name]["reserved"]
        )

    def limited(self, name: str) -> bool:
        """Tell whether a resource has a limit."""
        limit = self.quotas[name]
        return limit is not None and limit >= 0


@require_context
def quota_reserve(
    context: Context,
    resources: Mapping[str, Resource],
    quotas: Mapping[str, int | None],
    deltas: Mapping[str, int],
    expire: datetime | str | None,
    until_refresh: int | None,
    max_age: int | None,
    project_id: str | None = None,
) -> list[str]:
    unknown = sorted(name for name in deltas if name not in resources or name not in quotas)
    if unknown:
        raise exception.QuotaResourceUnknown(unknown=unknown)
    if not deltas:
        return []
    project_id = context.project_id if project_id is None else project_id
    request = _Request(
        context, resources, quotas, deltas, expire, until_refresh, max_age or 0, project_id
    )
    _refuse_bad_input(request)
    usages = _refreshed(request)
    for _attempt in range(ATTEMPTS):
        overs = request.overs(usages)
        if not overs:
            uuids = _book_all(request, usages)
            if uuids is not None:
                return uuids
        elif not _passes_without_pending(request, usages, overs):
            break
        else:
            _pause()
        usages = _with_all(request, _usages(project_id))
    raise _over_quota(request, usages)


def _refuse_bad_input(request: _Request) -> None:
    for name, delta in request.deltas.items():
        RESERVATIONS.format.document(
            {"uuid": "", "usage_id": 0, "resource": name, "delta": delta, "expire": request.expire}
        )
        if not isinstance(delta, int):
            raise exception.InvalidInput(reason=f"the delta of {name} is no whole number")
        if not isinstance(request.quotas[name], int | None):
            raise exception.InvalidInput(reason=f"the limit of {name} is no whole number")


def _usages(project_id: str | None) -> dict[str, Row]:
    rows = USAGES.find(USAGES.alive(project_id=project_id))
    return {row["resource"]: row for row in rows}


def _with_all(request: _Request, usages: dict[str, Row]) -> dict[str, Row]:
    """Return the usages, made anew where the project's were destroyed meanwhile."""
    return usages if request.deltas.keys() <= usages.keys() else _refreshed(request)


# Refreshing


def _refreshed(request: _Request) -> dict[str, Row]:
    """Return the project's usages, made where missing and refreshed where they are due.

    Every sync routine, foreign code, runs before the first write. A usage that somebody changes
    between its reading and its refresh is examined anew.
    """
    examined: set[str] = set()
    usages = _usages(request.project_id)
    for _attempt in range(ATTEMPTS):
        plan = _Plan(request, usages, examined)
        if plan.carry_out():
            return _usages(request.project_id) if plan.wrote else usages
        usages = _usages(request.project_id)
    raise exception.DBDeadlock(f"quota_usages of {request.project_id} change all the time")


class _Plan:
    """What a call does to the usages before it reserves.

    :param examined: the resources that need no second look; it grows as the plan is carried out
    """

    def __init__(self, request: _Request, usages: Mapping[str, Row], examined: set[str]) -> None:
        self._request = request
        self._usages = usages
        self._examined = examined
        self._until_refresh = request.until_refresh or None
        self._new: dict[str, int] = {}
        self._counted: dict[str, int] = {}
        self._count_downs: list[str] = []
        self._aged: set[str] = set()
        for name in request.deltas:
            if name not in examined and name not in self._counted:
                self._examine(name)
        self.wrote = bool(self._new or self._counted or self._count_downs)

    def _examine(self, name: str) -> None:
        usage = self._usages.get(name)
        if usage is None:
            self._new.setdefault(name, 0)
            self._sync(name)
        elif usage["in_use"] < 0:
            self._sync(name)
        elif usage["until_refresh"] is not None:
            self._count_downs.append(name)
            if usage["until_refresh"] - 1 <= 0:
                self._sync(name)
        elif self._is_old(usage):
            self._aged.add(name)
            self._sync(name)

    def _is_old(self, usage: Row) -> bool:
        if not self._request.max_age:
            return False
        age = clock.utcnow() - (usage["updated_at"] or usage["created_at"])
        return age.total_seconds() >= self._request.max_age

    def _sync(self, name: str) -> None:
        request = self._request
        counts = request.resources[name].sync(
            elevated(request.context), request.project_id, session=None
        )
        for counted, in_use in counts.items():
            number = USAGES.format.changes({"in_use": in_use})["in_use"]
            if counted in self._usages:
                self._counted[counted] = number
            else:
                self._new[counted] = number
                self._counted.setdefault(counted, number)

    def carry_out(self) -> bool:
        """Write; return False if somebody else changed one of the usages meanwhile."""
        if not self._make_new():
            return False
        self._examined.update(self._new)
        done = True
        for name in self._count_downs:
            if name not in self._counted:
                self._count_down(self._usages[name])
                self._examined.add(name)
        for name, number in self._counted.items():
            if name in self._new:
                continue
            if self._refresh(self._usages[name], number, aged=name in self._aged):
                self._examined.add(name)
            else:
                done = False
        return done

    def _make_new(self) -> bool:
        now = clock.utcnow()
        rows = [
            {
                "project_id": self._request.project_id,
                "resource": name,
                "in_use": number,
                "reserved": 0,
                "until_refresh": self._until_refresh,
                "updated_at": now if number else None,
            }
            for name, number in self._new.items()
        ]
        try:
            USAGES.insert_many(rows, without_bookings())
        except exception.DBDuplicateEntry:
            return False
        return True

    @staticmethod
    def _count_down(usage: Row) -> None:
        USAGES.find_one_and_update(
            {"_id": usage["id"], **USAGES.live, "until_refresh": {"$ne": None}},
            {"$inc": {"until_refresh": -1}, "$set": {"updated_at": clock.utcnow()}},
        )

    def _refresh(self, usage: Row, number: int, *, aged: bool) -> bool:
        changes: Document = {"in_use": number, "until_refresh": self._until_refresh}
        same = all(usage[name] == value for name, value in changes.items())
        if aged or not same:
            changes["updated_at"] = clock.utcnow()
        # NOTE: what the project used when it was read must still be there: a refresh over a
        # commit made meanwhile would lose that.
        seen = {"_id": usage["id"], **USAGES.live, "in_use": usage["in_use"]}
        return USAGES.find_one_and_update(seen, {"$set": changes}) is not None


# Booking


def _book_all(request: _Request, usages: Mapping[str, Row]) -> list[str] | None:
    """Store and book the reservations; None, with nothing left of them, if one is refused."""
    rows = RESERVATIONS.insert_many(
        {
            "uuid": str(uuid.uuid4()),
            "usage_id": usages[name]["id"],
            "project_id": request.project_id,
            "resource": name,
            "delta": delta,
            "expire": request.expire,
        }
        for name, delta in request.deltas.items()
    )
    by_name = sorted(rows, key=lambda row: str(row["resource"]))
    last = [by_name[-1]["usage_id"], by_name[-1]["id"]]
    for number, row in enumerate(by_name):
        if not book(row, request.quotas[row["resource"]], last):
            _undo(by_name[:number])
            RESERVATIONS.remove({"_id": {"$in": [r["id"] for r in rows]}})
            return None
    _take_off_swept(rows)
    return [row["uuid"] for row in rows]


def _undo(booked: list[Row]) -> None:
    for row in booked:
        take_off(row, commit=False)


def _take_off_swept(rows: list[Row]) -> None:
    """Take off what ``reservation_expire`` swept between its storing and its booking."""
    expire = rows[0]["expire"]
    if expire is None or expire > clock.utcnow() + SOON:
        return
    where = {"_id": {"$in": [row["id"] for row in rows]}, **RESERVATIONS.live}
    live = {row["id"] for row in RESERVATIONS.find(where)}
    _undo([row for row in rows if row["id"] not in live])


def _passes_without_pending(request: _Request, usages: Mapping[str, Row], overs: list[str]) -> bool:
    held = pending(request.project_id)
    if not any(held.get(name) for name in overs):
        return False
    without = {
        name: {**usage, "reserved": usage["reserved"] - held.get(name, 0)}
        for name, usage in usages.items()
    }
    return not request.overs(without)


def _pause() -> None:
    time.sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311 - spreads callers, hides nothing


def _over_quota(request: _Request, usages: Mapping[str, Row]) -> exception.OverQuota:
    return exception.OverQuota(
        overs=request.overs(usages),
        quotas=dict(request.quotas),
        usages={
            name: {"in_use": usage["in_use"], "reserved": usage["reserved"]}
            for name, usage in usages.items()
        },
    )
