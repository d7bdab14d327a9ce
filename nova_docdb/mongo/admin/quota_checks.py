"""Quota usages that differ from their reservations, or from the rows that they count.

The ``find_`` functions only read. Each ``repair_`` function changes only what was found and has not
changed since. Usages and rows are read one after the other, so a call in between looks like a
difference: only differences that are found twice are reported.

- A drift: ``reserved`` differs from the sum of live reservations. Causes are a crash (see
  ``bookings``), a ``quota_usage_update`` of reserved, and ``reservation_create``, whose reservation
  is not booked.
- A miscount: ``in_use`` differs from the number of the project's live rows, counted as Nova's own
  sync routines do. Causes are a caller that died between the change of a row and the commit, a
  ``quota_usage_update``, and changes of rows by hand. A refresh corrects it, but only when the
  project reserves again. A usage with outstanding reservations is not checked: their rows may exist
  or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nova_docdb import clock
from nova_docdb.context import Context, get_admin_context
from nova_docdb.mongo.families.fixed_ips import fixed_ip_count_by_project
from nova_docdb.mongo.families.floating_ips import floating_ip_count_by_project
from nova_docdb.mongo.families.instances.lists import instance_data_get_for_project
from nova_docdb.mongo.families.quotas.bookings import (
    BOOKINGS,
    OUTSTANDING,
    RESERVATIONS,
    UNDER_WAY,
    USAGES,
    bookings,
    entries,
)
from nova_docdb.mongo.families.quotas.refresh import REFRESHES
from nova_docdb.mongo.families.security_groups import security_group_count_by_project
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.batches import RowCounter, batches, not_counted
from nova_docdb.mongo.tables.rows import Row

# The functions that count a resource of a project.
COUNTS: Mapping[str, Callable[[Context, Any], int]] = {
    "instances": lambda context, project: instance_data_get_for_project(context, project)[0],
    "cores": lambda context, project: instance_data_get_for_project(context, project)[1],
    "ram": lambda context, project: instance_data_get_for_project(context, project)[2],
    "fixed_ips": fixed_ip_count_by_project,
    "floating_ips": floating_ip_count_by_project,
    "security_groups": security_group_count_by_project,
}

SETTLED: Filter = {BOOKINGS: {"$in": [None, {}]}}


@dataclass(frozen=True)
class Drift:
    """The difference between a usage and its reservations.

    :param reserved: the column ``reserved`` of the usage
    :param surplus: ``reserved`` minus the sum of live reservations
    :param unbooked: the ids of live reservations that are not booked on the usage
    :param rowless: the ids of reservations that are booked on it and not live
    """

    usage_id: int
    project_id: str | None
    resource: str | None
    reserved: int = field(compare=False)
    surplus: int
    unbooked: tuple[int, ...]
    rowless: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.project_id} {self.resource}: {self.surplus:+d} reserved"


@dataclass(frozen=True)
class Miscount:
    """The difference between a usage and the rows of its project.

    :param in_use: the column ``in_use`` of the usage
    :param counted: the result of counting live rows
    """

    usage_id: int
    project_id: str | None
    resource: str
    in_use: int
    counted: int

    def __str__(self) -> str:
        used = f"{self.in_use} in use, {self.counted} counted"
        return f"{self.project_id} {self.resource}: {used}"


def find_drifts(count: RowCounter = not_counted) -> list[Drift]:
    """Return the drifts of all live usages."""
    found: list[Drift] = []
    for usages in batches(USAGES.name, USAGES.live, count):
        suspects = _drifts(usages)
        if suspects:
            again = _drifts(_usages([drift.usage_id for drift in suspects]))
            found += [drift for drift in suspects if drift in again]
    return found


def repair_drift(drift: Drift) -> bool:
    """Repair a usage; return False if its drift has changed.

    Set ``reserved`` to the sum of live reservations, remove bookings without a reservation, and
    delete reservations that are not booked: they are settled, or their call never finished.
    """
    usages = _usages([drift.usage_id])
    if _drifts(usages) != [drift]:
        return False
    usage = usages[0]
    kept = {key: entry for key, entry in entries(usage).items() if int(key) not in drift.rowless}
    changes = {
        "reserved": usage["reserved"] - drift.surplus,
        BOOKINGS: kept,
        OUTSTANDING: len(kept),
    }
    seen = {"reserved": usage["reserved"], BOOKINGS: usage.get(BOOKINGS)}
    where = {"_id": drift.usage_id, **USAGES.live, **seen}
    repaired = USAGES.find_one_and_update(where, {"$set": USAGES.stamped(changes)})
    if repaired is None:
        return False
    RESERVATIONS.soft_delete({"_id": {"$in": list(drift.unbooked)}})
    return True


def find_miscounts(count: RowCounter = not_counted) -> Iterator[Miscount]:
    """Yield the miscounts of all live usages without outstanding reservations."""
    # A negative usage is marked for a refresh.
    counted = {"resource": {"$in": list(COUNTS)}, "in_use": {"$gte": 0}}
    for batch in batches(USAGES.name, {**USAGES.live, **SETTLED, **counted}, count):
        for usage in batch:
            found = _miscount(usage["_id"])
            if found is not None and found == _miscount(usage["_id"]):
                yield found


def repair_miscount(miscount: Miscount) -> bool:
    """Set ``in_use`` to the counted number; return False if the usage has changed since."""
    seen = {"_id": miscount.usage_id, "in_use": miscount.in_use}
    update = {"$set": USAGES.stamped({"in_use": miscount.counted}), "$inc": {REFRESHES: 1}}
    where = {**seen, **USAGES.live, **SETTLED}
    return USAGES.find_one_and_update(where, update) is not None


def _usages(usage_ids: list[int]) -> list[Document]:
    """Return the documents of live usages."""
    with translated(USAGES.name, reads=True):
        return list(USAGES.collection.find({"_id": {"$in": usage_ids}, **USAGES.live}).sort("_id"))


def _drifts(usages: list[Document]) -> list[Drift]:
    """Return the drifts of usages."""
    USAGES.format.require_fitting(usages)
    named = RESERVATIONS.any_of("usage_id", [usage["_id"] for usage in usages])
    reservations: defaultdict[int, list[Row]] = defaultdict(list)
    for row in RESERVATIONS.find({**named, **RESERVATIONS.live}):
        reservations[row["usage_id"]].append(row)
    found = (_drift(usage, reservations[usage["_id"]]) for usage in usages)
    return [drift for drift in found if drift is not None]


def _drift(usage: Document, reservations: list[Row]) -> Drift | None:
    booked = {row_id: booking.delta for row_id, booking in bookings(usage).items()}
    live = {row["id"] for row in reservations}
    # The call of a young reservation may still book it.
    recent = clock.utcnow() - UNDER_WAY
    old = {row["id"] for row in reservations if (row["created_at"] or recent) <= recent}
    reserved = sum(max(delta, 0) for row_id, delta in booked.items() if row_id in live)
    drift = Drift(
        usage["_id"],
        usage["project_id"],
        usage["resource"],
        usage["reserved"],
        surplus=usage["reserved"] - reserved,
        unbooked=tuple(sorted(old - booked.keys())),
        rowless=tuple(sorted(booked.keys() - live)),
    )
    return drift if drift.surplus or drift.unbooked or drift.rowless else None


def _miscount(usage_id: int) -> Miscount | None:
    usage = USAGES.get({"_id": usage_id, **USAGES.live, **SETTLED})
    if usage is None:
        return None
    project_id, resource = usage["project_id"], usage["resource"]
    counted = COUNTS[resource](get_admin_context(), project_id)
    if counted == usage["in_use"]:
        return None
    return Miscount(usage_id, project_id, resource, usage["in_use"], counted)
