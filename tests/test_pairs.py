"""Every two calls that share a table are serializable, in every order of their commands.

``tests/pairs`` has the calls and the cloud on which they run. No pair has assertions of its own:
``testing.explore`` compares each order with the serial orders. ``docs/reliability.md`` and
``tests/pairs/differing.py`` list the pairs that differ.
"""

import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from operator import itemgetter
from pathlib import Path

import pytest

from nova_docdb import db
from nova_docdb.mongo.families.quotas import reserve
from nova_docdb.mongo.tables.table import Table
from nova_docdb.testing.exploration import Explorer
from tests.pairs import calls, exploring
from tests.pairs.differing import ON_A_STANDALONE_SERVER

DOCS = (Path(__file__).parents[1] / "docs" / "reliability.md").read_text(encoding="utf-8")

# The functions that tests/test_claims.py tests: claims, tests and sets, quota.
CLAIMS = {
    "fixed_ip_associate", "fixed_ip_associate_pool", "fixed_ip_disassociate",
    "floating_ip_allocate_address", "floating_ip_deallocate", "floating_ip_disassociate",
    "floating_ip_fixed_ip_associate", "network_associate", "network_set_host",
    "instance_test_and_set", "quota_reserve", "reservation_commit", "reservation_rollback",
    "task_log_begin_task", "vol_usage_update",
}  # fmt: skip

PROCESSES = 2
PARTS = 40


def function_of(name):
    return calls.CALLS[name].function


def test_every_function_that_sends_commands_has_a_call():
    functions = {name for name in vars(db) if name.islower() and callable(getattr(db, name))}
    missing = functions - {call.function for call in calls.CALLS.values()}
    assert missing <= {"constraint", "equal_any", "not_equal"}


def section(title):
    """Return a section of the page."""
    return DOCS.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def listed():
    """Return the calls of the page that may differ on every store, each with the other calls."""
    rows = re.findall(
        r"^\| `(\w+)` \| (`.+?`) \| .+ \|$", section("Concurrent calls"), re.MULTILINE
    )
    return {one: set(re.findall(r"`(\w+)`", cell)) for one, cell in rows}


def pairs(differing):
    """Return the pairs of functions, each in the order of the alphabet."""
    return {tuple(sorted((one, other))) for one, others in differing.items() for other in others}


DIFFER = pairs(listed())
DIFFER_ONE_BY_ONE = pairs(ON_A_STANDALONE_SERVER)


