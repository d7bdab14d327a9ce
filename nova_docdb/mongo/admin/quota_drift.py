"""Finding usages that say something else than their reservations, and putting them right.

``find`` only reads: it is the dry run of ``repair``, which changes nothing but what was found and
is still so. Three things make usages drift: a crash (see ``quota_bookings``), a
``quota_usage_update`` of reserved, and ``reservation_create``, whose reservation is not counted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from nova_docdb import clock
from nova_docdb.mongo.families.quotas.bookings import (
    BOOKINGS,
    OUTSTANDING,
    RESERVATIONS,
    UNDER_WAY,
    USAGES,
    bookings,
)
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.batches import Looked, batches, unheard
from nova_docdb.mongo.tables.rows import Row


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


def find(looked: Looked = unheard) -> list[Drift]:
    """Return the drift of all live usages.

    NOTE: usages and reservations are read one after the other, so a call that was at work in
    between looks like drift. What is found twice is none.
    """
    found: list[Drift] = []
    for usages in batches(USAGES.name, USAGES.live, looked):
        suspects = _drifts(usages)
        if suspects:
            again = _drifts(_usages([drift.usage_id for drift in suspects]))
            found += [drift for drift in suspects if drift in again]
    return found


def repair(drift: Drift) -> bool:
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


def _usages(numbers: list[int]) -> list[Document]:
    """Return live usages."""
    with translated(USAGES.name, reads=True):
        return list(USAGES.collection.find({"_id": {"$in": numbers}, **USAGES.live}).sort("_id"))


def _drifts(usages: list[Document]) -> list[Drift]:
    """Return the drift of usages, from the live reservations that name them."""
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
