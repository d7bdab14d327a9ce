"""How reservations are booked on usages: each booking once, each settled once.

A usage carries its outstanding reservations in a private field, so that the counter and the
evidence change in one step:

    quota_usages: {_id: 3, resource: "cores", in_use: 4, reserved: 2, ...,
                   _reservations: {"17": {delta: 2, last: [5, 18]}}}

The key is the id of the row in ``reservations``. Booking needs the key to be absent, settling needs
it to be there, so doing either twice changes nothing, and of commit, rollback and expiry of one
reservation one takes effect. ``last`` names the last booking of the call that this one belongs to,
as usage and reservation; while that is not there the call may still be refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from nova_docdb import clock
from nova_docdb.mongo.errors import translated
from nova_docdb.mongo.joins import table
from nova_docdb.mongo.rows import Document, Filter, Row

USAGES = table("quota_usages")
RESERVATIONS = table("reservations")

BOOKINGS = "_reservations"
BATCH = 1000

Last = list[int]


def book(reservation: Row, limit: int | None, last: Last) -> bool:
    """Book a reservation on its usage, unless that would exceed the limit.

    :param limit: in_use, reserved and the reservation together must not exceed it; None or a
        negative number is no limit
    :returns: False if the limit stands in the way, or the usage is gone
    """
    delta, key = reservation["delta"], _key(reservation)
    guard: Filter = {"_id": reservation["usage_id"], **USAGES.live, key: {"$exists": False}}
    if limit is not None and limit >= 0 and delta >= 0:
        guard["$expr"] = {"$lte": [{"$add": ["$in_use", "$reserved"]}, limit - delta]}
    update: Document = {"$set": {key: {"delta": delta, "last": last}}}
    if delta > 0:
        update["$inc"] = {"reserved": delta}
        update["$set"]["updated_at"] = clock.utcnow()
    return USAGES.find_one_and_update(guard, update) is not None


def note(reservation: Row) -> None:
    """Enter a reservation that is counted in reserved already, or is not to be."""
    key = _key(reservation)
    with translated(USAGES.name):
        USAGES.collection.update_one(
            {"_id": reservation["usage_id"], **USAGES.live, key: {"$exists": False}},
            {"$set": {key: {"delta": reservation["delta"], "last": None}}},
        )


def settle(reservations: Iterable[Row], *, commit: bool) -> None:
    """Take reservations off their usages, each once, and soft-delete their rows.

    :param commit: whether their deltas are now in use

    NOTE: a crash before the rows are deleted leaves rows that are booked nowhere; settling them
    again only deletes them.
    """
    numbers = []
    for reservation in reservations:
        take_off(reservation, commit=commit)
        numbers.append(reservation["id"])
    if numbers:
        RESERVATIONS.soft_delete({"_id": {"$in": numbers}})


def take_off(reservation: Row, *, commit: bool) -> None:
    """Take a reservation off its usage, if it is booked there."""
    delta, key = reservation["delta"], _key(reservation)
    by = {"reserved": -delta if delta > 0 else 0, "in_use": delta if commit else 0}
    moved = {name: number for name, number in by.items() if number}
    update: Document = {"$unset": {key: ""}}
    if moved:
        update |= {"$inc": moved, "$set": {"updated_at": clock.utcnow()}}
    USAGES.find_one_and_update(
        {"_id": reservation["usage_id"], **USAGES.live, key: {"$exists": True}}, update
    )


def pending(project_id: str | None) -> dict[str, int]:
    """Return how much of each resource is held by calls that may still be refused."""
    with translated(USAGES.name):
        usages = list(USAGES.collection.find(USAGES.alive(project_id=project_id)))
    bookings = {usage["_id"]: usage.get(BOOKINGS) or {} for usage in usages}

    def may_be_refused(booking: Document) -> bool:
        if booking["last"] is None:
            return False
        usage, reservation = booking["last"]
        return str(reservation) not in bookings.get(usage, {})

    return {
        usage["resource"]: sum(
            max(booking["delta"], 0)
            for booking in bookings[usage["_id"]].values()
            if may_be_refused(booking)
        )
        for usage in usages
    }


def note_outstanding() -> None:
    """Enter every live reservation in its usage: for rows that came from a SQL database."""
    with translated(RESERVATIONS.name):
        rows = iter(RESERVATIONS.collection.find(RESERVATIONS.live))
        while batch := list(islice(rows, BATCH)):
            for document in batch:
                note(RESERVATIONS.format.row(document))


def _key(reservation: Row) -> str:
    return f"{BOOKINGS}.{reservation['id']}"


def without_bookings() -> dict[str, Any]:
    """Return the private field of a new usage."""
    return {BOOKINGS: {}}
