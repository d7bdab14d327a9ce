"""Finding what a crash left behind, or what does not fit together, and putting it right.

``findings`` only reads. Each finding can be repaired by itself; a repair holds in its filter what
was found, so that what has changed since is left alone. Rows younger than ``UNDER_WAY`` are not
looked at: the call that wrote them may not be finished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any

from nova_docdb import clock
from nova_docdb.mongo import connection, migration, quota_drift
from nova_docdb.mongo.errors import translated
from nova_docdb.mongo.joins import table
from nova_docdb.mongo.rows import Document, Filter
from nova_docdb.mongo.table import Table
from nova_docdb.schemas import TABLES

BATCH = 1000
SHOWN = 10

# No call takes longer, the difference between the clocks of two hosts included.
UNDER_WAY = timedelta(minutes=10)

INSTANCES = table("instances")
FIXED_IPS = table("fixed_ips")
FLOATING_IPS = table("floating_ips")

# Live rows of these belong to a live instance. System metadata outlives it.
OF_LIVE_INSTANCES = (
    "instance_info_caches",
    "instance_metadata",
    "security_group_instance_association",
)


@dataclass(frozen=True)
class Finding:
    """Something that does not fit.

    :param kind: what sort of thing it is
    :param table: where
    :param what: the rows, for a person
    :param repair: puts it right
    """

    kind: str
    table: str
    what: str
    repair: Callable[[], object] = field(compare=False)


Progress = Callable[[str], None]


def findings(progress: Progress = lambda _check: None) -> Iterator[Finding]:
    """Yield everything that does not fit.

    :param progress: called with the name of each check as it begins
    """
    for check in CHECKS:
        progress(check.__name__.replace("_", " "))
        yield from check()


def missing_indexes() -> Iterator[Finding]:
    """Unique keys and other indexes that the store lacks."""
    for name, facts in TABLES.items():
        for index in migration.missing_indexes(facts):
            yield Finding("missing index", name, index.name, partial(migration.db_sync, False))


def rows_live_and_archived() -> Iterator[Finding]:
    """Rows that an archive copied and did not remove, or that are live again."""
    for name, facts in TABLES.items():
        if not facts.shadow:
            continue
        rows = table(name)
        shadow = connection.get_database()[f"shadow_{name}"]
        for ids in _keys(f"shadow_{name}", {}):
            both = rows.find({"_id": {"$in": ids}})
            live = [row[facts.key] for row in both if row["deleted"] == facts.live_value]
            dead = [row[facts.key] for row in both if row["deleted"] != facts.live_value]
            if dead:
                where: Filter = {"_id": {"$in": dead}, **rows.dead}
                yield Finding(
                    "archived and not removed", name, _some(dead), partial(rows.remove, where)
                )
            if live:
                yield Finding(
                    "archived and live again",
                    name,
                    _some(live),
                    partial(shadow.delete_many, {"_id": {"$in": live}}),
                )


def rows_of_instances_that_are_gone() -> Iterator[Finding]:
    """Live rows of instances that are deleted, or never came into being."""
    for name in OF_LIVE_INSTANCES:
        rows = table(name)
        for orphans in _of_gone_instances(rows, {}):
            where: Filter = {"_id": {"$in": orphans}}
            yield Finding(
                "row of an instance that is gone",
                name,
                _some(orphans),
                partial(rows.soft_delete, where),
            )


def addresses_of_instances_that_are_gone() -> Iterator[Finding]:
    """Fixed addresses that are allocated to no live instance, which no timeout frees."""
    for orphans in _of_gone_instances(FIXED_IPS, {"allocated": True}):
        where: Filter = {"_id": {"$in": orphans}, **FIXED_IPS.live, "allocated": True}
        freed = {"instance_uuid": None, "allocated": False, "leased": False}
        yield Finding(
            "address of an instance that is gone",
            "fixed_ips",
            _some(orphans),
            partial(FIXED_IPS.update_all, where, freed),
        )


def floating_addresses_that_lead_nowhere() -> Iterator[Finding]:
    """Floating addresses whose fixed address is deleted or was removed."""
    for batch in _batches("floating_ips", {**FLOATING_IPS.live, "fixed_ip_id": {"$gt": 0}}):
        numbers = [document["fixed_ip_id"] for document in batch]
        there = set(FIXED_IPS.distinct("id", {"_id": {"$in": numbers}, **FIXED_IPS.live}))
        lost = [document["_id"] for document in batch if document["fixed_ip_id"] not in there]
        if lost:
            where: Filter = {"_id": {"$in": lost}, **FLOATING_IPS.live}
            freed = {"fixed_ip_id": None, "host": None}
            yield Finding(
                "floating address that leads nowhere",
                "floating_ips",
                _some(lost),
                partial(FLOATING_IPS.update_all, where, freed),
            )


def usages_that_differ_from_reservations() -> Iterator[Finding]:
    """Quota usages whose reserved is not what live reservations hold."""
    for drift in quota_drift.find():
        yield Finding(
            "usage differs from its reservations",
            "quota_usages",
            f"{drift.project_id} {drift.resource}: {drift.surplus:+d} reserved",
            partial(quota_drift.repair, drift),
        )


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    missing_indexes,
    rows_live_and_archived,
    rows_of_instances_that_are_gone,
    addresses_of_instances_that_are_gone,
    floating_addresses_that_lead_nowhere,
    usages_that_differ_from_reservations,
)


def _of_gone_instances(rows: Table, which: Filter) -> Iterator[list[Any]]:
    """Yield the ids of live rows whose instance is not live, batch by batch."""
    where = {**rows.live, **which, "created_at": {"$lt": clock.utcnow() - UNDER_WAY}}
    for batch in _batches(rows.name, where):
        uuids = {document["instance_uuid"] for document in batch} - {None}
        live = set(INSTANCES.distinct("uuid", {"uuid": {"$in": list(uuids)}, **INSTANCES.live}))
        gone = uuids - live
        orphans = [document["_id"] for document in batch if document["instance_uuid"] in gone]
        if orphans:
            yield orphans


def _keys(name: str, where: Filter) -> Iterator[list[Any]]:
    for batch in _batches(name, where):
        yield [document["_id"] for document in batch]


def _batches(name: str, where: Filter) -> Iterator[list[Document]]:
    """Yield the documents of a collection in batches, in the order of their ids."""
    with translated(name):
        documents = iter(connection.get_database()[name].find(where).sort("_id"))
        while batch := list(islice(documents, BATCH)):
            yield batch


def _some(ids: Sequence[Any]) -> str:
    """Return the first ids as text, and how many more there are."""
    text = ", ".join(map(str, ids[:SHOWN]))
    return text if len(ids) <= SHOWN else f"{text} and {len(ids) - SHOWN} more"
