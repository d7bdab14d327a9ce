"""Bringing the usages that a reservation looks at up to date.

    quota_usages: {_id: 3, project_id: "acme", resource: "cores", in_use: 4, reserved: 2,
                   until_refresh: 7, ..., _refreshes: 1}

A usage that is missing is made, and one that is due is refreshed: its resource's sync routine
counts what the project really uses. Each write holds in its filter what was decided on, and what it
finds otherwise is decided anew:

- a new usage: the unique key over project and resource
- a refresh: ``_refreshes``, which every refresh and every ``quota_usage_update`` moves. The number
  is written as an increment by what the count differs from what was read, so that a commit made
  since is neither lost nor in the way.
- a count down of ``until_refresh``: that it still is, or is not, the last

NOTE: all sync routines of a decision run before its first write, so that nothing remains when one
raises. Where others made a decision void and the next one's routine raises, what the call wrote
first stays; it is a fresh usage or a count less until the next refresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from pymongo import ReturnDocument

from nova_docdb import clock, exception
from nova_docdb.context import Context, elevated
from nova_docdb.mongo.families.quotas.bookings import (
    BOOKINGS,
    OUTSTANDING,
    USAGES,
    WITHOUT_BOOKINGS,
)
from nova_docdb.mongo.store import confirmations
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.retry import Retry
from nova_docdb.mongo.tables.rows import Row

REFRESHES = "_refreshes"

# Each attempt after the first answers somebody else's refresh of one of the usages.
ATTEMPTS = 100


class Resource(Protocol):
    """A resource of the quota engine."""

    name: str

    def sync(self, context: Context, project_id: str | None, session: object = None) -> Any:
        """Return what the project really uses: {resource: in_use}."""


@dataclass
class _Step:
    """What is to be done to one usage.

    :param usage: as it was read; None if it is missing
    :param counts_down: whether until_refresh is counted down
    :param in_use: what a sync routine counted; None if none did
    :param renews: whether updated_at moves even where no number does
    """

    resource: str
    usage: Document | None
    counts_down: bool = False
    in_use: int | None = None
    renews: bool = False


class Refresh:
    """The refreshing of one call: each resource is examined once.

    :param resources: the resources by name, of which those that are examined need ``sync``
    :param names: the names of the resources to examine, in this order
    :param until_refresh: after how many reservations to refresh again; None is never
    :param max_age: after how long; nothing is never
    """

    def __init__(
        self,
        context: Context,
        project_id: str | None,
        resources: Mapping[str, Resource],
        names: Iterable[str],
        until_refresh: int | None,
        max_age: timedelta,
    ) -> None:
        self._context = context
        self._project_id = project_id
        self._resources = resources
        self._names = list(names)
        self._until_refresh = until_refresh
        self._max_age = max_age
        self._done: set[str] = set()

    def usages(self) -> dict[str, Document]:
        """Return the documents of all the project's usages, by resource.

        Those to examine are there and fresh.

        :raises InvalidInput, DBError: if a sync routine answers with what is no number
        :raises DBDeadlock: if others refresh all the time
        """
        retry = Retry(USAGES.name, "others refreshed the same usages", ATTEMPTS)
        while True:
            retry.begin()
            usages = self._read()
            # All are written, whether or not others made one of them void.
            written = [self._write(step, usages) for step in self._decide(usages)]
            if all(written):
                return usages

    def _read(self) -> dict[str, Document]:
        with translated(USAGES.name, reads=True):
            found = list(
                USAGES.collection.find(
                    USAGES.where_live(project_id=self._project_id), WITHOUT_BOOKINGS
                )
            )
        USAGES.format.require_fitting(found)
        return {usage["resource"]: usage for usage in found}

    # Deciding

    def _decide(self, usages: Mapping[str, Document]) -> list[_Step]:
        steps: dict[str, _Step] = {}
        for resource in self._names:
            usage = usages.get(resource)
            if resource in steps or self._is_done(resource, usage):
                continue
            step = steps[resource] = _Step(resource, usage)
            if self._is_due(step):
                by_age = usage is not None and usage["in_use"] >= 0 and not step.counts_down
                for name, in_use in self._sync(resource).items():
                    counted = steps.setdefault(name, _Step(name, usages.get(name)))
                    counted.in_use, counted.renews = in_use, by_age
        return list(steps.values())

    def _is_done(self, resource: str, usage: Document | None) -> bool:
        """Tell whether this call need not examine a usage again.

        It must if somebody has destroyed it or marked it for a refresh since.
        """
        return resource in self._done and usage is not None and usage["in_use"] >= 0

    def _is_due(self, step: _Step) -> bool:
        usage = step.usage
        if usage is None or usage["in_use"] < 0:
            return True
        if usage["until_refresh"] is not None:
            step.counts_down = True
            return _is_last(usage)
        return self._is_old(usage["updated_at"] or usage["created_at"])

    def _is_old(self, moment: datetime | None) -> bool:
        if not self._max_age:
            return False
        return moment is None or clock.utcnow() - moment >= self._max_age

    def _sync(self, resource: str) -> dict[str, int]:
        """Return what the sync routine of a resource counts."""
        sync = self._resources[resource].sync
        counts = sync(elevated(self._context), self._project_id, None)
        if not isinstance(counts, Mapping):
            raise exception.InvalidInput(
                reason=f"sync of {resource} gave no mapping but {type(counts).__name__}"
            )
        values = [
            USAGES.format.changes({"resource": name, "in_use": in_use})
            for name, in_use in counts.items()
        ]
        return {value["resource"]: value["in_use"] for value in values}

    # Writing

    def _write(self, step: _Step, usages: dict[str, Document]) -> bool:
        """Take a step; return False if somebody else made it void.

        NOTE: a usage that nobody asked for but that a sync routine counted is not counted again
        then: somebody else has just done so.
        """
        if step.usage is None:
            usage = self._make(step)
        elif step.in_use is not None:
            usage = self._set(step.usage, step.in_use, renews=step.renews)
        elif step.counts_down:
            usage = _count_down(step.usage)
        else:
            usage = step.usage
        if usage is None:
            return False
        usages[step.resource] = usage
        self._done.add(step.resource)
        return True

    def _make(self, step: _Step) -> Document | None:
        in_use = step.in_use or 0
        values = {
            "project_id": self._project_id,
            "resource": step.resource,
            "in_use": in_use,
            "reserved": 0,
            "until_refresh": self._until_refresh,
            "updated_at": clock.utcnow() if in_use else None,
        }
        private: Document = {BOOKINGS: {}, OUTSTANDING: 0, REFRESHES: 0}
        try:
            made: Row = USAGES.insert(values, private)
        except exception.DBDuplicateEntry:
            return None
        return {**made, "_id": made["id"], **private}

    def _set(self, usage: Document, in_use: int, *, renews: bool) -> Document | None:
        changes: Document = {"until_refresh": self._until_refresh}
        difference = in_use - usage["in_use"]
        if difference or renews or usage["until_refresh"] != self._until_refresh:
            changes["updated_at"] = clock.utcnow()
        update = {"$set": changes, "$inc": {"in_use": difference, REFRESHES: 1}}
        return _changed(usage, {REFRESHES: usage.get(REFRESHES)}, update)


def _count_down(usage: Document) -> Document | None:
    guard = {
        "in_use": {"$gte": 0},
        "until_refresh": {"$lte": 1} if _is_last(usage) else {"$gt": 1},
    }
    update = {"$inc": {"until_refresh": -1}, "$set": {"updated_at": clock.utcnow()}}
    return _changed(usage, guard, update)


def _is_last(usage: Document) -> bool:
    """Tell whether the count until the next refresh comes to its end now."""
    return bool(usage["until_refresh"] <= 1)


def _changed(usage: Document, guard: Filter, update: Document) -> Document | None:
    """Return what an update makes of a usage, or None if it is gone or the guard does not hold."""
    where = {"_id": usage["_id"], **USAGES.live, **guard}
    with translated(USAGES.name):
        changed: Document | None = USAGES.collection.find_one_and_update(
            where, update, WITHOUT_BOOKINGS, return_document=ReturnDocument.AFTER
        )
    confirmations.changed(changed is not None)
    return changed
