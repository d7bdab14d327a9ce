"""Bookings of reservations on usages, each booked once and settled once.

A usage contains its outstanding reservations in a private field, so that the amount and its
reservations change in one update:

    quota_usages: {_id: 3, project_id: "acme", resource: "cores", in_use: 4, reserved: 2, ...,
                   _reservations: {"17": [2, 17, 3]}, _outstanding: 1, _refreshes: 1}
    reservations: {_id: 17, uuid: "...", usage_id: 3, delta: 2, ..., deleted: 0}

The key is the id of the row in ``reservations`` (uuids of bare reservations may repeat). Booking
requires the key to be absent and settling requires it to be present, so repeating either changes
nothing, and only one of commit, rollback and expiry of a reservation takes effect. An entry has the
delta, and the first id and the number of the reservations of the same call: until all of them are
booked, the call may still be refused. It is short, because a server reads and writes whole
documents. ``_outstanding`` is the number of entries, at most ``MOST_OUTSTANDING``, which keeps the
document far below 16 MiB.

A row is inserted before it is booked and deleted after it is settled. So a crash leaves a live row,
booked or not. ``reservation_expire`` settles every row in time, which completes both:

    the crash comes                         it leaves                        repaired by
    before the first booking                rows that are booked nowhere     reservation_expire
    between bookings, or before the result  booked rows without a caller     reservation_expire
    while a refused call releases           both of these                    reservation_expire
    between two settlements                 a row settled, another booked    the same call again,
                                                                             reservation_expire
    before settled rows are deleted         rows that are booked nowhere     the same
    in quota_destroy_all_by_project         live rows of deleted usages      the same
    in reservation_create                   an entry without a row, which    quota_checks
                                            is not part of reserved

Rows without ``expire`` do not expire; ``quota_checks`` finds what a crash left of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from nova_docdb import clock
from nova_docdb.mongo.store.confirmations import changed
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.transactions import deferred_acknowledgement
from nova_docdb.mongo.tables.batches import BATCH
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import table

USAGES = table("quota_usages")
RESERVATIONS = table("reservations")

BOOKINGS = "_reservations"

# The number of entries. Usages of earlier versions lack it.
OUTSTANDING = "_outstanding"

# About 0.3 MB of a document.
MOST_OUTSTANDING = 10_000

# A projection for calls that only book: a usage may have thousands of outstanding reservations.
WITHOUT_BOOKINGS = {BOOKINGS: 0}

# No call takes longer from the rows of its reservations to its last booking, the difference
# between the clocks of two hosts included.
UNDER_WAY = timedelta(minutes=1)


class Booking(NamedTuple):
    """An outstanding reservation of a usage.

    :param of: the ids of all reservations of the same call
    """

    delta: int
    of: Sequence[int]


def bookings(usage: Document) -> dict[int, Booking]:
    """Return the outstanding reservations of a usage document by id."""
    return {int(key): _parsed(entry) for key, entry in entries(usage).items()}


def entries(usage: Document) -> dict[str, Any]:
    """Return the outstanding reservations of a usage document as they are stored."""
    return usage.get(BOOKINGS) or {}


def is_full(usage: Document) -> bool:
    """Return whether a usage has the maximum number of outstanding reservations."""
    return bool((usage.get(OUTSTANDING) or 0) >= MOST_OUTSTANDING)


def with_bookings(project_id: str | None) -> dict[str, Document]:
    """Return the documents of all usages of a project, with their reservations, by resource."""
    with translated(USAGES.name, reads=True):
        found = USAGES.collection.find(USAGES.where_live(project_id=project_id))
        return {usage["resource"]: usage for usage in found}


def outstanding(reservations: Iterable[Row]) -> dict[str, list[int]]:
    """Return the entries of live reservations of a usage, each as a call of its own."""
    return {str(row["id"]): _entry(row, [row["id"]]) for row in reservations}


def book(reservations: Sequence[Row], guards: Mapping[str, Filter]) -> bool:
    """Book the reservations of a call on their usages, in order, and return whether all are booked.

    A reservation is not booked if its guard does not match or its usage is deleted; the others are
    booked all the same. Each usage is updated atomically, all of them with one command.

    :param guards: the conditions on the usages, by resource
    """
    row_ids = [row["id"] for row in reservations]
    updates = [_booking(row, row_ids, guards[row["resource"]]) for row in reservations]
    return USAGES.update_each(updates) == len(updates)


def enter(reservation: Row) -> None:
    """Add a reservation to its usage without adding its amount to reserved."""
    with translated(USAGES.name):
        entered = USAGES.collection.update_one(
            {"_id": reservation["usage_id"], **USAGES.live},
            {
                "$set": {_booking_field(reservation): _entry(reservation, [reservation["id"]])},
                "$inc": {OUTSTANDING: 1},
            },
        )
    changed(entered.modified_count)


def release(reservations: Iterable[Row], *, commit: bool = False) -> int:
    """Remove reservations from their usages and return how many were booked.

    :param commit: whether to add their deltas to in_use
    """
    return USAGES.update_each([_settlement(row, commit=commit) for row in reservations])


def settle(reservations: Sequence[Row], *, commit: bool) -> None:
    """Remove reservations from their usages, each once, and soft-delete their rows.

    :param commit: whether to add their deltas to in_use

    NOTE: a row that is not booked is left by a crash, or its call is about to book it. That call
    checks the row after booking, and this function releases again after deleting the row, so one of
    the two finds what the other wrote (see ``release_expired``).
    """
    if not reservations:
        return
    with deferred_acknowledgement() as earlier:
        booked = release(reservations, commit=commit)
    RESERVATIONS.soft_delete({"_id": {"$in": [row["id"] for row in reservations]}})
    if booked < len(reservations) or not earlier.are_durable():
        release(reservations, commit=commit)


def settle_expired(of: Filter | None = None) -> None:
    """Settle the expired reservations, in batches.

    :param of: a further filter; None is all of them
    """
    expired = {**RESERVATIONS.live, **(of or {}), "expire": {"$lt": clock.utcnow()}}
    found = BATCH
    while found == BATCH:
        rows = RESERVATIONS.find(expired, limit=BATCH)
        settle(rows, commit=False)
        found = len(rows)


def release_expired(booked: Sequence[Row]) -> None:
    """Release reservations that ``reservation_expire`` settled between insert and booking."""
    now = clock.utcnow()
    near = [row["expire"] for row in booked if row["expire"] and row["expire"] < now + UNDER_WAY]
    if not near and now - booked[0]["created_at"] < UNDER_WAY:
        return
    row_ids = [row["id"] for row in booked]
    live = set(RESERVATIONS.values("id", {"_id": {"$in": row_ids}, **RESERVATIONS.live}))
    release(row for row in booked if row["id"] not in live)


def note_outstanding() -> None:
    """Add the live reservations to usages without bookings, which an import from SQL has.

    Their amounts are part of ``reserved`` already. Only the reservations of one usage are in memory
    at a time. Usages that were ever booked on have the field, so repeating this changes nothing.
    """
    by_usage: list[Document] = [
        {"$match": RESERVATIONS.live},
        {"$sort": {"usage_id": 1}},
        {"$project": {"usage_id": 1, "delta": 1, "id": "$_id"}},
    ]
    rows = RESERVATIONS.aggregate(by_usage, allowDiskUse=True, batchSize=BATCH)
    with translated(USAGES.name):
        for usage_id, reservations in groupby(rows, itemgetter("usage_id")):
            of_usage = outstanding(reservations)
            USAGES.collection.update_one(
                {"_id": usage_id, **USAGES.live, BOOKINGS: {"$exists": False}},
                {"$set": {BOOKINGS: of_usage, OUTSTANDING: len(of_usage)}},
            )


def _booking_field(reservation: Row) -> str:
    return f"{BOOKINGS}.{reservation['id']}"


def _entry(reservation: Row, row_ids: list[int]) -> list[int]:
    """Return the entry of a reservation.

    :param row_ids: the ids of all reservations of its call, which are consecutive, in any order
    """
    return [reservation["delta"], min(row_ids), len(row_ids)]


def _parsed(entry: Any) -> Booking:
    if isinstance(entry, dict):
        # Version 0.1 stored the ids themselves.
        return Booking(entry["delta"], entry["of"])
    delta, first, count = entry
    return Booking(delta, range(first, first + count))


def _booking(reservation: Row, row_ids: list[int], guard: Filter) -> tuple[Filter, Document]:
    """Return the update that books a reservation, once."""
    key = _booking_field(reservation)
    where = {
        "_id": reservation["usage_id"],
        key: {"$exists": False},
        OUTSTANDING: {"$not": {"$gte": MOST_OUTSTANDING}},
        **USAGES.live,
        **guard,
    }
    changes: Document = {key: _entry(reservation, row_ids)}
    counts = {OUTSTANDING: 1}
    if reservation["delta"] > 0:
        changes["updated_at"] = clock.utcnow()
        counts["reserved"] = reservation["delta"]
    return where, {"$set": changes, "$inc": counts}


def _settlement(reservation: Row, *, commit: bool) -> tuple[Filter, Document]:
    """Return the update that removes a reservation from its usage, once."""
    delta, key = reservation["delta"], _booking_field(reservation)
    update: Document = {"$unset": {key: ""}, "$inc": {OUTSTANDING: -1}}
    amounts = {"reserved": -max(delta, 0), "in_use": delta if commit else 0}
    if changes := {column: amount for column, amount in amounts.items() if amount}:
        update["$inc"] |= changes
        update["$set"] = {"updated_at": clock.utcnow()}
    return {"_id": reservation["usage_id"], **USAGES.live, key: {"$exists": True}}, update
