"""How reservations are booked on usages: each booking once, each settled once.

A usage carries its outstanding reservations in a private field, so that the counter and the
evidence change in one step:

    quota_usages: {_id: 3, project_id: "acme", resource: "cores", in_use: 4, reserved: 2, ...,
                   _reservations: {"17": {delta: 2, of: [17, 18]}}, _outstanding: 1,
                   _refreshes: 1}
    reservations: {_id: 17, uuid: "...", usage_id: 3, delta: 2, ..., deleted: 0}

The key is the id of the row in ``reservations`` (uuids of bare reservations may repeat). Booking
needs the key to be absent and settling needs it to be there, so doing either twice changes
nothing, and of commit, rollback and expiry of one reservation one takes effect. ``of`` has the
reservations of the same call: until all of them are booked the call may still be refused.
``_outstanding`` counts the entries: a usage takes no more than ``MOST_OUTSTANDING``, which keeps
its document far below the 16 MiB of a server.

A row is stored before it is booked and deleted after it is settled. So what a crash leaves is a
live row, booked or not, and settling it, which ``reservation_expire`` does to every row in time,
completes either:

    the crash comes                         it leaves                        who heals it
    before the first booking                rows that are booked nowhere     reservation_expire
    between bookings, or before the answer  booked rows that nobody knows    reservation_expire
    while a refused call takes back         both of these                    reservation_expire
    between two settlements                 a row settled, another booked    the same call again,
                                                                             reservation_expire
    before settled rows are deleted         rows that are booked nowhere     the same
    in quota_destroy_all_by_project         live rows of deleted usages      the same
    in reservation_create                   an entry that has no row and     quota_checks
                                            stands for no number

Rows without ``expire`` are not swept: what a crash left of them shows in ``quota_checks``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from operator import itemgetter

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

# How many entries there are. A usage that was written before it was counted lacks it.
OUTSTANDING = "_outstanding"

# About 0.5 MB of a document, a few times as much where a call reserves many resources.
MOST_OUTSTANDING = 10_000

# What a call reads of a usage that it only books on: outstanding reservations may be thousands.
WITHOUT_BOOKINGS = {BOOKINGS: 0}

# No call takes longer from the rows of its reservations to its last booking, the difference
# between the clocks of two hosts included.
UNDER_WAY = timedelta(minutes=1)


def bookings(usage: Document) -> dict[str, Document]:
    """Return the outstanding reservations of a usage document by the text of their ids."""
    return usage.get(BOOKINGS) or {}


def is_full(usage: Document) -> bool:
    """Tell whether a usage takes no further reservation."""
    return bool((usage.get(OUTSTANDING) or 0) >= MOST_OUTSTANDING)


def with_bookings(project_id: str | None) -> dict[str, Document]:
    """Return the documents of all usages of a project, with their reservations, by resource."""
    with translated(USAGES.name, reads=True):
        found = USAGES.collection.find(USAGES.where_live(project_id=project_id))
        return {usage["resource"]: usage for usage in found}


def outstanding(reservations: Iterable[Row]) -> dict[str, Document]:
    """Return the entries of live reservations of one usage, each for itself."""
    return {str(row["id"]): _entry(row, [row["id"]]) for row in reservations}


def book(reservations: Sequence[Row], guards: Mapping[str, Filter]) -> bool:
    """Count the reservations of a call in their usages and enter them there, in their order.

    :param guards: what must hold of a usage, by resource
    :returns: whether all are booked; where a guard does not hold or a usage is gone, that one is
        not, and the others are

    NOTE: each usage changes in a step of its own, all of them in one trip.
    """
    numbers = [row["id"] for row in reservations]
    updates = [_booking(row, numbers, guards[row["resource"]]) for row in reservations]
    return USAGES.update_each(updates) == len(updates)


def enter(reservation: Row) -> None:
    """Enter a reservation in its usage without counting it there."""
    with translated(USAGES.name):
        entered = USAGES.collection.update_one(
            {"_id": reservation["usage_id"], **USAGES.live},
            {
                "$set": {_key(reservation): _entry(reservation, [reservation["id"]])},
                "$inc": {OUTSTANDING: 1},
            },
        )
    changed(entered.modified_count)


def release(reservations: Iterable[Row], *, commit: bool = False) -> int:
    """Take reservations off their usages and return how many were booked there.

    :param commit: whether their deltas are now in use
    """
    return USAGES.update_each([_settlement(row, commit=commit) for row in reservations])


def settle(reservations: Sequence[Row], *, commit: bool) -> None:
    """Take reservations off their usages, each once, and soft-delete their rows.

    :param commit: whether their deltas are now in use

    NOTE: a row that is booked nowhere is a crash's, or its call has yet to book it. That call looks
    for the row after it has booked, and here the booking is looked for again after the row is
    deleted: one of the two finds what the other wrote (see ``release_expired``).
    """
    if not reservations:
        return
    with deferred_acknowledgement() as earlier:
        booked = release(reservations, commit=commit)
    RESERVATIONS.soft_delete({"_id": {"$in": [row["id"] for row in reservations]}})
    if booked < len(reservations) or not earlier.are_durable():
        release(reservations, commit=commit)


def settle_expired(of: Filter | None = None) -> None:
    """Settle the reservations that have expired, a batch at a time.

    :param of: which of them; None is all
    """
    expired = {**RESERVATIONS.live, **(of or {}), "expire": {"$lt": clock.utcnow()}}
    found = BATCH
    while found == BATCH:
        rows = RESERVATIONS.find(expired, limit=BATCH)
        settle(rows, commit=False)
        found = len(rows)


def release_expired(booked: Sequence[Row]) -> None:
    """Take back what ``reservation_expire`` swept between its row and its booking."""
    now = clock.utcnow()
    near = [row["expire"] for row in booked if row["expire"] and row["expire"] < now + UNDER_WAY]
    if not near and now - booked[0]["created_at"] < UNDER_WAY:
        return
    numbers = [row["id"] for row in booked]
    live = set(RESERVATIONS.values("id", {"_id": {"$in": numbers}, **RESERVATIONS.live}))
    release(row for row in booked if row["id"] not in live)


def note_outstanding() -> None:
    """Enter the live reservations in usages that never had any: those of a SQL database.

    They are counted in ``reserved`` already. No more than those of one usage are held at once.

    NOTE: every usage that was ever booked on has the field, so running it again enters nothing
    twice.
    """
    by_usage: list[Document] = [
        {"$match": RESERVATIONS.live},
        {"$sort": {"usage_id": 1}},
        {"$project": {"usage_id": 1, "delta": 1, "id": "$_id"}},
    ]
    rows = RESERVATIONS.aggregate(by_usage, allowDiskUse=True, batchSize=BATCH)
    with translated(USAGES.name):
        for usage_id, reservations in groupby(rows, itemgetter("usage_id")):
            entries = outstanding(reservations)
            USAGES.collection.update_one(
                {"_id": usage_id, **USAGES.live, BOOKINGS: {"$exists": False}},
                {"$set": {BOOKINGS: entries, OUTSTANDING: len(entries)}},
            )


def _key(reservation: Row) -> str:
    return f"{BOOKINGS}.{reservation['id']}"


def _entry(reservation: Row, numbers: list[int]) -> Document:
    return {"delta": reservation["delta"], "of": numbers}


def _booking(reservation: Row, numbers: list[int], guard: Filter) -> tuple[Filter, Document]:
    """Return the update that books a reservation, once."""
    key = _key(reservation)
    where = {
        "_id": reservation["usage_id"],
        key: {"$exists": False},
        OUTSTANDING: {"$not": {"$gte": MOST_OUTSTANDING}},
        **USAGES.live,
        **guard,
    }
    changes: Document = {key: _entry(reservation, numbers)}
    counts = {OUTSTANDING: 1}
    if reservation["delta"] > 0:
        changes["updated_at"] = clock.utcnow()
        counts["reserved"] = reservation["delta"]
    return where, {"$set": changes, "$inc": counts}


def _settlement(reservation: Row, *, commit: bool) -> tuple[Filter, Document]:
    """Return the update that takes a reservation off its usage, once."""
    delta, key = reservation["delta"], _key(reservation)
    update: Document = {"$unset": {key: ""}, "$inc": {OUTSTANDING: -1}}
    amounts = {"reserved": -max(delta, 0), "in_use": delta if commit else 0}
    if changes := {column: amount for column, amount in amounts.items() if amount}:
        update["$inc"] |= changes
        update["$set"] = {"updated_at": clock.utcnow()}
    return {"_id": reservation["usage_id"], **USAGES.live, key: {"$exists": True}}, update
