"""The reads and writes of volumes: since the instance started, and the totals before that.

    {_id: 1, volume_id: "...", instance_id: 7, curr_reads: 1, curr_read_bytes: 512, curr_writes: 0,
     curr_write_bytes: 0, curr_last_refreshed: ISODate, tot_reads: 9, tot_read_bytes: ..., ...,
     tot_last_refreshed: ISODate, created_at, updated_at, deleted_at, deleted: 0}

A unique key allows one row per volume. One pipeline update compares the counters, adds them to the
totals and writes them, so that concurrent callers lose no counts. Rows are never deleted, and reads
do not check ``deleted``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nova_docdb import clock, exception
from nova_docdb.context import Context, require_context
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.arguments import later_than
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import table
from nova_docdb.schemas.columns import INT64

VOLUME_USAGES = table("volume_usage_cache")

COUNTERS = ("reads", "read_bytes", "writes", "write_bytes")


@require_context
@tolerates_stale_reads
def vol_get_usage_by_time(context: Context, begin: datetime | str) -> list[Row]:
    later = later_than("begin", begin)
    changed = [
        {column: condition}
        for column in ("tot_last_refreshed", "curr_last_refreshed")
        for condition in (later, None)
    ]
    return VOLUME_USAGES.find({"$or": changed})


@require_context
def vol_usage_update(
    context: Context,
    id: str,
    rd_req: int,
    rd_bytes: int,
    wr_req: int,
    wr_bytes: int,
    instance_id: int | str | None,
    last_refreshed: datetime | str | None = None,
    update_totals: bool = False,
) -> None:
    counts = dict(zip(COUNTERS, (rd_req, rd_bytes, wr_req, wr_bytes), strict=True))
    moment = clock.utcnow() if last_refreshed is None else last_refreshed
    row = {"volume_id": id, "instance_id": instance_id, **_new_row(counts, moment, update_totals)}
    new = VOLUME_USAGES.format.document(row)
    # The given values, as the columns store them.
    prefix = "tot" if update_totals else "curr"
    given = {name: new[f"{prefix}_{name}"] for name in COUNTERS}
    update = _changes_of_detach if update_totals else _changes_of_poll
    changes = {
        **update(given, new["tot_last_refreshed"]),
        "instance_id": {"$literal": new["instance_id"]},
        "updated_at": clock.utcnow(),
    }
    where = VOLUME_USAGES.equals({"volume_id": id})
    VOLUME_USAGES.update_or_insert(lambda: _update_fitting(where, given, changes), row)


def _update_fitting(where: Filter, given: dict[str, int], changes: Document) -> bool:
    """Update the row of a volume; return False if there is none.

    :raises InvalidInput: if a total would not fit into 64 bits: a server would round it
    """
    totals = {name: changes[name] for name in map("tot_{}".format, given)}
    fit = {"$and": [{"$lte": [total, INT64[-1]]} for total in totals.values()]}
    fitting = {**where, "$expr": fit}
    if VOLUME_USAGES.find_one_and_update(fitting, [{"$set": changes}]) is not None:
        return True
    # NOTE: if another caller has just inserted a row that fits, update_or_insert updates it.
    if VOLUME_USAGES.exists({**where, "$nor": [{"$expr": fit}]}):
        raise exception.InvalidInput(
            reason="volume_usage_cache: a total would not fit into 64 bits"
        )
    return False


def _new_row(counts: dict[str, int], moment: Any, in_totals: bool) -> Document:
    """Return the counters and times of a new row.

    :raises InvalidInput: if a count is None
    """
    if missing := [name for name, count in counts.items() if count is None]:
        raise exception.InvalidInput(
            reason=f"volume_usage_cache: {', '.join(missing)} must be numbers, not None"
        )
    counted, empty = ("tot", "curr") if in_totals else ("curr", "tot")
    return {
        **{f"{counted}_{name}": count for name, count in counts.items()},
        **{f"{empty}_{name}": 0 for name in counts},
        "curr_last_refreshed": moment,
        "tot_last_refreshed": moment,
    }


def _changes_of_poll(given: dict[str, int], moment: datetime) -> Document:
    """Return the changes of a poll: after a restart, the old counters are added to the totals."""
    restarted = _restart_condition(given)
    changes: Document = {
        "curr_last_refreshed": moment,
        "tot_last_refreshed": {"$cond": [restarted, moment, "$tot_last_refreshed"]},
    }
    for name, number in given.items():
        total = _or_zero(f"tot_{name}")
        summed = {"$add": [total, _or_zero(f"curr_{name}")]}
        changes[f"tot_{name}"] = {"$cond": [restarted, summed, total]}
        changes[f"curr_{name}"] = number
    return changes


def _changes_of_detach(given: dict[str, int], moment: datetime) -> Document:
    """Return the changes of a detach: all counters are added to the totals."""
    restarted = _restart_condition(given)
    changes: Document = {"tot_last_refreshed": moment}
    for name, number in given.items():
        before = {"$cond": [restarted, _or_zero(f"curr_{name}"), 0]}
        changes[f"tot_{name}"] = {"$add": [_or_zero(f"tot_{name}"), before, number]}
        changes[f"curr_{name}"] = 0
    return changes


def _restart_condition(given: dict[str, int]) -> Document:
    """Return the condition for a restart of the instance: a counter is lower than before."""
    return {"$or": [{"$lt": [number, _or_zero(f"curr_{n}")]} for n, number in given.items()]}


def _or_zero(column: str) -> Document:
    return {"$ifNull": [f"${column}", 0]}
