"""The traffic of network cards in audit periods, as nova-compute last reported it.

    {_id: 1, uuid: "...", mac: "02:16:3e:00:00:01", start_period: ISODate, bw_in: 1, bw_out: 2,
     last_ctr_in: 1, last_ctr_out: 2, last_refreshed: ISODate,
     created_at, updated_at, deleted_at, deleted: 0}

An instance has one row for a card and a period: a unique key over the three, so of two first
updates one inserts and the other updates that row. Nothing deletes rows, and every row counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from nova_docdb import cells, clock
from nova_docdb.context import Context, require_context
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.arguments import require_list
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import table

BW_USAGES = table("bw_usage_cache")


@require_context
def bw_usage_get(context: Context, uuid: str, start_period: datetime | str, mac: str) -> Row | None:
    return BW_USAGES.get(BW_USAGES.equals({"uuid": uuid, "start_period": start_period, "mac": mac}))


@require_context
@tolerates_stale_reads
def bw_usage_get_by_uuids(
    context: Context, uuids: Iterable[str], start_period: datetime | str
) -> list[Row]:
    return BW_USAGES.find(
        {
            **BW_USAGES.any_of("uuid", require_list("uuids", uuids)),
            **BW_USAGES.equals({"start_period": start_period}),
        }
    )


@require_context
def bw_usage_update(
    context: Context,
    uuid: str,
    mac: str,
    start_period: datetime | str,
    bw_in: int | None,
    bw_out: int | None,
    last_ctr_in: int | None,
    last_ctr_out: int | None,
    last_refreshed: datetime | str | None = None,
    update_cells: bool = True,
) -> None:
    key = {"uuid": uuid, "mac": mac, "start_period": start_period}
    values = {
        "bw_in": bw_in,
        "bw_out": bw_out,
        "last_ctr_in": last_ctr_in,
        "last_ctr_out": last_ctr_out,
        "last_refreshed": clock.utcnow() if last_refreshed is None else last_refreshed,
    }
    where = BW_USAGES.equals(key)
    BW_USAGES.update_or_insert(lambda: BW_USAGES.update_always(where, values), {**key, **values})
    if update_cells:
        cells.notify("bw_usage_update", context, {**key, **values})
