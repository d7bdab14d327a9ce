"""The networks of nova-network.

    {_id: 1, label: "private", cidr: "10.0.0.0/24", vlan: 100, project_id: null, host: null,
     uuid: "...", multi_host: false, bridge: "br100", ..., _only_of: null,
     created_at, updated_at, deleted_at, deleted: 0}

A unique key allows one live network per vlan. A claim assigns a network to a project, a
test-and-set assigns it to a host. A claim for a project without a network sets the private field
``_only_of``, and a unique key refuses a second one. Networks are removed instead of soft-deleted.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, cast

from nova_docdb import exception
from nova_docdb.context import Context, is_user_context, require_admin_context, require_context
from nova_docdb.mongo.store.confirmations import changed, skip_proof
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import raising_on_duplicate, translated
from nova_docdb.mongo.tables.arguments import require_list
from nova_docdb.mongo.tables.links import Side, linked
from nova_docdb.mongo.tables.retry import Retry
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Table, Values, require, table

NETWORKS = table("networks")
FIXED_IPS = table("fixed_ips")
INTERFACES = table("virtual_interfaces")
INSTANCES = table("instances")

# The project that had no network when it claimed this one.
MARK = "_only_of"

# Serves the claim of a network that no project has, lowest id first.
FREE_INDEX = NETWORKS.spec.index("project_id", "deleted", "id")


@require_admin_context
def network_associate(
    context: Context, project_id: str, network_id: int | None = None, force: bool = False
) -> Row:
    columns = {"project_id": None, **({} if network_id is None else {"id": network_id})}
    if not force:
        return _claim_only_one(project_id, columns)
    return _claim(project_id, columns)


@require_admin_context
def network_count_reserved_ips(context: Context, network_id: int) -> int:
    return FIXED_IPS.count(FIXED_IPS.where_live(network_id=network_id, reserved=True))


@require_admin_context
def network_create_safe(context: Context, values: Values) -> Row:
    new = NETWORKS.format.document(values)
    new["uuid"] = new["uuid"] or str(uuid.uuid4())
    with raising_on_duplicate(exception.DuplicateVlan(vlan=new["vlan"]), "vlan"):
        return NETWORKS.store([new])[0]


@require_admin_context
def network_delete_safe(context: Context, network_id: int) -> None:
    # NOTE: the addresses are deleted before the network. The filter excludes an address that is
    # allocated after the first check; the others are then restored. A crash in between leaves a
    # network without addresses; deleting it again completes the deletion.
    of_network = FIXED_IPS.where_live(network_id=network_id)
    in_use = exception.NetworkInUse(network_id=network_id)
    if FIXED_IPS.exists({**of_network, "allocated": True}):
        raise in_use
    network = _visible_network(context, network_id, project_only=False)
    deletion = FIXED_IPS.deletion()
    FIXED_IPS.soft_delete({**of_network, "allocated": {"$ne": True}}, deletion=deletion)
    if FIXED_IPS.exists({**of_network, "allocated": True}):
        deleted = {"network_id": network["id"], "deleted_at": deletion["deleted_at"]}
        FIXED_IPS.restore(deleted)
        raise in_use
    if not NETWORKS.remove({"_id": network["id"]}):
        raise exception.NetworkNotFound(network_id=network_id)


@require_admin_context
def network_disassociate(
    context: Context,
    network_id: int,
    disassociate_host: bool = True,
    disassociate_project: bool = True,
) -> None:
    values: dict[str, Any] = {}
    if disassociate_project:
        values["project_id"] = None
    if disassociate_host:
        values["host"] = None
    retry = Retry(NETWORKS.name, f"others changed network {exception.shown(network_id)}")
    while True:
        retry.begin()
        network = _visible_network(context, network_id, project_only="allow_none")
        # The filter contains the owner, so that a delayed request of a failed call cannot match.
        seen = {"_id": network["id"], **{column: network[column] for column in values}}
        if NETWORKS.update({**seen, **NETWORKS.where_visible(context)}, values) is not None:
            return


@require_context
def network_get(context: Context, network_id: int, project_only: bool | str = "allow_none") -> Row:
    return _visible_network(context, network_id, project_only=project_only)


@require_context
def network_get_all(context: Context) -> list[Row]:
    networks = NETWORKS.find(NETWORKS.live)
    if not networks:
        raise exception.NoNetworksFound
    return networks


@require_admin_context
def network_get_all_by_host(context: Context, host: str) -> list[Row]:
    network_ids = set(FIXED_IPS.values("network_id", FIXED_IPS.where_visible(context, host=host)))
    interfaces = linked(
        Side(INTERFACES, "instance_uuid", {"instance_uuid": {"$ne": None}}),
        Side(INSTANCES, "uuid", INSTANCES.equals({"host": host})),
    )
    for some in interfaces:
        of_them = {"virtual_interface_id": {"$in": [interface["id"] for interface in some]}}
        network_ids.update(
            FIXED_IPS.values("network_id", {**of_them, **FIXED_IPS.where_visible(context)})
        )
    either = [NETWORKS.equals({"host": host}), {"_id": {"$in": list(network_ids)}}]
    return NETWORKS.find({"$or": either, **NETWORKS.live})


@require_admin_context
def network_get_all_by_instance(context: Context, instance_id: str | int) -> list[Row]:
    instance_uuid = instance_id
    if isinstance(instance_id, int):
        instance = INSTANCES.get(INSTANCES.equals({"id": instance_id}))
        instance_uuid = instance["uuid"] if instance else ""
    network_ids = set(
        FIXED_IPS.values("network_id", FIXED_IPS.where_live(instance_uuid=instance_uuid))
    )
    networks = NETWORKS.find({"_id": {"$in": list(network_ids)}, **NETWORKS.live})
    if instance_uuid is None or not networks:
        raise exception.NetworkNotFoundForInstance(instance_id=instance_id)
    return networks


@require_context
def network_get_all_by_uuids(
    context: Context, network_uuids: Iterable[str], project_only: bool | str = "allow_none"
) -> list[Row]:
    wanted = require_list("network_uuids", network_uuids or [])
    named = [network_uuid for network_uuid in wanted if network_uuid is not None]
    where = {
        **NETWORKS.any_of("uuid", named),
        **NETWORKS.live,
        **_by_project(context, project_only),
    }
    networks = NETWORKS.find(where)
    if not networks:
        raise exception.NoNetworksFound
    found = {network["uuid"] for network in networks}
    for network_uuid in wanted:
        if network_uuid in found:
            continue
        if project_only:
            raise exception.NetworkNotFoundForProject(
                network_uuid=network_uuid, project_id=context.project_id
            )
        raise exception.NetworkNotFound(network_id=network_uuid)
    return networks


@require_admin_context
def network_get_associated_fixed_ips(
    context: Context, network_id: int, host: str | None = None
) -> list[Row]:
    fixed_ips = FIXED_IPS.find(FIXED_IPS.where_live(network_id=network_id, allocated=True))
    on_host = INSTANCES.equals({"host": host}) if host else {}
    interfaces = _live_by(INTERFACES, "id", (ip["virtual_interface_id"] for ip in fixed_ips), {})
    instances = _live_by(INSTANCES, "uuid", (ip["instance_uuid"] for ip in fixed_ips), on_host)
    return [
        {
            "address": ip["address"],
            "instance_uuid": ip["instance_uuid"],
            "network_id": ip["network_id"],
            "vif_id": ip["virtual_interface_id"],
            "vif_address": interfaces[ip["virtual_interface_id"]]["address"],
            "instance_hostname": instances[ip["instance_uuid"]]["hostname"],
            "instance_updated": instances[ip["instance_uuid"]]["updated_at"],
            "instance_created": instances[ip["instance_uuid"]]["created_at"],
            "allocated": ip["allocated"],
            "leased": ip["leased"],
        }
        for ip in fixed_ips
        if ip["virtual_interface_id"] in interfaces and ip["instance_uuid"] in instances
    ]


@require_admin_context
def network_get_by_cidr(context: Context, cidr: str) -> Row:
    either = [NETWORKS.equals({"cidr": cidr}), NETWORKS.equals({"cidr_v6": cidr})]
    network = NETWORKS.first({"$or": either, **NETWORKS.live})
    return require(network, exception.NetworkNotFoundForCidr(cidr=cidr))


@require_admin_context
def network_get_by_uuid(context: Context, uuid: str) -> Row:
    network = NETWORKS.first(NETWORKS.where_live(uuid=uuid))
    return require(network, exception.NetworkNotFoundForUUID(uuid=uuid))


def network_in_use_on_host(context: Context, network_id: int, host: str | None = None) -> bool:
    return bool(network_get_associated_fixed_ips(context, network_id, host))


@require_admin_context
def network_set_host(context: Context, network_id: int, host_id: str) -> str:
    where = NETWORKS.where_live(id=network_id)
    changes = NETWORKS.stamped(NETWORKS.format.changes({"host": host_id}))
    missing = exception.NetworkNotFound(network_id=network_id)
    retry = Retry(NETWORKS.name, f"others released network {exception.shown(network_id)}")
    while True:
        retry.begin()
        claimed = NETWORKS.find_one_and_update(
            {**where, "host": {"$in": [None, ""]}}, {"$set": changes}
        )
        network = require(claimed or NETWORKS.get(where), missing)
        # If its host has released it since then, try again.
        if claimed or network["host"]:
            return cast("str", network["host"])


@require_context
def network_update(context: Context, network_id: int, values: Values) -> Row:
    where = {**NETWORKS.where_visible(context, id=network_id), **_by_project(context, "allow_none")}
    missing = exception.NetworkNotFound(network_id=network_id)
    try:
        return require(NETWORKS.update(where, values), missing)
    except exception.DBDuplicateEntry as error:
        network = require(NETWORKS.get(where), missing)
        raise exception.DuplicateVlan(vlan=values.get("vlan", network["vlan"])) from error


@require_context
def project_get_networks(context: Context, project_id: str, associate: bool = True) -> list[Row]:
    networks = _project_networks(project_id)
    if not associate:
        skip_proof()
    if networks or not associate:
        return networks
    return [network_associate(context, project_id)]


def _live_by(rows: Table, column: str, values: Iterable[Any], where: Filter) -> dict[Any, Row]:
    """Return the live rows whose column has one of the values, by that value."""
    found = rows.find({**rows.any_of(column, set(values) - {None}), **rows.live, **where})
    return {row[column]: row for row in found}


def _visible_network(context: Context, network_id: int, *, project_only: bool | str) -> Row:
    where = {**NETWORKS.where_visible(context, id=network_id), **_by_project(context, project_only)}
    return require(NETWORKS.get(where), exception.NetworkNotFound(network_id=network_id))


def _by_project(context: Context, project_only: bool | str) -> Filter:
    """Return the filter for a user's networks: all, the project's, or also those without one."""
    if not project_only or not is_user_context(context):
        return {}
    unassigned = [None] if project_only == "allow_none" else []
    return NETWORKS.any_of("project_id", [context.project_id, *unassigned])


def _project_networks(project_id: str) -> list[Row]:
    return NETWORKS.find(NETWORKS.where_live(project_id=project_id))


def _claim(project_id: str, columns: dict[str, Any], private: Document | None = None) -> Row:
    changes = {"project_id": project_id}
    taken = NETWORKS.claim(NETWORKS.where_live(**columns), changes, FREE_INDEX, private)
    return require(taken, exception.NoMoreNetworks())


def _claim_only_one(project_id: str, columns: dict[str, Any]) -> Row:
    """Return the project's network with the lowest id, or claim one if it has none.

    If two callers claim for the same project, the unique key over the mark refuses one of them,
    which then finds the network of the other. A released or deleted network may still have its
    mark: the next caller that finds it removes it.
    """
    mark = NETWORKS.format.changes({"project_id": project_id})["project_id"]
    retry = Retry(NETWORKS.name, "others claimed and released a network")
    while True:
        retry.begin()
        if own := _project_networks(project_id):
            return own[0]
        try:
            return _claim(project_id, columns, {MARK: mark})
        except exception.NoMoreNetworks:
            # Another caller for the project may have taken the last one.
            if own := _project_networks(project_id):
                return own[0]
            raise
        except exception.DBDuplicateEntry:
            pass
        outlived = [{"project_id": {"$ne": mark}}, NETWORKS.deleted]
        with translated(NETWORKS.name):
            freed = NETWORKS.collection.update_one(
                {MARK: mark, "$or": outlived}, {"$set": {MARK: None}}
            )
        changed(freed.modified_count)
