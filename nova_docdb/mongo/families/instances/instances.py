"""Instances, each with its metadata, its info cache and its security groups.

    {_id: 1, uuid: "...", project_id: "p1", host: "h1", vm_state: "active", task_state: null, ...,
     created_at, updated_at, deleted_at, deleted: 0, _unique_name: see host_names}

Dependent rows are in other tables, by uuid; a whole row contains all of them. `name` is computed
from the option instance_name_template. instance_create is in ``creation``.

Test-and-set: every change is one find_one_and_update, whose filter contains the expected task state
or the conditions of a constraint. If it matches nothing, a second read finds the reason. Dependent
rows are written after that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from nova_docdb import cells, clock, exception
from nova_docdb.context import Context, require_context
from nova_docdb.mongo.families.instance_addresses import fixed_ips_of
from nova_docdb.mongo.families.instances import host_names
from nova_docdb.mongo.families.instances.constraints import Constraint
from nova_docdb.mongo.families.instances.rows import (
    INSTANCES,
    get_whole,
    not_found,
    where_uuid,
    where_visible_to,
    whole,
)
from nova_docdb.mongo.store import confirmations
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.transactions import (
    deferred_acknowledgement,
    run_in_transaction,
)
from nova_docdb.mongo.tables.arguments import require_mapping, require_uuid
from nova_docdb.mongo.tables.key_values import KeyValues
from nova_docdb.mongo.tables.relations import copy
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table
from nova_docdb.schemas.columns import NOTHING

R = TypeVar("R")

INFO_CACHES = table("instance_info_caches")
MEMBERSHIPS = table("security_group_instance_association")
FLOATING_IPS = table("floating_ips")

PAIRS = {
    "metadata": KeyValues("instance_metadata", "instance_uuid"),
    "system_metadata": KeyValues("instance_system_metadata", "instance_uuid"),
}

# The columns that name an instance, or that related rows depend on.
IDENTITY = frozenset({"deleted", "hostname", "uuid"})

# Soft-deleted with the instance; its system metadata stays live.
DESTROYED_WITH_INSTANCE = (INFO_CACHES, PAIRS["metadata"].table, MEMBERSHIPS)


@require_context
def instance_destroy(
    context: Context,
    instance_uuid: str,
    constraint: Constraint | None = None,
    update_cells: bool = True,
) -> Row:
    where = {"$and": [_by_uuid(context, instance_uuid), INSTANCES.live]}
    with INSTANCES.unless_missing(where, not_found(instance_uuid)):
        conditions = _conditions(constraint)
    instance = run_in_transaction(lambda: _destroy(instance_uuid, where, conditions))
    if update_cells:
        cells.notify("instance_destroy", context, instance)
    return instance


@require_context
def instance_floating_address_get_all(context: Context, instance_uuid: str) -> list[Row]:
    fixed_ips = fixed_ips_of(instance_uuid)
    return FLOATING_IPS.find(
        {
            "fixed_ip_id": {"$in": [fixed_ip["id"] for fixed_ip in fixed_ips]},
            **FLOATING_IPS.where_visible(context),
        }
    )


@require_context
def instance_get(context: Context, instance_id: int) -> Row:
    return require(get_whole(_by_id(context, instance_id)), not_found(instance_id))


@require_context
def instance_get_by_uuid(context: Context, uuid: str) -> Row:
    return require(get_whole(where_uuid(context, uuid)), not_found(uuid))


@require_context
def instance_get_floating_address(context: Context, instance_id: int) -> str | None:
    instance = require(INSTANCES.get(_by_id(context, instance_id)), not_found(instance_id))
    first = fixed_ips_of(instance["uuid"])[0]
    floating_ips = FLOATING_IPS.find(
        {"fixed_ip_id": first["id"], **FLOATING_IPS.where_visible(context)}
    )
    return floating_ips[0]["address"] if floating_ips else None


@require_context
def instance_test_and_set(
    context: Context, instance_uuid: str, attr: str, ok_states: Any, new_state: Any
) -> None:
    where = _by_uuid(context, instance_uuid)
    if not isinstance(attr, str) or str.__str__(attr) not in INSTANCES.spec.columns or attr == "id":
        raise exception.InvalidInput(
            reason=f"instances has no column {exception.shown(attr)} to set"
        )
    changes = INSTANCES.stamped(INSTANCES.format.changes({attr: new_state}))
    guard = INSTANCES.any_of(attr, _as_list(ok_states))
    if _update_row(context, {"$and": [where, guard]}, changes):
        return
    instance = require(INSTANCES.get(where), not_found(instance_uuid))
    raise exception.InstanceInvalidState(
        attr=attr,
        instance_uuid=instance_uuid,
        state=instance[attr],
        method="instance_test_and_set",
    )


@require_context
def instance_update(
    context: Context, instance_uuid: str, values: Values, update_cells: bool = True
) -> Row:
    update = _Update.of(context, instance_uuid, values)
    instance = update.atomically(update.run)
    if update_cells:
        cells.notify("instance_update", context, instance)
    return instance


@require_context
def instance_update_and_get_original(
    context: Context, instance_uuid: str, values: Values
) -> tuple[Row, Row]:
    update = _Update.of(context, instance_uuid, values)
    return update.atomically(update.run_with_original)


@dataclass(frozen=True)
class _Update:
    """An update of an instance, with checked values.

    :param context: the context of the call
    :param uuid: the uuid that the caller passed
    :param where: the filter for the instance, if the context can see it
    :param expected: the allowed task states; None allows any
    :param changes: the changed columns
    :param pairs: the complete new metadata and system metadata, as far as given

    NOTE: without transactions the pairs are written after the row; a crash in between leaves the
    old pairs, and the caller, which gets no result, must read the instance.
    """

    context: Context
    uuid: str
    where: Filter
    expected: Any
    changes: Document
    pairs: dict[str, Any]

    @classmethod
    def of(cls, context: Context, instance_uuid: str, values: Values) -> _Update:
        """Check the values of an update and return it.

        :raises InvalidUUID: if ``instance_uuid`` is not a canonical uuid
        :raises InvalidInput: if the values cannot be stored
        :raises InstanceNotFound, UnexpectedTaskStateError: instead of InvalidInput, if the update
            would raise them
        """
        where = _by_uuid(context, instance_uuid)
        expected = None
        if "expected_task_state" in require_mapping("values", values):
            expected = _as_list(values["expected_task_state"])
        try:
            changes, pairs = _split(instance_uuid, values)
        except (exception.InvalidInput, exception.DBError):
            nothing = cls(context, instance_uuid, where, expected, {}, {})
            if INSTANCES.exists(nothing._guarded):
                raise
            raise nothing._refusal() from None
        return cls(context, instance_uuid, where, expected, changes, pairs)

    def atomically(self, update: Callable[[], R]) -> R:
        """Run an update atomically and return its result.

        On a replica set, an update of the row alone takes no transaction: ``whole`` reads the
        related rows as they were right after it.
        """
        is_one_write = self.changes and not self.pairs and IDENTITY.isdisjoint(self.changes)
        if is_one_write and confirmations.in_provable_call():
            return update()
        return run_in_transaction(update)

    def run(self) -> Row:
        """Update the instance and return it whole."""
        _before, after = self.update_row()
        self.replace_pairs(after)
        return whole(after)

    def run_with_original(self) -> tuple[Row, Row]:
        """Update the instance and return it whole, before and after the update."""
        before, after = self.update_row()
        whole(before)
        self.replace_pairs(after)
        if self.pairs or any(before[name] != after[name] for name in ("uuid", "deleted")):
            return before, whole(after)
        # The update did not change the related rows.
        return before, {**copy(before), **after}

    def update_row(self) -> tuple[Row, Row]:
        """Update the row in one step and return it before and after the update.

        :raises InstanceNotFound: if the context cannot see such an instance
        :raises UnexpectedTaskStateError: if its task state is not one of the expected ones
        :raises InstanceExists: if the new host name is taken
        """
        self._check_host_name()
        changed = _update_row(self.context, self._guarded, self.changes)
        if changed is None:
            raise self._refusal()
        return changed

    def replace_pairs(self, instance: Row) -> None:
        """Replace all pairs with the given ones."""
        if self.pairs and not self.changes:
            INSTANCES.lock_row(instance)
        for name, given in self.pairs.items():
            PAIRS[name].put(self.uuid, given, prune=True, stamp_pruned=True)

    @property
    def _guarded(self) -> Filter:
        if self.expected is None:
            return self.where
        return {"$and": [self.where, INSTANCES.any_of("task_state", self.expected)]}

    def _check_host_name(self) -> None:
        name = self.changes.get("hostname")
        if name is None or not host_names.are_unique():
            return
        instance = INSTANCES.get(self._guarded)
        if instance is None:
            raise self._refusal()
        if not host_names.same(name, instance["hostname"]):
            host_names.check_free(self.context, name)

    def _refusal(self) -> exception.NovaException:
        instance = INSTANCES.get(self.where)
        if instance is None or self.expected is None:
            return not_found(self.uuid)
        return exception.UnexpectedTaskStateError(
            expected=self.expected, actual=instance["task_state"]
        )


def _split(instance_uuid: str, values: Values) -> tuple[Document, dict[str, Any]]:
    """Return the columns and the pairs of an update.

    :raises InvalidInput, DBError: if the values cannot be stored
    """
    changes = INSTANCES.format.changes(values)
    if other := values.keys() & {"info_cache", "security_groups"}:
        raise exception.InvalidInput(
            reason=f"instances: {', '.join(sorted(other))} cannot be updated with the row"
        )
    pairs = {name: values[name] for name in PAIRS if values.get(name) is not None}
    for name, given in pairs.items():
        PAIRS[name].documents(instance_uuid, given)
    return changes, pairs


def _destroy(instance_uuid: str, where: Filter, conditions: list[Filter]) -> Row:
    """Soft-delete an instance and its dependent rows, and return it whole.

    NOTE: the instance is deleted first, so that only one of two callers finds it live. Without
    transactions, a crash after that leaves live rows of a deleted instance, which are never read:
    `nova-docdb db check --repair` deletes them.
    """
    deletion = INSTANCES.deletion()
    *others, last = DESTROYED_WITH_INSTANCE
    with deferred_acknowledgement() as earlier:
        instance = INSTANCES.find_one_and_update(
            {"$and": [where, *conditions]}, [{"$set": deletion}], before=True
        )
        if instance is None:
            refused = INSTANCES.exists(where)
            raise exception.ConstraintNotMet if refused else not_found(instance_uuid)
        whole(instance)
        for dependents in others:
            dependents.soft_delete({"instance_uuid": instance_uuid}, deletion=deletion)
    last.soft_delete({"instance_uuid": instance_uuid}, deletion=deletion)
    earlier.require_durable()
    for row in (instance, instance["info_cache"], *instance["metadata"]):
        if row and not row["deleted"]:
            row.update(deleted=row["id"], deleted_at=deletion["deleted_at"])
    return instance


def _update_row(context: Context, where: Filter, changes: Document) -> tuple[Row, Row] | None:
    """Update columns in one step; return the row before and after, or None.

    updated_at is set to now if a value changes, unless it is given. With texts of several MiB it is
    always set.

    :raises InstanceExists: if the new host name or uuid is taken
    """
    if not changes:
        instance = INSTANCES.get(where)
        return None if instance is None else (instance, dict(instance))
    moment = clock.utcnow()
    compared = INSTANCES.format.comparable(changes)
    differs: Any = compared is None
    if compared is not None:
        unequal = [{"$ne": [f"${name}", {"$literal": value}]} for name, value in compared.items()]
        differs = {"$or": unequal}
    stage = {
        "updated_at": {"$cond": [differs, moment, "$updated_at"]},
        **{name: {"$literal": value} for name, value in changes.items()},
        **host_names.changed_claim(context, changes),
        **(lock := INSTANCES.lock_field()),
    }
    try:
        before = INSTANCES.find_one_and_update(
            where, [{"$set": stage}], before=True, changes=bool(lock)
        )
    except exception.DBDuplicateEntry as error:
        uuid_taken = "uuid" in error.columns or not host_names.are_unique()
        name = changes.get("uuid" if uuid_taken else "hostname")
        raise exception.InstanceExists(name=name) from error
    if before is None:
        return None
    if compared is None or any(before[name] != value for name, value in changes.items()):
        confirmations.changed(1)
        changes = {"updated_at": moment, **changes}
    return before, INSTANCES.format.changed(before, changes)


def _by_uuid(context: Context, instance_uuid: str) -> Filter:
    return where_uuid(context, require_uuid(instance_uuid))


def _by_id(context: Context, instance_id: int) -> Filter:
    if INSTANCES.spec.columns["id"].match(instance_id) is NOTHING:
        raise exception.InvalidID(id=instance_id)
    return {**INSTANCES.equals({"id": instance_id}), **where_visible_to(context)}


def _conditions(constraint: Constraint | None) -> list[Filter]:
    if constraint is None:
        return []
    if not isinstance(constraint, Constraint):
        raise exception.InvalidInput(
            reason=f"constraint must be one of db.constraint(), not {exception.shown(constraint)}"
        )
    return constraint.filters(INSTANCES)


def _as_list(values: Any) -> Any:
    return values if isinstance(values, (tuple, list, set, frozenset)) else (values,)
