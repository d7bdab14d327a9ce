"""Quota usages that differ from their reservations, or from the rows that they count.

The ``find_`` functions only read: each is the dry run of its ``repair_``, which changes nothing but
what was found and is still so. Usages and rows are read one after the other, so a call that runs in
between looks like a fault: only what is found twice is one.

- A drift: ``reserved`` is not what live reservations hold. A crash leaves one (see ``bookings``), a
  ``quota_usage_update`` of reserved, and ``reservation_create``, whose reservation is not counted.
- A miscount: ``in_use`` is not what the live rows of the project count, as Nova's own sync routines
  do. A caller leaves one who died between the change of a row and the commit, a
  ``quota_usage_update``, and whoever changes rows by hand. A refresh corrects it, but only when the
  project reserves again. A usage with outstanding reservations is not examined: their rows may
  exist or not.
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
)
from nova_docdb.mongo.families.quotas.refresh import REFRESHES
from nova_docdb.mongo.families.security_groups import security_group_count_by_project
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.batches import RowCounter, batches, not_counted
from nova_docdb.mongo.tables.rows import Row

# Each takes a context and a project.
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
    """A usage and how it differs from its reservations.

    :param reserved: what the usage says is reserved
    :param surplus: how much of that no live reservation accounts for; negative where it is short
    :param unbooked: the ids of live reservations that are not booked on it
    :param rowless: the ids of reservations that are booked on it and not live
    """

    usage_id: int
    project_id: str | None
    resource: str | None
    reserved: int = field(compare=False)
    surplus: int
    unbooked: tuple[int, ...]
    rowless: tuple[int, ...]


@dataclass(frozen=True)
class Miscount:
    """A usage and what its project really has.

    :param in_use: what the usage says
    :param counted: what live rows say
    """

    usage_id: int
    project_id: str | None
    resource: str
    in_use: int
    counted: int


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
    """Make a usage say what its reservations do; return False if it differs in another way now.

    Reserved becomes what live reservations hold, bookings without one go, and reservations that
    are not booked are deleted: they were settled already, or their call never came to an end.
    """
    usages = _usages([drift.usage_id])
    if _drifts(usages) != [drift]:
        return False
    usage = usages[0]
    kept = {key: b for key, b in bookings(usage).items() if int(key) not in drift.rowless}
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
    """Yield the miscounts of all live usages that are settled."""
    # A negative usage was marked for a refresh.
    counted = {"resource": {"$in": list(COUNTS)}, "in_use": {"$gte": 0}}
    for batch in batches(USAGES.name, {**USAGES.live, **SETTLED, **counted}, count):
        for usage in batch:
            found = _miscount(usage["_id"])
            if found is not None and found == _miscount(usage["_id"]):
                yield found


def repair_miscount(miscount: Miscount) -> bool:
    """Make a usage say what its project has; return False if the usage has changed since."""
    seen = {"_id": miscount.usage_id, "in_use": miscount.in_use}
    update = {"$set": USAGES.stamped({"in_use": miscount.counted}), "$inc": {REFRESHES: 1}}
    where = {**seen, **USAGES.live, **SETTLED}
    return USAGES.find_one_and_update(where, update) is not None


def _usages(numbers: list[int]) -> list[Document]:
    """Return live usages."""
    with translated(USAGES.name, reads=True):
        return list(USAGES.collection.find({"_id": {"$in": numbers}, **USAGES.live}).sort("_id"))


def _drifts(usages: list[Document]) -> list[Drift]:
    """Return the drift of usages, from the live reservations that name them."""
    USAGES.format.require_fitting(usages)
    named = RESERVATIONS.any_of("usage_id", [usage["_id"] for usage in usages])
    reservations: defaultdict[int, list[Row]] = defaultdict(list)
    for row in RESERVATIONS.find({**named, **RESERVATIONS.live}):
        reservations[row["usage_id"]].append(row)
    found = (_drift(usage, reservations[usage["_id"]]) for usage in usages)
    return [drift for drift in found if drift is not None]


def _drift(usage: Document, reservations: list[Row]) -> Drift | None:
    booked = {int(key): booking["delta"] for key, booking in bookings(usage).items()}
    live = {row["id"] for row in reservations}
    # The call of a young reservation may yet book it.
    recent = clock.utcnow() - UNDER_WAY
    old = {row["id"] for row in reservations if (row["created_at"] or recent) <= recent}
    held = sum(max(delta, 0) for number, delta in booked.items() if number in live)
    drift = Drift(
        usage["_id"],
        usage["project_id"],
        usage["resource"],
        usage["reserved"],
        surplus=usage["reserved"] - held,
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
