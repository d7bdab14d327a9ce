"""The fixed addresses of networks: free, taken by an instance, or used by a host itself.

    {_id: 1, address: "10.0.0.2", network_id: 1, instance_uuid: null, virtual_interface_id: null,
     host: null, allocated: false, leased: false, reserved: false,
     created_at, updated_at, deleted_at, deleted: 0}

Associating an address is a claim: one find_one_and_update whose filter contains the columns that it
sets, so only one of two callers gets the address. An address may be in several networks, and twice
in one; if a function needs one row, it uses the live one with the lowest id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from operator import itemgetter
from typing import Any, cast

from nova_docdb import clock, exception
from nova_docdb.context import (
    Context,
    authorize_project_context,
    is_user_context,
    require_admin_context,
    require_context,
)
from nova_docdb.mongo.families.instance_addresses import fixed_ips_of
from nova_docdb.mongo.store.confirmations import changed
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.arguments import earlier_than, require_list, require_uuid
from nova_docdb.mongo.tables.links import Side, chunks, find_by, linked
from nova_docdb.mongo.tables.relations import get_joined
from nova_docdb.mongo.tables.retry import Retry
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

FIXED_IPS = table("fixed_ips")
FLOATING_IPS = table("floating_ips")
INSTANCES = table("instances")
NETWORKS = table("networks")

# Serves the claim of a free address, lowest id first.
FREE_INDEX = FIXED_IPS.spec.index(
    "network_id", "deleted", "reserved", "instance_uuid", "host", "id"
)


@require_admin_context
def fixed_ip_associate(
    context: Context,
    address: str,
    instance_uuid: str,
    network_id: int | None = None,
    reserved: bool = False,
) -> str:
    require_uuid(instance_uuid)
    there = {
        **FIXED_IPS.where_live(address=address, reserved=reserved),
        **FIXED_IPS.any_of("network_id", [network_id, None]),
    }
    changes = FIXED_IPS.format.changes({"instance_uuid": instance_uuid, "network_id": network_id})
    retry = Retry(FIXED_IPS.name, f"others claimed and released {exception.shown(address)}")
    while True:
        # It was in use at the previous attempt and has been released since.
        retry.begin()
        candidates = FIXED_IPS.find(there)
        if not candidates:
            raise exception.FixedIpNotFoundForNetwork(address=address, network_uuid=network_id)
        for candidate in candidates:
            free = {**there, **_one(candidate), "instance_uuid": None}
            taken = FIXED_IPS.find_one_and_update(free, {"$set": FIXED_IPS.stamped(changes)})
            if taken is not None:
                return cast("str", taken["address"])
        holder = FIXED_IPS.first({**there, "instance_uuid": {"$ne": None}})
        if holder is not None:
            raise exception.FixedIpAlreadyInUse(
                address=address, instance_uuid=holder["instance_uuid"]
            )


@require_admin_context
def fixed_ip_associate_pool(
    context: Context,
    network_id: int,
    instance_uuid: str | None = None,
    host: str | None = None,
) -> str:
    changes: dict[str, Any] = {}
    if instance_uuid:
        changes["instance_uuid"] = require_uuid(instance_uuid)
    if host:
        changes["host"] = host
    free = FIXED_IPS.where_live(
        network_id=network_id, reserved=False, instance_uuid=None, host=None
    )
    # Addresses without a network are used after those of the network. With two claims, each uses
    # one range of the index.
    of_no_network = {**free, "network_id": None}
    if changes:
        taken = FIXED_IPS.claim(free, changes, FREE_INDEX) or FIXED_IPS.claim(
            of_no_network, {**changes, "network_id": network_id}, FREE_INDEX
        )
    else:
        taken = FIXED_IPS.first(free) or FIXED_IPS.first(of_no_network)
    return cast("str", require(taken, exception.NoMoreFixedIps())["address"])


@require_context
def fixed_ip_bulk_create(context: Context, ips: Iterable[Values]) -> None:
    FIXED_IPS.insert_many(require_list("ips", ips))


@require_context
def fixed_ip_count_by_project(
    context: Context, project_id: str | None, session: object = None
) -> int:
    authorize_project_context(context, project_id)
    # An address is counted while an instance has it, even a deleted one.
    held = Side(FIXED_IPS, "instance_uuid", {"instance_uuid": {"$ne": None}, **FIXED_IPS.live})
    owners = Side(INSTANCES, "uuid", INSTANCES.equals({"project_id": project_id}))
    return sum(map(len, linked(held, owners)))


@require_context
def fixed_ip_create(context: Context, values: Values) -> str:
    return cast("str", FIXED_IPS.insert(values)["address"])


@require_context
def fixed_ip_disassociate(context: Context, address: str) -> None:
    _change(context, address, {"instance_uuid": None})


@require_admin_context
def fixed_ip_disassociate_all_by_timeout(context: Context, host: str, time: datetime | str) -> int:
    stale = {
        **FIXED_IPS.live,
        "allocated": False,
        "instance_uuid": {"$ne": None},
        "updated_at": earlier_than("time", time),
    }
    changes = {"instance_uuid": None, "leased": False, "updated_at": clock.utcnow()}
    freed = 0
    for address_ids in _leased_on(host, stale):
        # The filter repeats the conditions: an address that has been allocated or changed since is
        # not released.
        with translated(FIXED_IPS.name):
            update = FIXED_IPS.collection.update_many(
                {"_id": {"$in": address_ids}, **stale}, {"$set": changes}
            )
        freed += update.modified_count
    changed(freed)
    return freed


@require_context
def fixed_ip_get(context: Context, id: int, get_network: bool = False) -> Row:
    where = FIXED_IPS.where_visible(context, id=id)
    fixed_ip = get_joined(FIXED_IPS, where, "network") if get_network else FIXED_IPS.get(where)
    return _authorized(context, require(fixed_ip, exception.FixedIpNotFound(id=id)))


@require_admin_context
@tolerates_stale_reads
def fixed_ip_get_all(context: Context) -> list[Row]:
    fixed_ips = FIXED_IPS.find({})
    if not fixed_ips:
        raise exception.NoFixedIpsDefined
    return fixed_ips


@require_context
def fixed_ip_get_by_address(context: Context, address: str) -> Row:
    return _by_address(context, address)


@require_admin_context
def fixed_ip_get_by_address_detailed(
    context: Context, address: str
) -> tuple[Row, Row | None, Row | None]:
    fixed_ip = FIXED_IPS.first(FIXED_IPS.where_visible(context, address=address))
    found = require(fixed_ip, exception.FixedIpNotFoundForAddress(address=address))
    network = instance = None
    if found["network_id"] is not None:
        network = NETWORKS.get({"_id": found["network_id"]})
    if found["instance_uuid"] is not None:
        instance = INSTANCES.get(INSTANCES.equals({"uuid": found["instance_uuid"]}))
    return found, network, instance


@require_context
def fixed_ip_get_by_floating_address(context: Context, floating_address: str) -> Row | None:
    floating_ip = FLOATING_IPS.first(FLOATING_IPS.where_live(address=floating_address))
    if floating_ip is None or floating_ip["fixed_ip_id"] is None:
        return None
    return FIXED_IPS.get(FIXED_IPS.where_visible(context, id=floating_ip["fixed_ip_id"]))


@require_admin_context
def fixed_ip_get_by_host(context: Context, host: str) -> list[Row]:
    held = {"instance_uuid": {"$ne": None}, **FIXED_IPS.where_visible(context)}
    fixed_ips = linked(
        Side(FIXED_IPS, "instance_uuid", held),
        Side(INSTANCES, "uuid", INSTANCES.where_live(host=host)),
        whole=True,
    )
    return sorted(chain.from_iterable(fixed_ips), key=itemgetter("id"))


@require_context
def fixed_ip_get_by_instance(context: Context, instance_uuid: str) -> list[Row]:
    return fixed_ips_of(instance_uuid)


@require_context
def fixed_ip_get_by_network_host(context: Context, network_uuid: int, host: str) -> Row:
    # The reference calls the argument network_uuid; it is the network's id.
    fixed_ip = FIXED_IPS.first(FIXED_IPS.where_live(network_id=network_uuid, host=host))
    missing = exception.FixedIpNotFoundForNetworkHost(network_id=network_uuid, host=host)
    return require(fixed_ip, missing)


@require_context
def fixed_ip_update(context: Context, address: str, values: Values) -> None:
    _change(context, address, values)


@require_context
def fixed_ips_by_virtual_interface(context: Context, vif_id: int) -> list[Row]:
    return FIXED_IPS.find(FIXED_IPS.where_live(virtual_interface_id=vif_id))


def _by_address(context: Context, address: str) -> Row:
    fixed_ip = FIXED_IPS.first(FIXED_IPS.where_visible(context, address=address))
    missing = exception.FixedIpNotFoundForAddress(address=address)
    return _authorized(context, require(fixed_ip, missing))


def _authorized(context: Context, fixed_ip: Row) -> Row:
    """Return the address if its instance, live or deleted, is not of another project."""
    uuid = fixed_ip["instance_uuid"]
    if uuid is not None and is_user_context(context):
        instance = INSTANCES.get(INSTANCES.equals({"uuid": uuid}))
        missing = exception.InstanceNotFound(instance_id=uuid)
        authorize_project_context(context, require(instance, missing)["project_id"])
    return fixed_ip


def _change(context: Context, address: str, values: Values) -> None:
    retry = Retry(FIXED_IPS.name, f"others changed {exception.shown(address)}")
    while True:
        retry.begin()
        fixed_ip = _by_address(context, address)
        # NOTE: the filter contains the instance that was read. If the row has another one by then,
        # or is deleted, read it again. So a delayed request of a failed call cannot take the
        # address from another instance.
        guard = {"instance_uuid": fixed_ip["instance_uuid"]}
        where = {**_one(fixed_ip), **FIXED_IPS.where_visible(context)}
        if FIXED_IPS.update(where, values, guard=guard) is not None:
            return


def _one(fixed_ip: Row) -> Filter:
    """Return the filter for one address, with its network, the shard key of a cluster."""
    return {"_id": fixed_ip["id"], "network_id": fixed_ip["network_id"]}


def _leased_on(host: str, stale: Filter) -> Iterator[list[int]]:
    """Yield the ids of the stale addresses of a host, in chunks.

    Either the network of the address has this host, or it is multi-host and the instance is on this
    host. The network and the instance must exist, live or deleted.
    """
    of_host = set(NETWORKS.values("id", NETWORKS.equals({"host": host})))
    multi_host = set(NETWORKS.values("id", NETWORKS.equals({"multi_host": True})))
    networks = {"network_id": {"$in": list(of_host | multi_host)}}
    for fixed_ips in chunks(FIXED_IPS.find({**stale, **networks})):
        uuids = {fixed_ip["instance_uuid"] for fixed_ip in fixed_ips}
        instances = find_by(INSTANCES, "uuid", uuids, {})
        host_of = {instance["uuid"]: instance["host"] for instance in instances}
        address_ids = [
            fixed_ip["id"]
            for fixed_ip in fixed_ips
            if fixed_ip["instance_uuid"] in host_of
            and (fixed_ip["network_id"] in of_host or host_of[fixed_ip["instance_uuid"]] == host)
        ]
        if address_ids:
            yield address_ids
