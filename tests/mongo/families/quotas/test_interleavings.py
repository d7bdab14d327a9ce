"""Concurrent quota calls, command by command in many orders, on the embedded store.

Results and state must equal those of some serial order.
"""

import itertools
from datetime import timedelta

import pytest

from nova_docdb import clock, db, exception, testing
from nova_docdb.mongo.families.quotas import reserve as quota_reserve
from nova_docdb.mongo.store import connection
from tests.quotas import (
    ADMIN,
    PROJECT,
    assert_no_drift,
    live_reservations,
    reserve,
    usage,
)

FEW, MANY = range(60), range(60, 560)


@pytest.fixture(
    params=[pytest.param(FEW, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.slow)]
)
def seeds(request):
    """The seeds of a test: few by default, hundreds in the slow run."""
    return request.param


PAST = -60


@pytest.fixture(autouse=True)
def nobody_waits(embedded, monkeypatch):
    monkeypatch.setattr(quota_reserve, "_pause", lambda _seconds: None)


# The calls of workers: each takes the uuids of earlier reservations, and may add to them.


def reserves(deltas, limits=None, **kwargs):
    def call(reserved):
        reserved += reserve(deltas, limits, **kwargs)

    return call


def commits(reserved):
    db.reservation_commit(ADMIN, reserved, PROJECT)


def rolls_back(reserved):
    db.reservation_rollback(ADMIN, reserved, PROJECT)


def expires(_reserved):
    db.reservation_expire(ADMIN)


def destroys(_reserved):
    db.quota_destroy_all_by_project(ADMIN, PROJECT)


def reserves_bare(_reserved):
    # A negative one is never part of reserved.
    past = clock.utcnow() + timedelta(seconds=PAST)
    db.reservation_create(ADMIN, "bare", {"id": 1}, PROJECT, "cores", -4, past)


def marks(_reserved):
    db.quota_usage_update(ADMIN, PROJECT, "cores", in_use=-1)


MADE = [reserves({"cores": 0, "ram": 0, "disk": 0})]
BOTH = {"cores": 1, "ram": 1}
NINE = {"answers": {"cores": {"cores": 9}}}

# The preparing calls, then those of each worker.
SCENARIOS = {
    "as many as the limit has room for": (
        MADE,
        [[reserves({"cores": 1}, {"cores": 2})]] * 3,
    ),
    "first callers": (
        [],
        [[reserves({"cores": 1}, {"cores": 10}, **NINE, until_refresh=3)]] * 3,
    ),
    "counting down to a refresh": (
        [reserves({"cores": 0}, until_refresh=2)],
        [[reserves({"cores": 1}, {"cores": 12}, **NINE, until_refresh=2)]] * 3,
    ),
    "opposite order": (
        MADE,
        [[reserves(BOTH, BOTH)], [reserves(dict(reversed(BOTH.items())), BOTH)]],
    ),
    "a call that is refused last": (
        MADE,
        [
            [reserves({**BOTH, "disk": 1}, {**BOTH, "disk": 0})],
            [reserves(BOTH, BOTH)],
            [reserves({"ram": 1}, {"ram": 2})],
        ],
    ),
    "room that a rollback makes": (
        [*MADE, reserves({"cores": 1})],
        [[reserves({"cores": 1}, {"cores": 2})]] * 2 + [[rolls_back]],
    ),
    "commit, rollback and expiry": (
        [*MADE, reserves({"cores": 3}, expire=PAST)],
        [[commits], [rolls_back], [expires]],
    ),
    "expiry of what is being reserved": (
        MADE,
        [[reserves(BOTH, BOTH, expire=PAST)], [expires]],
    ),
    "expiry of what is being reserved bare": (
        MADE,
        [[reserves_bare], [expires]],
    ),
    "a project that is destroyed": (
        MADE,
        [[reserves(BOTH, BOTH)], [destroys]],
    ),
    "a first caller in a project that is destroyed": (
        [],
        [[reserves(BOTH, BOTH)], [destroys]],
    ),
    "a commit in a project that is destroyed": (
        MADE,
        [[reserves(BOTH, BOTH), commits], [destroys]],
    ),
    "a refresh and a commit": (
        [*MADE, reserves({"cores": 1}), marks],
        [[reserves({"cores": 1}, {"cores": 12}, **NINE)]] * 2 + [[commits]],
    ),
    "a mark for a refresh": (
        [reserves({"cores": 0}, **NINE)],
        [[reserves({"cores": 1}, {"cores": 10}, **NINE)]] * 2 + [[marks]],
    ),
}


def done(call, reserved):
    try:
        call(reserved)
    except (exception.OverQuota, exception.QuotaUsageNotFound) as error:
        return type(error).__name__
    return "done"


def state():
    """Return all amounts, and the reservations by their values, not by their ids."""
    database = connection.get_database()
    numbers = sorted(
        (row["resource"], row["in_use"], row["reserved"], row["until_refresh"])
        for row in database["quota_usages"].find({"deleted": 0})
    )
    kinds = sorted(
        (row["resource"], row["delta"], bool(row["deleted"]))
        for row in database["reservations"].find({})
    )
    return repr((numbers, kinds))


def serially(first, programs, order):
    """Return the results and the state of workers whose calls run serially."""
    testing.clear()
    common = []
    for call in first:
        call(common)
    reserved = [list(common) for _program in programs]
    calls = [iter(program) for program in programs]
    answers = [[] for _program in programs]
    for worker in order:
        answers[worker].append(done(next(calls[worker]), reserved[worker]))
    return repr(answers), state()


def concurrently(first, programs, simulation):
    """Return the results and the state of workers in the order of the simulation."""
    common = []
    for call in first:
        call(common)

    def work(program):
        reserved = list(common)
        return [done(call, reserved) for call in program]

    outcomes = simulation.run(*(lambda program=program: work(program) for program in programs))
    assert not [outcome.error for outcome in outcomes if outcome.error]
    return repr([outcome.value for outcome in outcomes]), state()


@pytest.mark.parametrize("name", SCENARIOS)
def test_concurrent_calls_equal_serial_calls(name, seeds):
    first, programs = SCENARIOS[name]
    workers = [number for number, program in enumerate(programs) for _call in program]
    orders = set(itertools.permutations(workers))
    allowed = {serially(first, programs, order) for order in orders}

    def scenario(simulation):
        assert concurrently(first, programs, simulation) in allowed
        assert_no_drift()

    testing.try_seeds(scenario, seeds)


def test_expiry_repairs_what_failed_and_dead_callers_leave(monkeypatch, seeds):
    limits = {"cores": 3, "ram": 4}
    now = clock.utcnow

    def work(settle):
        def run():
            try:
                settle(reserve({"cores": 2, "ram": 1}, limits))
                settle(reserve({"ram": 2}, limits))
            except exception.OverQuota:
                return

        return run

    def scenario(simulation):
        monkeypatch.setattr(clock, "utcnow", now)
        reserve({"cores": 0, "ram": 0})
        simulation.run(
            work(lambda reserved: db.reservation_commit(ADMIN, reserved, PROJECT)),
            work(lambda reserved: db.reservation_rollback(ADMIN, reserved, PROJECT)),
            work(lambda _reserved: None),
        )
        assert all(sum(usage(name)) <= limit for name, limit in limits.items())
        monkeypatch.setattr(clock, "utcnow", lambda: now() + timedelta(days=2))
        db.reservation_expire(ADMIN)
        assert live_reservations() == {}
        assert_no_drift()
        assert all(usage(name)[1] == 0 for name in limits)

    testing.try_seeds(scenario, seeds, testing.Faults(before=0.04, after=0.04, gone=0.04))
