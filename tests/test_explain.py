"""The documents that the queries of every function examine, with 10,000 rows per table.

The tests' standalone server rejects queries without an index. This module finds what that does not
show: unselective indexes, empty filters, sorts in memory, unused indexes.
"""

import contextlib
import json
from pathlib import Path

import pymongo
import pytest

from nova_docdb import db, exception, testing
from nova_docdb.config import CONF
from nova_docdb.context import RequestContext
from nova_docdb.schemas import TABLES
from tests.calls import ADMIN, ALICE, CALLS, prepared
from tests.cloud import DAY, HOST, PROJECT, START, Cloud, uuid_of
from tests.commands import listening
from tests.explains import Explainer

STORES = ("mongod",)
pytestmark = pytest.mark.slow

OWN, OTHERS = 50, 10_000

INDEX_USE = Path(__file__).parents[1] / "docs" / "index_use.json"

READS = [name for name in CALLS if {"get", "list", "count"} & set(name.split("_"))]

CONTEXTS = {
    "admin": ADMIN,
    "user": ALICE,
    "yes": RequestContext("admin-user", PROJECT, is_admin=True, read_deleted="yes"),
    "only": RequestContext("admin-user", PROJECT, is_admin=True, read_deleted="only"),
}

LISTS = {
    "all of a window": lambda: db.instance_get_active_by_window_joined(ADMIN, START + 2 * DAY),
    "all of an administrator": lambda: listed(ADMIN, {}),
    "live of a user": lambda: listed(ALICE, {"deleted": False}),
    "one's own": lambda: listed(ALICE, {}),
    "page behind a marker": lambda: listed(ALICE, {"deleted": False}, limit=20, marker=uuid_of(25)),
    "page of an administrator": lambda: listed(ADMIN, {"deleted": False}, limit=20),
    "page behind a marker of an administrator": lambda: listed(
        ADMIN, {"deleted": False}, limit=20, marker=uuid_of(25)
    ),
    "page of a project": lambda: listed(ADMIN, {"project_id": PROJECT}, limit=20),
    "page with deleted rows": lambda: listed(ADMIN, {}, limit=20),
    "by uuids": lambda: listed(ADMIN, {"uuid": [uuid_of(1), uuid_of(2)]}),
    "by metadata": lambda: listed(ADMIN, {"metadata": {"k1": "v1"}}),
    "by task state": lambda: listed(ADMIN, {"task_state": "rebooting"}),
    "by host": lambda: listed(ADMIN, {"host": HOST, "deleted": False}),
    "changed since": lambda: listed(ALICE, {"changes-since": START}),
    "lately changed": lambda: listed(ADMIN, {"changes-since": START + 7 * DAY}),
}


def listed(context, filters, **options):
    return db.instance_get_all_by_filters(context, filters, **options)


@pytest.fixture(scope="module")
def plans(synced_store):
    """The plans of all queries, by function and how it was called."""
    CONF.set_override("connection", synced_store, group="mongo")
    testing.clear()
    with pymongo.MongoClient(synced_store) as client:
        # For its newer engine the server does not report how many documents matched.
        client.admin.command({"setParameter": 1, "internalQueryForceClassicEngine": True})
        with listening(Explainer(client)) as explainer:
            cloud = Cloud(OWN, OTHERS)
            found = {}
            for label, call in calls(cloud):
                with explainer.recording() as found[label], refused():
                    call()
            yield found
        client.admin.command({"setParameter": 1, "internalQueryForceClassicEngine": False})
    testing.clear()


def calls(cloud):
    """Yield (name, variant, callable) of every call."""
    for name in CALLS:
        yield (name, "ordinary"), prepared(name, cloud)
    for label, context in CONTEXTS.items():
        for name in READS:
            yield (name, label), prepared(name, cloud, context)
    for label, call in LISTS.items():
        yield ("instances", label), call
    for name in TABLES:
        yield (
            ("archive", name),
            lambda name=name: db.archive_deleted_rows_for_table(ADMIN, name, 100),
        )


def refused():
    """Ignore errors of contexts that cannot see the row or are not authorized."""
    return contextlib.suppress(exception.NovaException)


# The queries that examine more rows than they return, by function and table, with the reason.
EXAMINE_MORE = {
    ("compute_node_search_by_hypervisor", "compute_nodes"): "a text inside a name has no index",
    ("instance_type_get_all", "instance_types"): "flavors are few; any may be granted",
}

# The pages that are sorted in memory, with the reason.
SORTED_PAGES = {
    ("instances", "page of a project"): "only administrators list deleted rows; the "
    "keys are sorted, and only the page is fetched",
}


def test_queries_examine_little_more_than_they_return(plans):
    wasteful = {
        (name, plan.table, how): (plan.documents, plan.keys, plan.matched, *plan.indexes)
        for (name, how), sent in plans.items()
        # MongoDB may search the rows of an instance or all deleted rows for deleted ones, with the
        # same result. No service lists these.
        if how != "only"
        for plan in sent
        if plan.documents > 2 * plan.matched + 20 or plan.keys > 10 * plan.matched + 100
    }
    others = {key: seen for key, seen in wasteful.items() if key[:2] not in EXAMINE_MORE}
    assert not others
    assert {key[:2] for key in wasteful} == EXAMINE_MORE.keys()


def test_no_query_reads_a_whole_collection_without_an_index(plans):
    scans = {label for label, sent in plans.items() for plan in sent if "COLLSCAN" in plan.stages}
    assert not scans


def test_pages_are_not_sorted_in_memory(plans):
    pages = {
        (name, how): plan.stages
        for (name, how), sent in plans.items()
        for plan in sent
        if plan.page > 1
    }
    assert {("instances", "page of an administrator"), ("archive", "cells")} <= pages.keys()
    assert {page for page, stages in pages.items() if "SORT" in stages} == SORTED_PAGES.keys()


def test_every_index_serves_a_query_or_keeps_rows_unique(plans):
    used = {index for sent in plans.values() for plan in sent for index in plan.indexes}
    idle = {
        f"{spec.name}.{index.name}"
        for spec in TABLES.values()
        for index in spec.indexes
        if not index.unique and f"{spec.name}.{index.name}" not in used
    }
    assert not idle


def test_no_index_is_a_prefix_of_another():
    for spec in TABLES.values():
        for index in spec.indexes:
            longer = [
                other.name
                for other in spec.indexes
                if other.columns[: len(index.columns)] == index.columns
                and other is not index
                and other.present == ()
                and not other.only_deleted
            ]
            assert index.unique or index.only_deleted or not longer, (spec.name, index.name)


def test_list_of_index_uses_is_current(plans, request):
    uses = {}
    for (function, how), made in plans.items():
        if how == "ordinary":
            for plan in made:
                for index in plan.indexes:
                    table, _, name = index.partition(".")
                    uses.setdefault(table, {}).setdefault(name, set()).add(function)
    text = json.dumps(uses, indent=1, sort_keys=True, default=sorted) + "\n"
    if request.config.getoption("--update-generated"):
        INDEX_USE.write_text(text, encoding="utf-8")
    assert INDEX_USE.read_text(encoding="utf-8") == text, 'out of date: run "make generated"'
