"""Quota reservations: changes of usages that are neither committed nor rolled back.

    {_id: 17, uuid: "...", usage_id: 3, project_id: "acme", resource: "cores", delta: 2,
     expire: ISODate, created_at, updated_at, deleted_at, deleted: 0}

A reservation is booked on its usage and settled once: see ``bookings``, also for what a crash
leaves. Only live rows are read, whatever the context's read_deleted is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from nova_docdb import exception
from nova_docdb.context import Context, require_admin_context, require_context
from nova_docdb.mongo.families.quotas.bookings import RESERVATIONS, enter, settle, settle_expired
from nova_docdb.mongo.store import ids
from nova_docdb.mongo.store.transactions import transactional
from nova_docdb.mongo.tables.arguments import require_list, require_mapping
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import require


@require_context
def reservation_commit(
    context: Context, reservations: Iterable[str], project_id: str | None = None
) -> None:
    settle(_live_reservations(reservations), commit=True)


@require_admin_context
@transactional
def reservation_create(
    context: Context,
    uuid: str,
    usage: Mapping[str, Any],
    project_id: str | None,
    resource: str | None,
    delta: int,
    expire: datetime | str | None,
) -> Row:
    values = {
        "uuid": uuid,
        "usage_id": require_mapping("usage", usage).get("id"),
        "project_id": project_id,
        "resource": resource,
        "delta": delta,
        "expire": expire,
    }
    checked = RESERVATIONS.format.document(values)
    # It is added to the usage before its row is inserted, so that a visible row settles fully. A
    # crash in between leaves an entry without a row, which changes no amount.
    row_id = ids.allocate(RESERVATIONS.name)[0]
    enter({**checked, "id": row_id})
    return RESERVATIONS.insert_with_id(row_id, checked)


@require_admin_context
def reservation_expire(context: Context) -> None:
    settle_expired()


@require_context
def reservation_get(context: Context, uuid: str) -> Row:
    reservation = RESERVATIONS.first(RESERVATIONS.where_live(uuid=uuid))
    return require(reservation, exception.ReservationNotFound(uuid=uuid))


@require_context
def reservation_rollback(
    context: Context, reservations: Iterable[str], project_id: str | None = None
) -> None:
    settle(_live_reservations(reservations), commit=False)


def _live_reservations(uuids: Iterable[str]) -> list[Row]:
    """Return the live reservations of these uuids; ignore others.

    Each is settled on its own usage, whatever project the caller passes.
    """
    named = RESERVATIONS.any_of("uuid", require_list("reservations", uuids))
    return RESERVATIONS.find({**named, **RESERVATIONS.live})
