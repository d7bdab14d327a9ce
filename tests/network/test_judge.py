"""The judge finds the faults of a history, and none in a correct one."""

import threading

import pytest

from nova_docdb import db
from tests.network import final, naive
from tests.network.final import Final
from tests.network.history import LEAKED, OK, REFUSED, UNKNOWN, History, Operation, Recorder
from tests.network.judge import judge
from tests.network.worker import ADMIN, LIMIT, PROJECT, SHARED, Worker, prepare
from tests.quotas import resource
from tests.threads import at_once

A, B = (f"{n:08d}-0000-4000-9000-000000000001" for n in (1, 2))


def operation(kind, key, outcome=OK, answer=None, value=None, when=(0, 1), **other):
    """Return a call that began and ended at the given times."""
    return Operation(
        kind, key, value, invoked=when[0], completed=when[1], outcome=outcome, answer=answer,
        **{"caller": "caller 1", **other},
    )  # fmt: skip


def faults(operations, stored, **options):
    return set(judge(History(operations), stored, **{"limit": LIMIT, **options}).faults)


CREATED = operation("create", A, answer=A, value="old")
COMPLETE = {"a": "old", "b": "old"}
ROW = {"uuid": A, "metadata": COMPLETE, "system_metadata": 1, "cache": "[]"}
CLAIMED = operation("claim", A, answer="10.0.0.1")

