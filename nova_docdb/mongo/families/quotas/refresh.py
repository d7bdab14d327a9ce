"""The creation and refresh of the usages that a reservation checks.

    quota_usages: {_id: 3, project_id: "acme", resource: "cores", in_use: 4, reserved: 2,
                   until_refresh: 7, ..., _refreshes: 1}

A missing usage is inserted, and one that is due is refreshed: the sync routine of its resource
counts what the project really uses. Each write applies only if the state that the decision was
based on has not changed; otherwise the call decides again:

- an insert: the unique key over project and resource
- a refresh: the filter contains ``_refreshes``, which every refresh and every
  ``quota_usage_update`` increments. in_use is incremented by the difference between the count and
  the value that was read, so that a concurrent commit is neither lost nor an obstacle.
- a countdown of ``until_refresh``: the filter contains whether it reaches its end

All sync routines of a decision run before its first write, so nothing is written if one raises. If
a later decision of the same call raises, earlier writes remain: a new or refreshed usage, or a
countdown.
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

# Each retry means that another caller has refreshed one of the usages.
MAX_ATTEMPTS = 100


class Resource(Protocol):
    """A resource of the quota engine."""

    name: str

    def sync(self, context: Context, project_id: str | None, session: object = None) -> Any:
        """Return what the project really uses: {resource: in_use}."""


@dataclass
class _Step:
    """The planned write to a usage.

    :param usage: the document that was read; None if it is missing
    :param counts_down: whether until_refresh is decremented
    :param in_use: the result of a sync routine; None if none ran
    :param renews: whether updated_at is set even if no value changes
    """

    resource: str
    usage: Document | None
    counts_down: bool = False
    in_use: int | None = None
    renews: bool = False


class Refresh:
    """The refresh of one call, which checks each resource once.

    :param resources: the resources by name; those in ``names`` need ``sync``
    :param names: the names of the resources to check, in this order
    :param until_refresh: the number of reservations until the next refresh; None is never
    :param max_age: the age at which a usage is refreshed; zero is never
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
        """Return the documents of all usages of the project, by resource.

        Those of ``names`` exist and are fresh.

        :raises InvalidInput, DBError: if a sync routine does not return a number
        :raises DBDeadlock: if other callers refresh at every attempt
        """
        retry = Retry(USAGES.name, "others refreshed the same usages", MAX_ATTEMPTS)
        while True:
            retry.begin()
            usages = self._read_usages()
            # The list makes all writes, even if one of them does not apply.
            written = [self._write(step, usages) for step in self._decide(usages)]
            if all(written):
                return usages

    def _read_usages(self) -> dict[str, Document]:
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
        """Return whether this call has checked a usage.

        A usage that was deleted or marked for a refresh since is checked again.
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
        """Return the result of the sync routine of a resource.

        :raises InvalidInput, DBError: if it is not a mapping of numbers
        """
        sync = self._resources[resource].sync
        counts = sync(elevated(self._context), self._project_id, None)
        if not isinstance(counts, Mapping):
            raise exception.InvalidInput(
                reason=f"sync of {resource} must return a mapping, not {type(counts).__name__}"
            )
        values = [
            USAGES.format.changes({"resource": name, "in_use": in_use})
            for name, in_use in counts.items()
        ]
        return {value["resource"]: value["in_use"] for value in values}

    # Writing

    def _write(self, step: _Step, usages: dict[str, Document]) -> bool:
        """Make the write of a step; return False if another caller has changed the usage.

        A usage that is not in ``names`` is not counted again then: another caller has just done so.
        """
        if step.usage is None:
            usage = self._insert(step)
        elif step.in_use is not None:
            usage = self._set_in_use(step.usage, step.in_use, renews=step.renews)
        elif step.counts_down:
            usage = _count_down(step.usage)
        else:
            usage = step.usage
        if usage is None:
            return False
        usages[step.resource] = usage
        self._done.add(step.resource)
        return True

    def _insert(self, step: _Step) -> Document | None:
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
            inserted: Row = USAGES.insert(values, private)
        except exception.DBDuplicateEntry:
            return None
        return {**inserted, "_id": inserted["id"], **private}

    def _set_in_use(self, usage: Document, in_use: int, *, renews: bool) -> Document | None:
        changes: Document = {"until_refresh": self._until_refresh}
        difference = in_use - usage["in_use"]
        if difference or renews or usage["until_refresh"] != self._until_refresh:
            changes["updated_at"] = clock.utcnow()
        update = {"$set": changes, "$inc": {"in_use": difference, REFRESHES: 1}}
        return _updated_usage(usage, {REFRESHES: usage.get(REFRESHES)}, update)


def _count_down(usage: Document) -> Document | None:
    guard = {
        "in_use": {"$gte": 0},
        "until_refresh": {"$lte": 1} if _is_last(usage) else {"$gt": 1},
    }
    update = {"$inc": {"until_refresh": -1}, "$set": {"updated_at": clock.utcnow()}}
    return _updated_usage(usage, guard, update)


def _is_last(usage: Document) -> bool:
    """Return whether the countdown to the next refresh ends now."""
    return bool(usage["until_refresh"] <= 1)


def _updated_usage(usage: Document, guard: Filter, update: Document) -> Document | None:
    """Update a usage and return it; None if it is deleted or the guard does not match."""
    where = {"_id": usage["_id"], **USAGES.live, **guard}
    with translated(USAGES.name):
        changed: Document | None = USAGES.collection.find_one_and_update(
            where, update, WITHOUT_BOOKINGS, return_document=ReturnDocument.AFTER
        )
    confirmations.changed(changed is not None)
    return changed
