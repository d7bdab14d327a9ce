"""Consistency checks: inconsistent rows and leftovers of crashes, and their repair.

``findings`` only reads, a batch at a time. Each finding can be repaired separately; the filter of
the repair contains what was found, so that rows that have changed since are not touched. Rows
younger than ``YOUNG`` are skipped: the call that wrote them may still be running.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from pymongo.collection import Collection

from nova_docdb import clock, exception
from nova_docdb.mongo.admin import migration, quota_checks
from nova_docdb.mongo.admin.dependents import Dependency
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.batches import Progress, RowCounter, batches, no_progress
from nova_docdb.mongo.tables.table import table
from nova_docdb.schemas import TABLES

SHOWN = 10

# Longer than any call, plus the difference between the clocks of two hosts.
YOUNG = timedelta(minutes=10)

# Rows that are live only while their owner is. System metadata outlives its instance.
LIVE_WITH_THEIR_OWNER = (
    Dependency("instance_info_caches", "instances", "instance_uuid", "uuid"),
    Dependency("instance_metadata", "instances", "instance_uuid", "uuid"),
    Dependency("security_group_instance_association", "instances", "instance_uuid", "uuid"),
    Dependency("security_group_rules", "security_groups", "parent_group_id", "id"),
    Dependency("instance_type_extra_specs", "instance_types", "instance_type_id", "id"),
    Dependency("instance_type_projects", "instance_types", "instance_type_id", "id"),
    Dependency("aggregate_metadata", "aggregates", "aggregate_id", "id"),
    Dependency("reservations", "quota_usages", "usage_id", "id"),
)
# Rows that may be live after their owner is deleted, but not without any owner.
OUTLIVING_THEIR_OWNER = (
    Dependency("compute_node_stats", "compute_nodes", "compute_node_id", "id"),
)

ADDRESS_OF_AN_INSTANCE = Dependency("fixed_ips", "instances", "instance_uuid", "uuid")
FLOATING_OF_A_FIXED_ADDRESS = Dependency("floating_ips", "fixed_ips", "fixed_ip_id", "id")


@dataclass(frozen=True)
class Finding:
    """An inconsistency.

    :param kind: the kind of inconsistency
    :param table: the name of the table
    :param what: the rows, as text
    :param repair: a function that repairs it, and returns a false value if it has changed since;
        None if it must be repaired by hand
    """

    kind: str
    table: str
    what: str
    repair: Callable[[], object] | None = field(compare=False)


def findings(progress: Progress = no_progress) -> Iterator[Finding]:
    """Yield all inconsistencies.

    :param progress: called with 0 rows at the start of a check, and after each batch
    """
    for check in CHECKS:
        name = check.__name__.replace("_", " ")
        try:
            progress(name, 0)
            yield from check(partial(progress, name))
        except exception.DBRowError as error:
            yield Finding("check stopped at a row that does not fit", "", f"{name}: {error}", None)


def missing_indexes(_count: RowCounter) -> Iterator[Finding]:
    """Unique keys and other indexes that the store lacks."""
    for name, spec in TABLES.items():
        for index in migration.missing_indexes(spec):
            yield Finding("missing index", name, index.name, partial(migration.db_sync, False))


def rows_that_do_not_fit(count: RowCounter) -> Iterator[Finding]:
    """Documents that are not valid rows, because another tool changed them."""
    for name, spec in TABLES.items():
        for collection in (name, spec.shadow_name) if spec.shadow else (name,):
            for batch in batches(collection, {}, count):
                faults = [fault for d in batch if (fault := table(name).format.fault(d))]
                if faults:
                    yield Finding("row that does not fit", collection, _some(faults), None)


def rows_live_and_archived(count: RowCounter) -> Iterator[Finding]:
    """Rows that an archive copied and did not remove, or that are live again."""
    for name, spec in TABLES.items():
        if not spec.shadow:
            continue
        rows = table(name)
        shadow = connection.get_database()[spec.shadow_name]
        for batch in batches(shadow.name, {}, count):
            ids = {"_id": {"$in": [document["_id"] for document in batch]}}
            live = list(rows.values(spec.key, {**ids, **rows.live}))
            deleted = list(rows.values(spec.key, {**ids, **rows.deleted}))
            if deleted:
                where: Filter = {"_id": {"$in": deleted}, **rows.deleted}
                remove = partial(rows.remove, where)
                yield Finding("archived and not removed", name, _some(deleted), remove)
            if live:
                remove_copies = partial(_remove_copies, shadow, live)
                yield Finding("archived and live again", name, _some(live), remove_copies)


def rows_without_their_owner(count: RowCounter) -> Iterator[Finding]:
    """Live rows of instances and other owners that are deleted or do not exist."""
    for dependency in (*LIVE_WITH_THEIR_OWNER, *OUTLIVING_THEIR_OWNER):
        for orphans in _orphans(dependency, {}, count):
            delete = partial(dependency.rows.soft_delete, {"_id": {"$in": orphans}})
            yield Finding("row without its owner", dependency.table, _some(orphans), delete)


def addresses_without_their_instance(count: RowCounter) -> Iterator[Finding]:
    """Allocated fixed addresses without a live instance, which no timeout releases."""
    yield from _unreleased(
        "address without its instance",
        ADDRESS_OF_AN_INSTANCE,
        {"allocated": True},
        {"instance_uuid": None, "allocated": False, "leased": False},
        count,
    )


def floating_addresses_without_their_fixed_address(count: RowCounter) -> Iterator[Finding]:
    """Floating addresses whose fixed address is deleted or was removed."""
    released = {"fixed_ip_id": None, "host": None}
    kind = "floating address without its fixed address"
    yield from _unreleased(kind, FLOATING_OF_A_FIXED_ADDRESS, {}, released, count)


def usages_that_differ_from_reservations(count: RowCounter) -> Iterator[Finding]:
    """Quota usages whose ``reserved`` differs from the sum of live reservations."""
    for drift in quota_checks.find_drifts(count):
        repair = partial(quota_checks.repair_drift, drift)
        yield Finding("usage differs from its reservations", "quota_usages", str(drift), repair)


def usages_that_differ_from_rows(count: RowCounter) -> Iterator[Finding]:
    """Quota usages whose ``in_use`` differs from the live rows of the project."""
    for found in quota_checks.find_miscounts(count):
        repair = partial(quota_checks.repair_miscount, found)
        yield Finding("usage differs from its rows", "quota_usages", str(found), repair)


CHECKS: tuple[Callable[[RowCounter], Iterator[Finding]], ...] = (
    missing_indexes,
    rows_that_do_not_fit,
    rows_live_and_archived,
    rows_without_their_owner,
    addresses_without_their_instance,
    floating_addresses_without_their_fixed_address,
    usages_that_differ_from_reservations,
    usages_that_differ_from_rows,
)


def _unreleased(
    kind: str, dependency: Dependency, which: Filter, released: Document, count: RowCounter
) -> Iterator[Finding]:
    """Yield findings of live addresses whose owner is not live; the repair releases them.

    :param which: a further filter of the addresses
    :param released: the columns of a released address
    """
    rows = dependency.rows
    for orphans in _orphans(dependency, which, count):
        where: Filter = {"_id": {"$in": orphans}, **rows.live, **which}
        release = partial(rows.update_all, where, released)
        yield Finding(kind, rows.name, _some(orphans), release)


def _orphans(dependency: Dependency, which: Filter, count: RowCounter) -> Iterator[list[Any]]:
    """Yield the ids of live rows without an owner, in batches.

    :param which: a further filter of the rows
    """
    rows, owners, column = dependency.rows, dependency.owners, dependency.local
    present: Filter = {} if dependency in OUTLIVING_THEIR_OWNER else owners.live
    # Rows that a SQL script inserted have no created_at; they are not young.
    where = {**rows.live, **which, "created_at": {"$not": {"$gte": clock.utcnow() - YOUNG}}}
    for batch in batches(rows.name, where, count):
        named = {document.get(column) for document in batch} - {None}
        found = owners.values(
            dependency.foreign, {**owners.any_of(dependency.foreign, named), **present}
        )
        missing = named.difference(found)
        orphans = [document["_id"] for document in batch if document.get(column) in missing]
        if orphans:
            yield orphans


def _remove_copies(shadow: Collection[Document], row_ids: Sequence[Any]) -> int:
    """Remove copies from a shadow table and return their number."""
    with translated(shadow.name):
        return shadow.delete_many({"_id": {"$in": row_ids}}).deleted_count


def _some(ids: Sequence[Any]) -> str:
    """Return the first ids as text, and how many more there are."""
    text = ", ".join(map(str, ids[:SHOWN]))
    return text if len(ids) <= SHOWN else f"{text} and {len(ids) - SHOWN} more"