WRONG = {
    "claim_is_lost": ("lost", [CLAIMED], Final({"10.0.0.1": None})),
    "claim_is_lost_to_another": ("lost", [CLAIMED], Final({"10.0.0.1": B})),
    "released_address_is_owned": (
        "lost",
        [CLAIMED, operation("release", A, value="10.0.0.1", when=(2, 3))],
        Final({"10.0.0.1": A}),
    ),
    "address_is_given_to_two": (
        "double",
        [CLAIMED, operation("claim", B, answer="10.0.0.1", when=(2, 3)),
         operation("release", A, value="10.0.0.1", when=(4, 5))],
        Final({"10.0.0.1": B}),
    ),
    "late_claim_leaves_two_addresses": (
        "double",
        [operation("claim", A, UNKNOWN), operation("claim", A, answer="10.0.0.2", when=(2, 3))],
        Final({"10.0.0.1": A, "10.0.0.2": A}),
    ),
    "refused_claim_took_an_address": (
        "double",
        [operation("claim", A, REFUSED, "nothing was changed")],
        Final({"10.0.0.1": A}),
    ),
    "network_of_another_project_is_confirmed": (
        "stale",
        [operation("associate", A, UNKNOWN),
         operation("associate", A, answer=1, again=True, when=(2, 3))],
        Final(networks={1: B}),
    ),
    "instance_is_lost": ("lost", [CREATED], Final()),
    "destroyed_instance_is_live": (
        "lost", [CREATED, operation("destroy", A, when=(2, 3))], Final(instances={A: COMPLETE}),
    ),
    "created_instance_is_not_found": (
        "stale",
        [CREATED, operation("change", A, REFUSED, "InstanceNotFound", "new", (2, 3))],
        Final(instances={A: COMPLETE}),
    ),
    "metadata_is_lost": (
        "lost", [CREATED, operation("change", A, value="new", when=(2, 3))],
        Final(instances={A: COMPLETE}),
    ),
    "missing_metadata_is_confirmed": (
        "stale",
        [CREATED, operation("change", A, value="new", when=(2, 3)),
         operation("change", A, value="new", when=(4, 5), again=True)],
        Final(instances={A: COMPLETE}),
    ),
    "state_is_replaced_twice": (
        "double",
        [operation("test and set", SHARED[0], answer="one", value=A),
         operation("test and set", SHARED[0], answer="one", value=B)],
        Final(),
    ),
    "commit_is_lost": ("lost", [operation("commit", A)], Final(in_use=0)),
    "commit_without_a_change_is_not_counted": (
        "stale",
        [operation("commit", A, UNKNOWN), operation("commit", A, when=(2, 3))],
        Final(in_use=0),
    ),
    "commit_is_counted_twice": ("double", [operation("commit", A)], Final(in_use=2)),
    "limit_is_exceeded": ("double", [], Final(reserved=LIMIT + 1)),
    "list_has_an_instance_without_its_cache": (
        "half_made", [CREATED, operation("list", None, answer=[{**ROW, "cache": None}])],
        Final(instances={A: COMPLETE}),
    ),
    "list_has_an_instance_without_its_metadata": (
        "half_made", [CREATED, operation("list", None, answer=[{**ROW, "metadata": {}}])],
        Final(instances={A: COMPLETE}),
    ),
    "list_has_rows_that_a_failover_rolled_back": (
        "undone", [operation("create", A, UNKNOWN, value="old"),
                   operation("list", None, answer=[ROW])],
        Final(ever=set()),
    ),
    "read_returns_an_owner_that_a_failover_rolled_back": (
        "undone", [operation("read address", "10.0.0.1", answer=A)],
        Final({"10.0.0.1": None}, ever={("instances", A)}),
    ),
    "acknowledged_state_was_never_stored": (
        "lost", [operation("test and set", SHARED[0], value=A)], Final(ever=set()),
    ),
    "driver_error_leaks": ("leaked", [operation("list", None, LEAKED, "KeyError")], Final()),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_judge_finds_that(name):
    expected, operations, stored = WRONG[name]
    assert faults(operations, stored) == {expected}


CORRECT = {
    "unknown_claim_took_effect": (
        [operation("claim", A, UNKNOWN)], Final({"10.0.0.1": A}),
    ),
    "unknown_claim_did_not_take_effect": (
        [operation("claim", A, UNKNOWN)], Final({"10.0.0.1": None}),
    ),
    "address_gets_another_owner": (
        [CLAIMED, operation("release", A, UNKNOWN, value="10.0.0.1", when=(2, 5)),
         operation("claim", B, answer="10.0.0.1", when=(3, 4))],
        Final({"10.0.0.1": B}),
    ),
    "unknown_change_took_effect": (
        [CREATED, operation("change", A, UNKNOWN, value="new", when=(2, 3))],
        Final(instances={A: {**COMPLETE, "a": "new"}}),
    ),
    "second_attempt_to_destroy_succeeds": (
        [CREATED, operation("destroy", A, UNKNOWN, when=(2, 3)),
         operation("destroy", A, REFUSED, "InstanceNotFound", when=(4, 5))],
        Final(),
    ),
    "unknown_commit_was_counted": ([operation("commit", A, UNKNOWN)], Final(in_use=1)),
    "read_returns_an_owner_that_has_released_it_since": (
        [operation("read address", "10.0.0.1", answer=A)],
        Final({"10.0.0.1": None}, ever={("fixed_ips", A)}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CORRECT)
def test_judge_finds_nothing_where(name):
    operations, stored = CORRECT[name]
    assert faults(operations, stored) == set()


def test_caller_that_was_killed_may_leave_a_second_address():
    calls = [operation("claim", A, UNKNOWN), operation("claim", A, UNKNOWN, when=(2, None))]
    stored = Final({"10.0.0.1": A, "10.0.0.2": A})
    assert faults(calls, stored) == {"double"}
    assert faults(calls, stored, killed={"caller 1"}) == set()


def test_longest_call_is_measured():
    calls = [operation("list", None, answer=[], when=(1, 4)), operation("list", None, answer=[])]
    assert judge(History(calls), Final(), limit=LIMIT).longest_seconds == 3


def test_history_of_a_killed_process_is_read(tmp_path):
    recorder = Recorder("caller 1", tmp_path / "1.history")
    recorder.call(Operation("claim", A), lambda: "10.0.0.1")
    pending = Operation("claim", B)
    with pytest.raises(KeyboardInterrupt):
        recorder.call(pending, interrupt)
    with (tmp_path / "1.history").open("a") as file:
        file.write('{"kind": "cla')
    done, killed = History.read(tmp_path).operations
    assert (done.key, done.outcome, done.answer) == (A, OK, "10.0.0.1")
    assert (killed.key, killed.outcome, killed.completed) == (B, UNKNOWN, None)


def interrupt():
    raise KeyboardInterrupt


# Naive variants, each with two callers that have both read before one writes.


def recorded(*calls):
    """Return the history of concurrent calls."""
    recorders = [Recorder(f"caller {number}") for number in range(len(calls))]
    at_once(
        *[
            lambda recorder=recorder, call=call: recorder.call(*call)
            for recorder, call in zip(recorders, calls, strict=True)
        ]
    )
    return [op for recorder in recorders for op in recorder.operations]


@pytest.fixture
def meet(embedded):
    prepare()
    return threading.Barrier(2).wait


def test_judge_catches_a_claim_that_reads_then_writes(meet):
    calls = [(Operation("claim", key), lambda key=key: naive.claim(key, meet)) for key in (A, B)]
    assert faults(recorded(*calls), final.read()) == {"double", "lost"}


def test_judge_catches_a_state_change_that_reads_then_writes(meet):
    uuid = SHARED[0]
    calls = [
        (Operation("test and set", uuid, key), lambda key=key: naive.test_and_set(uuid, key, meet))
        for key in (A, B)
    ]
    assert faults(recorded(*calls), final.read()) == {"double"}


@pytest.fixture
def usage(meet):
    units = resource("units", {"units": 0})
    db.quota_reserve(ADMIN, {"units": units}, {"units": 9}, {"units": 0}, None, 0, 0, PROJECT)


def test_judge_catches_a_quota_that_reads_then_writes(meet, usage):
    calls = [(Operation("commit", key), lambda: naive.commit_one(1, meet)) for key in (A, B)]
    assert faults(recorded(*calls), final.read(), limit=1) == {"double"}


def test_judge_catches_a_quota_that_is_written_back(meet, usage):
    calls = [
        (Operation("commit", key), lambda: naive.commit_one_by_replacing(meet)) for key in (A, B)
    ]
    assert faults(recorded(*calls), final.read()) == {"lost"}


def test_judge_catches_a_creation_in_two_steps(meet):
    def listed():
        meet()
        rows = Worker(3)._list(ADMIN)
        meet()
        return rows

    def create():
        return naive.create(A, PROJECT, COMPLETE, lambda: (meet(), meet()))

    calls = [(Operation("create", A, "old"), create), (Operation("list"), listed)]
    assert faults(recorded(*calls), final.read()) == {"half_made"}


def test_judge_finds_nothing_in_calls_of_the_api(embedded):
    prepare()
    workers = [Worker(number) for number in (1, 2)]
    at_once(*[lambda worker=worker: worker.work(after(40)) for worker in workers])
    operations = [op for worker in workers for op in worker.operations]
    verdict = judge(History(operations), final.read(), limit=LIMIT)
    assert verdict.faults == {}
    assert verdict.unknown == 0
    assert verdict.operations >= 80


def after(turns):
    """Return a function that returns true after this many calls."""
    left = iter(range(turns))
    return lambda: next(left, None) is None
