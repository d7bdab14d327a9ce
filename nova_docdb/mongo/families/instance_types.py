"""The flavors, their extra specs, and the projects that may use private flavors.

    instance_types: {_id: 1, name: "m1.tiny", flavorid: "1", memory_mb: 512, vcpus: 1, root_gb: 0,
                     ephemeral_gb: 0, swap: 0, rxtx_factor: 1.0, vcpu_weight: null,
                     disabled: false, is_public: true, ..., deleted: 0}
    instance_type_projects: {_id: 1, instance_type_id: 1, project_id: "acme", ..., deleted: 0}
    instance_type_extra_specs: {_id: 1, instance_type_id: 1, key: "cpu", value: "big", ...}

Unique keys over live rows refuse a second flavor of a name or a flavorid, a second access row of a
project and a second spec of a key. The specs of a new flavor are inserted before it, with its id,
so the flavor is never visible without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nova_docdb import exception
from nova_docdb.context import Context, require_admin_context, require_context
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.store.transactions import transactional
from nova_docdb.mongo.tables.arguments import require_mapping
from nova_docdb.mongo.tables.key_values import KeyValues
from nova_docdb.mongo.tables.relations import get_joined, join
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

FLAVORS = table("instance_types")
ACCESS = table("instance_type_projects")
SPECS = KeyValues("instance_type_extra_specs", "instance_type_id")

# "flavor" in the API, "instance type" in the tables.
Flavor = dict[str, Any]


@require_admin_context
@transactional
def instance_type_access_add(context: Context, flavor_id: str, project_id: str) -> Row:
    flavor = _locked_flavor(flavor_id)
    key = {"instance_type_id": flavor["id"], "project_id": project_id}
    exists = exception.FlavorAccessExists(flavor_id=flavor_id, project_id=project_id)
    return ACCESS.insert_unique(key, lambda _new: exists, "project_id")


@require_admin_context
def instance_type_access_get_by_flavor_id(context: Context, flavor_id: str) -> list[Row]:
    flavor = _of_flavor_id(FLAVORS.where_visible(context), flavor_id)
    missing = exception.FlavorNotFound(flavor_id=flavor_id)
    return ACCESS.find(ACCESS.where_live(instance_type_id=require(flavor, missing)["id"]))


@require_admin_context
@transactional
def instance_type_access_remove(context: Context, flavor_id: str, project_id: str) -> None:
    flavor = _locked_flavor(flavor_id)
    where = ACCESS.equals({"instance_type_id": flavor["id"], "project_id": project_id})
    if not ACCESS.soft_delete(where):
        raise exception.FlavorAccessNotFound(flavor_id=flavor_id, project_id=project_id)


@require_admin_context
def instance_type_create(context: Context, values: Values) -> Flavor:
    name, flavor_id = (_needed(column, values) for column in ("name", "flavorid"))
    _refuse_taken(name, flavor_id)
    specs = values.get("extra_specs")
    try:
        flavor = SPECS.insert_owner(FLAVORS, values, {} if specs is None else specs)
    except exception.DBDuplicateEntry:
        # Another caller was first: it is refused as it would have been after that.
        _refuse_taken(name, flavor_id)
        raise
    return _with_specs([flavor])[0]


@require_admin_context
@transactional
def instance_type_destroy(context: Context, name: str) -> None:
    flavor = FLAVORS.first(FLAVORS.where_live(name=name))
    missing = exception.InstanceTypeNotFoundByName(instance_type_name=name)
    flavor_id = require(flavor, missing)["id"]
    if not FLAVORS.soft_delete({"_id": flavor_id}):
        raise missing
    # NOTE: a crash here leaves specs and access rows of a flavor that no function finds.
    SPECS.table.soft_delete({"instance_type_id": flavor_id})
    ACCESS.soft_delete({"instance_type_id": flavor_id})


@require_context
@transactional
def instance_type_extra_specs_delete(context: Context, flavor_id: str, key: str) -> None:
    flavor = _of_flavor_id(FLAVORS.live, flavor_id)
    if flavor is not None:
        SPECS.delete(flavor["id"], key)


@require_context
def instance_type_extra_specs_get(context: Context, flavor_id: str) -> dict[str, Any]:
    flavor = _of_flavor_id(FLAVORS.live, flavor_id)
    return {} if flavor is None else SPECS.get(flavor["id"])


@require_context
@transactional
def instance_type_extra_specs_update_or_create(
    context: Context, flavor_id: str, extra_specs: dict[str, Any]
) -> None:
    SPECS.put(_locked_flavor(flavor_id)["id"], extra_specs)


@require_context
def instance_type_get(context: Context, id: int) -> Flavor:
    where = {"$and": [FLAVORS.where_visible(context, id=id), _usable_by(context)]}
    missing = exception.InstanceTypeNotFound(instance_type_id=id)
    return _with_named_specs(require(get_joined(FLAVORS, where, "extra_specs"), missing))


@require_context
@tolerates_stale_reads
def instance_type_get_all(
    context: Context, inactive: bool = False, filters: dict[str, Any] | None = None
) -> list[Flavor]:
    asked_for = {} if filters is None else require_mapping("filters", filters)
    conditions = [_usable_by(context), *_conditions(context, asked_for)]
    # Every row, in words that an index can serve.
    every_row = {"deleted": {"$gte": FLAVORS.spec.live_value}}
    conditions.append(every_row if inactive else FLAVORS.live)
    flavors = FLAVORS.find({"$and": conditions}, sort=[("name", 1), ("_id", 1)])
    return _with_specs(flavors)


@require_context
def instance_type_get_by_flavor_id(
    context: Context, id: str, read_deleted: str | None = None
) -> Flavor:
    visible = (
        FLAVORS.where_visible(context)
        if read_deleted is None
        else FLAVORS.read_deleted(read_deleted)
    )
    flavor = _of_flavor_id({"$and": [visible, _usable_by(context)]}, id)
    return _with_specs([require(flavor, exception.FlavorNotFound(flavor_id=id))])[0]


@require_context
def instance_type_get_by_name(context: Context, name: str) -> Flavor:
    where = {"$and": [FLAVORS.where_visible(context, name=name), _usable_by(context)]}
    missing = exception.InstanceTypeNotFoundByName(instance_type_name=name)
    return _with_specs([require(_live_else_latest(where), missing)])[0]


def _live_flavor(flavor_id: str) -> Row:
    flavor = _of_flavor_id(FLAVORS.live, flavor_id)
    return require(flavor, exception.FlavorNotFound(flavor_id=flavor_id))


def _locked_flavor(flavor_id: str) -> Row:
    """Return a live flavor, locked until the transaction ends."""
    flavor = _live_flavor(flavor_id)
    FLAVORS.lock_row(flavor)
    return flavor


def _of_flavor_id(visible: Filter, flavor_id: str) -> Row | None:
    return _live_else_latest({"$and": [visible, FLAVORS.equals({"flavorid": flavor_id})]})


def _live_else_latest(where: Filter) -> Row | None:
    found = FLAVORS.find(where)
    live = [flavor for flavor in found if flavor["deleted"] == FLAVORS.spec.live_value]
    return live[0] if live else (found[-1] if found else None)


def _usable_by(context: Context) -> Filter:
    """Return the filter for the flavors that a context may use: public, or of its project."""
    return {} if context.is_admin else _public_or_granted(context)


def _public_or_granted(context: Context) -> Filter:
    public: list[Filter] = [{"is_public": True}]
    if context.project_id is not None:
        where = ACCESS.where_live(project_id=context.project_id)
        public.append({"_id": {"$in": list(ACCESS.values("instance_type_id", where))}})
    return {"$or": public}


def _refuse_taken(name: Any, flavor_id: Any) -> None:
    either = [FLAVORS.where_live(name=name), FLAVORS.where_live(flavorid=flavor_id)]
    taken = FLAVORS.find({"$or": either})
    stored = FLAVORS.spec.columns["name"].match(name)
    if any(flavor["name"] == stored for flavor in taken):
        raise exception.InstanceTypeExists(name=name)
    if taken:
        raise exception.InstanceTypeIdExists(flavor_id=flavor_id)


def _needed(column: str, values: Values) -> Any:
    """Return the value of a column that a flavor requires."""
    value = require_mapping("values", values).get(column)
    if value is None:
        raise exception.InvalidInput(reason=f"instance_types: {column} is required")
    return value


def _conditions(context: Context, filters: Mapping[str, Any]) -> list[Filter]:
    conditions: list[Filter] = []
    for name, column in (("min_memory_mb", "memory_mb"), ("min_root_gb", "root_gb")):
        if name in filters:
            least = FLAVORS.equals({column: filters[name]})[column]
            if not isinstance(least, int):
                raise exception.InvalidInput(
                    reason=f"{name} must be an integer, not {exception.shown(filters[name])}"
                )
            conditions.append({column: {"$gte": least}})
    if "disabled" in filters:
        conditions.append(FLAVORS.equals({"disabled": filters["disabled"]}))
    if filters.get("is_public") is not None:
        public = bool(filters["is_public"])
        conditions.append(_public_or_granted(context) if public else {"is_public": False})
    return conditions


def _with_specs(flavors: list[Row]) -> list[Flavor]:
    return [_with_named_specs(flavor) for flavor in join(FLAVORS, flavors, "extra_specs")]


def _with_named_specs(flavor: Row) -> Flavor:
    """Replace the rows of the specs by a dict."""
    flavor["extra_specs"] = {spec["key"]: spec["value"] for spec in flavor["extra_specs"]}
    return flavor