def test_page_has_every_call_that_may_differ_on_a_standalone_server():
    rows = re.findall(r"^\| (`.+?) \|", section("Standalone servers"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named >= ON_A_STANDALONE_SERVER.keys()


def test_page_counts_the_pairs():
    row = next(line for line in DOCS.splitlines() if line.startswith("| `tests/test_pairs.py` |"))
    counted = (exploring.pairs(), exploring.pairs_with_faults(), DIFFER, DIFFER | DIFFER_ONE_BY_ONE)
    assert re.findall(r"\b[\d,]*\d\b", row) == [f"{len(found):,}" for found in counted]


def functions(results):
    """Return the pairs of functions of which some calls differ."""
    return {tuple(sorted(map(function_of, result.pair))) for result in results if result.error}


def test_claims_are_serializable():
    found = [pair for pair in exploring.pairs() if {function_of(name) for name in pair} <= CLAIMS]
    assert len(found) > 100
    with exploring.a_cloud():
        results = [exploring.explored(pair) for pair in found]
    assert functions(results) == {pair for pair in DIFFER if CLAIMS.issuperset(pair)}
    assert not any(result.bounds for result in results)


def in_processes(explore, found):
    """Return the results of the pairs, explored in parts by several processes."""
    parts = [found[n::PARTS] for n in range(PARTS)]
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        return [result for results in pool.map(explore, parts) for result in results]


@pytest.mark.slow
@pytest.mark.parametrize("transactions", [True, False], ids=["transactions", "one-by-one"])
def test_page_lists_the_pairs_that_are_not_serializable(transactions):
    several = partial(exploring.several, transactions=transactions)
    results = in_processes(several, exploring.pairs())
    known = DIFFER if transactions else DIFFER | DIFFER_ONE_BY_ONE
    new = [r for r in results if r.error and not functions([r]) <= known]
    assert new == [], "\n\n".join(f"{result.pair}: {result.error}" for result in new)
    assert known - functions(results) == set()


# After recovery from a fault, the store is as if the call had taken effect or not. These pairs
# differ only in the times of rows: a repeated expiry settles at two times.
DIFFER_WITH_A_FAULT = {
    ("reservation_commit", "reservation_expire"),
    ("reservation_expire", "reservation_rollback"),
}


@pytest.mark.slow
def test_call_with_a_fault_takes_effect_completely_or_not_at_all():
    results = in_processes(exploring.several_with_faults, exploring.pairs_with_faults())
    new = [r for r in results if r.error and not functions([r]) <= DIFFER_WITH_A_FAULT | DIFFER]
    assert new == [], "\n\n".join(f"{result.pair}: {result.error}" for result in new)
    assert len(results) > 200


# Three callers.

THREE = {
    "addresses": ("fixed_ip_associate", "fixed_ip_associate_pool", "fixed_ip_associate_pool-2"),
    "floating addresses": ("floating_ip_allocate_address",) * 3,
    "released": ("fixed_ip_disassociate", "fixed_ip_associate-2", "fixed_ip_associate_pool"),
    "networks": ("network_associate", "network_associate-4", "network_disassociate"),
    "quota": ("quota_reserve-7", "quota_reserve-7", "reservation_rollback-2"),
    "settled": ("reservation_commit-2", "reservation_rollback-2", "quota_reserve-3"),
    "archive": (
        "archive_deleted_rows_for_table",
        "instance_metadata_delete",
        "instance_metadata_update-2",
    ),
    "creation": ("instance_create", "instance_create-2", "instance_create-3"),
    "destruction": ("instance_destroy", "instance_destroy-2", "instance_metadata_update-2"),
}


@pytest.mark.parametrize("name", THREE)
def test_three_callers_are_serializable(name):
    with exploring.a_cloud(), Explorer([calls.CALLS[c].run for c in THREE[name]]) as explorer:
        done = explorer.explore(explorer.serializable, preemptions=2)
    assert done.orders >= 6
    assert done.bounds == "those with at most 2 preemptions"


# Mutations: a claim that writes without its guard, as code that reads first does, is found without
# any assertion about it.


def read_first(self, where, update, **options):
    """Replace ``Table.find_one_and_update``: read the row, then write it without the condition."""
    sort = options.pop("sort", None)
    found = self.collection.find_one(where, sort=sort)
    if found is None:
        return None
    return find_one_and_update(self, {"_id": found["_id"]}, update, **options)


find_one_and_update = Table.find_one_and_update

GUARDED = [
    ("fixed_ip_associate", "fixed_ip_associate"),
    ("fixed_ip_associate_pool", "fixed_ip_associate_pool"),
    ("floating_ip_allocate_address", "floating_ip_allocate_address"),
    ("instance_test_and_set", "instance_test_and_set"),
    ("network_associate", "network_associate-4"),
]


@pytest.mark.parametrize("pair", GUARDED, ids=itemgetter(0))
def test_exploration_finds_a_claim_without_its_guard(pair, monkeypatch):
    with exploring.a_cloud():
        assert exploring.explored(pair).error == ""
        monkeypatch.setattr(Table, "find_one_and_update", read_first)
        result = exploring.explored(pair)
    assert "not serializable" in result.error
    assert result.orders < 100


def test_exploration_finds_a_booking_without_its_limit(monkeypatch):
    pair = ("quota_reserve-7",) * 2
    with exploring.a_cloud():
        assert exploring.explored(pair).error == ""
        monkeypatch.setattr(reserve._Request, "guard", lambda *_args: {})
        result = exploring.explored(pair)
    assert "not serializable" in result.error
    assert result.orders < 100
