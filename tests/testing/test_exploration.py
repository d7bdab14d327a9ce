"""Exploration: every order once; results that differ from the serial orders are found."""

import itertools
import random
import threading
import time
from math import comb
from types import SimpleNamespace

import pytest

from nova_docdb import clock, context, db
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table
from nova_docdb.testing import OrderFailedError, explore
from nova_docdb.testing.exploration import Explorer, documents_of, respects
from tests.testing import test_simulation

ADMIN = context.get_admin_context()
UUIDS = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(1, 5)]
CELLS, USAGES = table("cells"), table("volume_usage_cache")


@pytest.fixture(autouse=True)
def store(embedded):
    return embedded


def finds(name, times):
    """Return a call of this many commands that find a cell."""
    return lambda: [CELLS.exists({"name": name}) for _ in range(times)]


def count(volume):
    """Read, then write: one of two concurrent calls is lost."""

    def call():
        row = USAGES.first({"volume_id": volume})
        USAGES.find_one_and_update(
            {"_id": row["id"]}, {"$set": {"tot_reads": row["tot_reads"] + 1}}
        )

    return call


def a_volume(name="v"):
    db.vol_usage_update(ADMIN, name, 0, 0, 0, 0, None, None, True)


@pytest.mark.parametrize("lengths", [(1, 1), (3, 2), (6, 6), (2, 2, 2)])
def test_every_order_is_run_once(lengths):
    done = explore(*(finds("c", length) for length in lengths), reduce=False)
    expected, steps = 1, 0
    for length in lengths:
        steps += length
        expected *= comb(steps, length)
    assert (done.orders, done.steps) == (expected, steps)
    assert done.is_complete
    assert str(done) == f"{expected} orders of up to {steps} steps: all of them"


def test_orders_of_steps_that_commute_are_run_once():
    done = explore(finds("a", 6), finds("b", 6))
    assert (done.orders, done.is_complete) == (1, True)
    assert str(done) == "1 orders of up to 12 steps: all that differ"


def test_lost_count_is_found_without_an_assertion():
    a_volume()
    with pytest.raises(OrderFailedError) as raised:
        explore(count("v"), count("v"))
    text = str(raised.value)
    assert "tot_reads is 1, not 2" in text
    head, *steps = [line.split()[:4] for line in text.split("\n\n")[1].splitlines()]
    assert head == ["step", "caller", "command", "collection"]
    assert steps == [
        ["1", "0", "find", "volume_usage_cache"],
        ["2", "1", "find", "volume_usage_cache"],
        ["3", "1", "find_one_and_update", "volume_usage_cache"],
        ["4", "0", "find_one_and_update", "volume_usage_cache"],
    ]
    assert raised.value.order == [0, 1, 1, 0]


def test_failing_order_replays():
    a_volume()
    with pytest.raises(OrderFailedError) as found:
        explore(count("v"), count("v"))
    with pytest.raises(OrderFailedError) as again:
        explore(count("v"), count("v"), order=found.value.order)
    assert again.value.reason == found.value.reason
    assert not explore(count("v"), count("v"), order=[0, 0, 1, 1]).is_complete


def test_failing_order_has_the_fewest_switches():
    def call():
        finds("c", 4)()
        count("v")()
        finds("c", 4)()

    a_volume()
    with pytest.raises(OrderFailedError) as raised:
        explore(call, call, reduce=False)
    order = raised.value.order
    assert sum(one != other for one, other in itertools.pairwise(order)) == 2


def test_exploration_restores_the_store(store):
    a_volume()
    before = documents_of(store.snapshot())
    threads = threading.active_count()
    with pytest.raises(OrderFailedError):
        explore(count("v"), count("v"))
    explore(count("v"), finds("c", 2))
    assert documents_of(store.snapshot()) == before
    assert threading.active_count() == threads
    assert store.runner is None


def test_given_check_replaces_the_comparison():
    a_volume()
    seen = []

    def check(outcomes):
        assert [outcome.error for outcome in outcomes] == [None, None]
        seen.append(USAGES.first({"volume_id": "v"})["tot_reads"])

    explore(count("v"), count("v"), check=check)
    assert set(seen) == {1, 2}

    def none_is_lost(_outcomes):
        assert USAGES.first({"volume_id": "v"})["tot_reads"] == 2, "a count is lost"

    with pytest.raises(OrderFailedError, match="^a count is lost"):
        explore(count("v"), count("v"), check=none_is_lost)


def test_exploration_reports_its_bound():
    bounded = explore(finds("a", 3), finds("a", 3), preemptions=1)
    assert not bounded.is_complete
    assert str(bounded).endswith("not all, those with at most 1 preemptions")
    assert bounded.orders == 2 * 3
    few = explore(finds("a", 3), finds("a", 3), most=5, reduce=False)
    assert str(few) == "5 orders of up to 6 steps: not all, no more than 5 were requested"


def test_lost_count_needs_one_preemption():
    a_volume()
    assert explore(count("v"), count("v"), preemptions=0).orders == 2
    with pytest.raises(OrderFailedError):
        explore(count("v"), count("v"), preemptions=1)


def test_ids_times_and_uuids_may_differ_by_renaming():
    values = {"cidr": "10.0.0.0/24"}
    done = explore(
        lambda: db.network_create_safe(ADMIN, {**values, "vlan": 1})["uuid"],
        lambda: db.network_create_safe(ADMIN, {**values, "vlan": 2})["uuid"],
    )
    assert done.is_complete


