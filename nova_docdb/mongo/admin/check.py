"""Finding what a crash left behind, or what does not fit together, and putting it right.

``findings`` only reads, a batch at a time. Each finding can be repaired by itself; a repair holds
in its filter what was found, so that what has changed since is left alone. Rows younger than
``YOUNG`` are not looked at: the call that wrote them may not be finished.
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
from nova_docdb.mongo.admin.dependents import Belonging
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.batches import Progress, RowCounter, batches, no_progress
from nova_docdb.mongo.tables.table import table
from nova_docdb.schemas import TABLES

SHOWN = 10

# No call takes longer, the difference between the clocks of two hosts included.
YOUNG = timedelta(minutes=10)

FIXED_IPS = table("fixed_ips")
FLOATING_IPS = table("floating_ips")


# Rows that are live only while their owner is. System metadata outlives its instance.
LIVE_WITH_THEIR_OWNER = (
    Belonging("instance_info_caches", "instances", "instance_uuid", "uuid"),
    Belonging("instance_metadata", "instances", "instance_uuid", "uuid"),
    Belonging("security_group_instance_association", "instances", "instance_uuid", "uuid"),
    Belonging("security_group_rules", "security_groups", "parent_group_id", "id"),
    Belonging("instance_type_extra_specs", "instance_types", "instance_type_id", "id"),
    Belonging("instance_type_projects", "instance_types", "instance_type_id", "id"),
    Belonging("aggregate_metadata", "aggregates", "aggregate_id", "id"),
    Belonging("reservations", "quota_usages", "usage_id", "id"),
)
# Rows that may stay live when their owner is deleted, but not when it never was.
OUTLIVING_THEIR_OWNER = (Belonging("compute_node_stats", "compute_nodes", "compute_node_id", "id"),)

ADDRESS_OF_AN_INSTANCE = Belonging("fixed_ips", "instances", "instance_uuid", "uuid")
FLOATING_OF_A_FIXED_ADDRESS = Belonging("floating_ips", "fixed_ips", "fixed_ip_id", "id")


@dataclass(frozen=True)
class Finding:
    """Something that does not fit.

    :param kind: what sort of thing it is
    :param table: where
    :param what: the rows, for a person
    :param repair: puts it right; returns a false value where it has changed since; None where only
        a person can
    """

    kind: str
    table: str
    what: str
    repair: Callable[[], object] | None = field(compare=False)


def findings(progress: Progress = no_progress) -> Iterator[Finding]:
    """Yield everything that does not fit.

    :param progress: called with 0 rows when a check begins, and with each batch that it has read
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
    """Documents that are not rows of their table: something other than nova_docdb changed them."""
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
            dead = list(rows.values(spec.key, {**ids, **rows.deleted}))
            if dead:
                where: Filter = {"_id": {"$in": dead}, **rows.deleted}
                remove = partial(rows.remove, where)
                yield Finding("archived and not removed", name, _some(dead), remove)
            if live:
                forget = partial(_forget, shadow, live)
                yield Finding("archived and live again", name, _some(live), forget)


def rows_whose_owner_is_gone(count: RowCounter) -> Iterator[Finding]:
    """Live rows of instances and others that are deleted, or never came into being."""
    for belonging in (*LIVE_WITH_THEIR_OWNER, *OUTLIVING_THEIR_OWNER):
        for orphans in _orphans(belonging, {}, count):
            delete = partial(belonging.rows.soft_delete, {"_id": {"$in": orphans}})
            yield Finding("row whose owner is gone", belonging.table, _some(orphans), delete)


def addresses_of_instances_that_are_gone(count: RowCounter) -> Iterator[Finding]:
    """Fixed addresses that are allocated to no live instance, which no timeout frees."""
    for orphans in _orphans(ADDRESS_OF_AN_INSTANCE, {"allocated": True}, count):
        where: Filter = {"_id": {"$in": orphans}, **FIXED_IPS.live, "allocated": True}
        freed = {"instance_uuid": None, "allocated": False, "leased": False}
        free = partial(FIXED_IPS.update_all, where, freed)
        yield Finding("address of an instance that is gone", "fixed_ips", _some(orphans), free)


def floating_addresses_that_lead_nowhere(count: RowCounter) -> Iterator[Finding]:
    """Floating addresses whose fixed address is deleted or was removed."""
    for lost in _orphans(FLOATING_OF_A_FIXED_ADDRESS, {}, count):
        where: Filter = {"_id": {"$in": lost}, **FLOATING_IPS.live}
        free = partial(FLOATING_IPS.update_all, where, {"fixed_ip_id": None, "host": None})
        yield Finding("floating address that leads nowhere", "floating_ips", _some(lost), free)


def usages_that_differ_from_reservations(count: RowCounter) -> Iterator[Finding]:
    """Quota usages whose reserved is not what live reservations hold."""
    for drift in quota_checks.find_drifts(count):
        yield Finding(
            "usage differs from its reservations",
            "quota_usages",
            f"{drift.project_id} {drift.resource}: {drift.surplus:+d} reserved",
            partial(quota_checks.repair_drift, drift),
        )


def usages_that_differ_from_rows(count: RowCounter) -> Iterator[Finding]:
    """Quota usages whose in_use is not what the project's live rows count."""
    for found in quota_checks.find_miscounts(count):
        yield Finding(
            "usage differs from its rows",
            "quota_usages",
            f"{found.project_id} {found.resource}: {found.in_use} in use, {found.counted} counted",
            partial(quota_checks.repair_miscount, found),
        )


CHECKS: tuple[Callable[[RowCounter], Iterator[Finding]], ...] = (
    missing_indexes,
    rows_that_do_not_fit,
    rows_live_and_archived,
    rows_whose_owner_is_gone,
    addresses_of_instances_that_are_gone,
    floating_addresses_that_lead_nowhere,
    usages_that_differ_from_reservations,
    usages_that_differ_from_rows,
)


def _orphans(belonging: Belonging, which: Filter, count: RowCounter) -> Iterator[list[Any]]:
    """Yield the ids of live rows whose owner is not there, batch by batch."""
    rows, owners, column = belonging.rows, belonging.owners, belonging.local
    there: Filter = {} if belonging in OUTLIVING_THEIR_OWNER else owners.live
    # NOTE: rows that a SQL script made have no created_at; they are not young.
    where = {**rows.live, **which, "created_at": {"$not": {"$gte": clock.utcnow() - YOUNG}}}
    for batch in batches(rows.name, where, count):
        named = {document.get(column) for document in batch} - {None}
        found = owners.values(
            belonging.foreign, {**owners.any_of(belonging.foreign, named), **there}
        )
        gone = named.difference(found)
        orphans = [document["_id"] for document in batch if document.get(column) in gone]
        if orphans:
            yield orphans


def _forget(shadow: Collection[Document], numbers: Sequence[Any]) -> int:
    """Remove copies from a shadow table and return how many there were."""
    with translated(shadow.name):
        return shadow.delete_many({"_id": {"$in": numbers}}).deleted_count


def _some(ids: Sequence[Any]) -> str:
    """Return the first ids as text, and how many more there are."""
    text = ", ".join(map(str, ids[:SHOWN]))
    return text if len(ids) <= SHOWN else f"{text} and {len(ids) - SHOWN} more"
