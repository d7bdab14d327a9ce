"""The floating addresses, their projects and the fixed addresses that they map to.

    {_id: 1, address: "192.0.2.7", pool: "nova", project_id: null, fixed_ip_id: null, host: null,
     auto_assigned: false, interface: "eth0", created_at, updated_at, deleted_at, deleted: 0}

A unique key allows one live row per address. Allocation is a claim. The filters of association and
disassociation contain the columns that they change, so only one of two callers succeeds.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from operator import itemgetter
from typing import Any, cast

from nova_docdb import exception
from nova_docdb.context import (
    Context,
    authorize_project_context,
    is_user_context,
    require_admin_context,
    require_context,
)
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import raising_on_duplicate
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.arguments import require_list, require_mapping
from nova_docdb.mongo.tables.links import Side, linked
from nova_docdb.mongo.tables.relations import get_joined, join, join_one
from nova_docdb.mongo.tables.retry import Retry
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

FLOATING_IPS = table("floating_ips")
FIXED_IPS = table("fixed_ips")

# Serves the claim of a free address, lowest id first.
FREE_INDEX = FLOATING_IPS.spec.index("pool", "deleted", "fixed_ip_id", "project_id", "id")

OWNER = "fixed_ip.instance"


@require_context
def floating_ip_allocate_address(context: Context, project_id: str | None, pool: str | None) -> str:
    authorize_project_context(context, project_id)
    free = FLOATING_IPS.where_live(pool=pool, fixed_ip_id=None, project_id=None)
    taken = FLOATING_IPS.claim(free, {"project_id": project_id}, FREE_INDEX)
    return cast("str", require(taken, exception.NoMoreFloatingIps())["address"])


@require_context
def floating_ip_bulk_create(context: Context, ips: Iterable[Values]) -> None:
    rows = [require_mapping("ips", values) for values in require_list("ips", ips)]
    new = [FLOATING_IPS.format.document(values) for values in rows]
    addresses = [document["address"] for document in new]
    _refuse_taken(addresses, _first_repeated(addresses))
    one_of_them = exception.FloatingIpExists(address=", ".join(map(str, addresses)))
    with raising_on_duplicate(one_of_them, "address"):
        try:
            FLOATING_IPS.store(new)
        except exception.DBDuplicateEntry:
            # Another caller was first: it is refused as it would have been after that.
            _refuse_taken(addresses)
            raise


@require_context
def floating_ip_bulk_destroy(context: Context, ips: Iterable[Values]) -> None:
    if context.read_deleted != "only":
        rows = [require_mapping("ips", values) for values in require_list("ips", ips)]
        addresses = [row["address"] for row in rows if row.get("address") is not None]
        FLOATING_IPS.soft_delete(FLOATING_IPS.any_of("address", addresses))


@require_context
def floating_ip_count_by_project(
    context: Context, project_id: str | None, session: object = None
) -> int:
    authorize_project_context(context, project_id)
    return FLOATING_IPS.count(FLOATING_IPS.where_live(project_id=project_id, auto_assigned=False))


@require_context
def floating_ip_create(context: Context, values: Values) -> str:
    def taken(new: Document) -> Exception:
        return exception.FloatingIpExists(address=new["address"])

    return cast("str", FLOATING_IPS.insert_unique(values, taken, "address")["address"])


@require_context
def floating_ip_deallocate(context: Context, address: str) -> None:
    _change_all(context, address, {"project_id": None, "host": None, "auto_assigned": False})


@require_context
def floating_ip_destroy(context: Context, address: str) -> None:
    visible = FLOATING_IPS.where_visible(context)
    retry = _retry(address)
    while True:
        retry.begin()
        seen = [_as_seen(row) for row in _all_by_address(context, address)]
        named = {"_id": {"$in": [row["_id"] for row in seen]}, **visible}
        if not seen or FLOATING_IPS.remove({**named, "$or": seen}) == len(seen):
            return


@require_context
def floating_ip_disassociate(context: Context, address: str) -> Row | None:
    retry = _retry(address)
    while True:
        retry.begin()
        floating_ip = _any_by_address(context, address)
        fixed_ip_id = floating_ip["fixed_ip_id"]
        where = {**_as_seen(floating_ip), "fixed_ip_id": fixed_ip_id}
        if FLOATING_IPS.update(where, {"fixed_ip_id": None, "host": None}) is None:
            continue
        if fixed_ip_id is None:
            return None
        visible = {"_id": fixed_ip_id, **FIXED_IPS.where_visible(context)}
        return get_joined(FIXED_IPS, visible, "network")


@require_context
def floating_ip_fixed_ip_associate(
    context: Context, floating_address: str, fixed_address: str, host: str | None
) -> Row | None:
    retry = _retry(floating_address)
    while True:
        retry.begin()
        floating_ip = _by_address(context, floating_address)
        fixed_ip = require(
            FIXED_IPS.first(FIXED_IPS.where_visible(context, address=fixed_address)),
            exception.FixedIpNotFoundForAddress(address=fixed_address),
        )
        if floating_ip["fixed_ip_id"] == fixed_ip["id"]:
            return None
        changes = FLOATING_IPS.format.changes({"fixed_ip_id": fixed_ip["id"], "host": host})
        where = {
            **_as_seen(floating_ip),
            **FLOATING_IPS.where_visible(context),
            "fixed_ip_id": floating_ip["fixed_ip_id"],
        }
        if FLOATING_IPS.find_one_and_update(where, {"$set": FLOATING_IPS.stamped(changes)}):
            return join(FIXED_IPS, [fixed_ip], "network")[0]


@require_context
def floating_ip_get(context: Context, id: int) -> Row:
    columns: dict[str, Any] = {"id": id}
    if is_user_context(context):
        columns["project_id"] = context.project_id
    floating_ip = get_joined(FLOATING_IPS, FLOATING_IPS.where_visible(context, **columns), OWNER)
    return require(floating_ip, exception.FloatingIpNotFound(id=id))


@require_admin_context
@tolerates_stale_reads
def floating_ip_get_all(context: Context) -> list[Row]:
    floating_ips = FLOATING_IPS.find(FLOATING_IPS.live)
    if not floating_ips:
        raise exception.NoFloatingIpsDefined
    return floating_ips


@require_admin_context
@tolerates_stale_reads
def floating_ip_get_all_by_host(context: Context, host: str) -> list[Row]:
    floating_ips = FLOATING_IPS.find(FLOATING_IPS.where_live(host=host))
    if not floating_ips:
        raise exception.FloatingIpNotFoundForHost(host=host)
    return floating_ips


@require_context
@tolerates_stale_reads
def floating_ip_get_all_by_project(context: Context, project_id: str | None) -> list[Row]:
    authorize_project_context(context, project_id)
    where = FLOATING_IPS.where_live(project_id=project_id, auto_assigned=False)
    return join(FLOATING_IPS, FLOATING_IPS.find(where), OWNER)


@require_context
def floating_ip_get_by_address(context: Context, address: str | None) -> Row:
    return join_one(FLOATING_IPS, _by_address(context, address), OWNER)


@require_context
def floating_ip_get_by_fixed_address(context: Context, fixed_address: str) -> list[Row]:
    associated = {"fixed_ip_id": {"$ne": None}, **FLOATING_IPS.where_visible(context)}
    floating_ips = linked(
        Side(FLOATING_IPS, "fixed_ip_id", associated),
        Side(FIXED_IPS, "id", FIXED_IPS.equals({"address": fixed_address})),
        whole=True,
    )
    return sorted(chain.from_iterable(floating_ips), key=itemgetter("id"))


@require_context
def floating_ip_get_by_fixed_ip_id(context: Context, fixed_ip_id: int) -> list[Row]:
    return FLOATING_IPS.find(FLOATING_IPS.where_visible(context, fixed_ip_id=fixed_ip_id))


@require_context
@tolerates_stale_reads
def floating_ip_get_pools(context: Context) -> list[dict[str, str | None]]:
    groups = FLOATING_IPS.aggregate(
        [{"$match": FLOATING_IPS.where_visible(context)}, {"$group": {"_id": "$pool"}}]
    )
    pools = [group["_id"] for group in groups]
    return [{"name": pool} for pool in sorted(pools, key=lambda pool: pool or "")]


@require_context
def floating_ip_set_auto_assigned(context: Context, address: str) -> None:
    _change_all(context, address, {"auto_assigned": True})


@require_context
def floating_ip_update(context: Context, address: str, values: Values) -> None:
    new = require_mapping("values", values).get("address", address)
    taken = exception.FloatingIpExists(address=new)
    retry = _retry(address)
    while True:
        retry.begin()
        floating_ip = _by_address(context, address)
        where = {**_as_seen(floating_ip), **FLOATING_IPS.where_visible(context)}
        with raising_on_duplicate(taken, "address"):
            if FLOATING_IPS.update(where, values) is not None:
                return


def _first_repeated(addresses: list[str | None]) -> str | None:
    seen: set[str | None] = set()
    for address in addresses:
        if address in seen:
            return address
        seen.add(address)
    return None


def _refuse_taken(addresses: list[Any], twice: str | None = None) -> None:
    taken = FLOATING_IPS.first({**FLOATING_IPS.any_of("address", addresses), **FLOATING_IPS.live})
    if twice is not None or taken is not None:
        raise exception.FloatingIpExists(address=twice or require(taken, KeyError())["address"])


def _by_address(context: Context, address: str | None) -> Row:
    floating_ip = _any_by_address(context, address)
    if floating_ip["project_id"] is not None:
        authorize_project_context(context, floating_ip["project_id"])
    return floating_ip


def _any_by_address(context: Context, address: str | None) -> Row:
    """Return the row of an address of any project; None for an empty address."""
    floating_ip = FLOATING_IPS.first(FLOATING_IPS.where_visible(context, address=address or None))
    return require(floating_ip, exception.FloatingIpNotFoundForAddress(address=address))


def _as_seen(floating_ip: Row) -> Filter:
    """Return the filter for a row with the project that was read.

    NOTE: if it matches nothing, the caller reads the row again. So a delayed request of a failed
    call cannot take the address from another project.
    """
    return {"_id": floating_ip["id"], "project_id": floating_ip["project_id"]}


def _all_by_address(context: Context, address: str) -> list[Row]:
    return FLOATING_IPS.find(FLOATING_IPS.where_visible(context, address=address))


def _change_all(context: Context, address: str, values: Values) -> None:
    """Update columns of every row of an address."""
    update = {"$set": FLOATING_IPS.stamped(FLOATING_IPS.format.changes(values))}
    visible = FLOATING_IPS.where_visible(context)
    retry = _retry(address)
    while True:
        retry.begin()
        rows = _all_by_address(context, address)
        seen = [({**_as_seen(row), **visible}, update) for row in rows]
        if FLOATING_IPS.update_each(seen) == len(rows):
            return


def _retry(address: str) -> Retry:
    return Retry(FLOATING_IPS.name, f"others changed {exception.shown(address)}")