def test_row_with_the_id_of_another_is_found():
    ids = {}

    def first():
        ids["last"] = db.cell_create(ADMIN, {"name": "a"})["id"]
        CELLS.exists({})
        return db.cell_create(ADMIN, {"name": "b", "username": str(ids["last"])})["name"]

    def second():
        ids["last"] = db.cell_create(ADMIN, {"name": "c"})["id"]

    with pytest.raises(OrderFailedError, match="cells"):
        explore(first, second, reduce=False)


def test_call_that_ended_before_another_began_is_ordered_first():
    order = SimpleNamespace(spans={0: (0, 1), 1: (2, 5), 2: (1, 3)})
    allowed = {s for s in itertools.permutations(range(3)) if respects(s, order)}
    assert allowed == {(0, 1, 2), (0, 2, 1), (2, 0, 1)}


def test_caller_that_waits_lets_the_other_continue():
    a_volume()

    def wait_for_two():
        while USAGES.first({"volume_id": "v"})["tot_reads"] < 1:
            time.sleep(3600)

    done = explore(wait_for_two, count("v"), check=lambda _outcomes: None)
    assert done.is_complete
    assert done.orders < 10


def test_clock_and_uuids_are_the_same_in_every_run():
    moments = []
    explore(finds("a", 1), lambda: moments.append(clock.utcnow()), check=lambda _outcomes: None)
    explore(finds("a", 1), finds("b", 1), check=lambda _outcomes: None)
    assert abs((clock.utcnow() - moments[0]).total_seconds()) < 600


def test_error_in_a_check_is_raised_and_ends_the_exploration(store):
    def check(_outcomes):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        explore(finds("a", 2), finds("b", 1), check=check)
    assert store.runner is None


def test_server_is_refused(monkeypatch):
    monkeypatch.setattr(connection.current(), "store", None)
    with pytest.raises(RuntimeError, match="needs the embedded store"):
        explore(finds("a", 1))


# Wrong versions, with three callers: found within the first hundred orders.


def four_addresses():
    rows = [{"address": f"10.0.0.{n}", "network_id": 1} for n in range(4)]
    db.fixed_ip_bulk_create(ADMIN, rows)
    return [lambda uuid=uuid: test_simulation.naive_claim(uuid) for uuid in UUIDS[:3]]


def a_usage():
    usage = {"project_id": "p", "resource": "cores", "in_use": 0, "reserved": 0}
    test_simulation.USAGES.insert(usage)
    return [test_simulation.naive_reserve] * 3


def two_dead_cells():
    for name in "ab":
        db.cell_create(ADMIN, {"name": name})
        db.cell_delete(ADMIN, name)
    return [test_simulation.naive_archive] * 3


def three_counters():
    a_volume()
    return [count("v")] * 3


# The number of the failing order.
NAIVE = {four_addresses: 2, a_usage: 2, two_dead_cells: 21, three_counters: 2}


@pytest.mark.parametrize("prepare", NAIVE, ids=lambda prepare: prepare.__name__)
def test_naive_version_is_found_within_a_hundred_orders(prepare):
    callers = prepare()
    with pytest.raises(OrderFailedError) as raised:
        explore(*callers, preemptions=2)
    assert raised.value.found <= 100
    assert raised.value.found == NAIVE[prepare]


# Random calls: the reduced exploration finds what the plain enumeration finds.


def random_call(dice):
    """Return a call of two or three commands on three volumes and two tables."""
    commands = [dice.choice(COMMANDS) for _ in range(dice.choice((2, 3)))]
    names = [dice.choice("vw") for _ in commands]

    def call():
        return [command(name) for command, name in zip(commands, names, strict=True)]

    return call


def _add(name):
    done = USAGES.find_one_and_update(
        {"volume_id": name}, [{"$set": {"tot_reads": {"$add": ["$tot_reads", 1]}}}]
    )
    return done and done["tot_reads"]


def _set(name):
    return USAGES.update_all({"volume_id": name}, {"tot_writes": 7})


def _double(name):
    row = USAGES.first({"volume_id": name})
    if row is None:
        return None
    USAGES.update_all({"_id": row["id"]}, {"tot_reads": row["tot_reads"] * 2})
    return row["tot_reads"]


def _insert(name):
    return CELLS.insert({"name": name})["name"]


def _drop(name):
    return CELLS.soft_delete({"name": name})


def _list(_name):
    return sorted(row["name"] for row in CELLS.find(CELLS.live))


COMMANDS = (_add, _set, _double, _insert, _drop, _list)


@pytest.mark.parametrize("seed", range(25))
def test_reduced_exploration_finds_what_plain_enumeration_finds(seed):
    dice = random.Random(seed)
    calls = [random_call(dice) for _ in range(2)]
    a_volume("v")
    a_volume("w")
    found, orders = {}, {}
    for reduce in (False, True):
        forms = set()
        with Explorer(calls) as explorer:

            def note(order, explorer=explorer, forms=forms):
                forms.add(explorer.form(order))

            orders[reduce] = explorer.explore(note, reduce=reduce).orders
        found[reduce] = forms
    assert found[True] == found[False]
    assert orders[True] <= orders[False]
