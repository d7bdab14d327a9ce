"""quota_reserve beyond the recorded answers: refreshes, refusals, concurrent callers, crashes."""

import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest

from nova_docdb import clock, context, db, exception
from nova_docdb.mongo.families.quotas import bookings, refresh
from nova_docdb.mongo.families.quotas import reserve as quota_reserve
from nova_docdb.mongo.store import connection
from tests.crashes import Failed, every_failure
from tests.quotas import (
    ADMIN,
    PROJECT,
    assert_no_drift,
    live_reservations,
    reserve,
    resource,
    usage,
    usages,
)
from tests.threads import COUNT, at_once, kinds

HOUR = 3600


@pytest.fixture
def later(monkeypatch):
    """Advance the clock by this many seconds."""
    now = clock.utcnow

    def later(seconds):
        monkeypatch.setattr(clock, "utcnow", lambda: now() + timedelta(seconds=seconds))

    return later


@pytest.fixture
def pauses(monkeypatch):
    """Record the pauses and run given functions in them, instead of sleeping."""
    made = []

    def pause(_seconds):
        made.append(True)
        if pause.then is not None:
            pause.then()

    pause.then = None
    pause.made = made
    monkeypatch.setattr(quota_reserve, "_pause", pause)
    return pause


def nothing_written():
    database = connection.get_database()
    return not any(database[name].find_one({"_id": 1}) for name in ("quota_usages", "reservations"))


def mark(name="cores"):
    db.quota_usage_update(ADMIN, PROJECT, name, in_use=-1)


# Arguments


@pytest.mark.parametrize("quotas", [{"cores": 5}, {"cores": 5, "widgets": 5}])
def test_unknown_resource_is_refused_before_anything_else(store, user, quotas):
    with pytest.raises(exception.QuotaResourceUnknown) as raised:
        db.quota_reserve(
            user, {"cores": None}, quotas, {"widgets": "x", "cores": {}}, "never", "x", "y"
        )
    assert raised.value.kwargs["unknown"] == ["widgets"]
    assert nothing_written()


def test_missing_limit_is_refused(store, user):
    with pytest.raises(exception.QuotaResourceUnknown) as raised:
        db.quota_reserve(
            user, {"b": None, "a": None, "c": None}, {"c": 1}, dict.fromkeys("bca", 1), None, 0, 0
        )
    assert raised.value.kwargs["unknown"] == ["a", "b"]
    assert nothing_written()


def test_no_deltas_write_nothing(store, user):
    assert db.quota_reserve(user, {}, {}, {}, None, 0, 0) == []
    assert nothing_written()


@pytest.mark.parametrize("limit", [None, -1])
def test_null_or_negative_limit_is_unlimited(store, limit):
    assert len(reserve({"cores": 10**9}, {"cores": limit})) == 1


def test_names_of_resources_are_not_operators_or_paths(store):
    names = ["$inc", "in_use", "a.b", "_reservations.1", ""]
    reserved = reserve(dict.fromkeys(names, 2))
    assert usages() == dict.fromkeys(names, (0, 2))
    db.reservation_commit(ADMIN, reserved, PROJECT)
    assert usages() == dict.fromkeys(names, (2, 0))


@pytest.mark.parametrize(
    "bad",
    [
        {"deltas": {"cores": "many"}},
        {"deltas": {"cores": {"$inc": 1}}},
        {"deltas": {"cores": 1.5}},
        {"deltas": {"cores": 2**63}},
        {"deltas": {5: 1}, "quotas": {5: 1}, "resources": {5: resource("5", {})}},
        {"deltas": {("cores",): 1}, "quotas": {("cores",): 1}, "resources": {("cores",): None}},
        {"deltas": [("cores", 1)]},
        {"quotas": {"cores": "many"}},
        {"quotas": ["cores"]},
        {"resources": ["cores"]},
        {"expire": "soon"},
        {"expire": {"$gt": 1}},
        {"until_refresh": "often"},
        {"max_age": "old"},
        {"max_age": float("nan")},
        {"project_id": {"$ne": None}},
        {"resources": {"cores": resource("cores", {"cores": "many"})}},
        {"resources": {"cores": resource("cores", {("cores",): 1})}},
        {"resources": {"cores": resource("cores", lambda *_args: None)}},
    ],
)
def test_invalid_arguments_are_refused_and_nothing_is_written(store, user, bad):
    good = {
        "resources": {"cores": resource("cores", {"cores": 0})},
        "quotas": {"cores": 5},
        "deltas": {"cores": 1},
        "expire": None,
        "until_refresh": 0,
        "max_age": 0,
    }
    with pytest.raises(exception.InvalidInput):
        db.quota_reserve(user, **{**good, **bad})
    assert nothing_written()


def test_arguments_are_unchanged_and_errors_share_nothing_with_the_store(store, user):
    quotas, deltas = {"cores": 5, "ram": 9}, {"cores": 6}
    resources = {"cores": resource("cores", {"cores": 0})}
    with pytest.raises(exception.OverQuota) as raised:
        db.quota_reserve(user, resources, quotas, deltas, None, 0, 0)
    assert (quotas, deltas, list(resources)) == ({"cores": 5, "ram": 9}, {"cores": 6}, ["cores"])
    raised.value.kwargs["usages"]["cores"]["in_use"] = 99
    assert usage("cores") == (0, 0)


# Refusals


def test_over_quota_names_the_resources_and_has_all_usages_of_the_project(store):
    reserve({"disk": 7})
    limits = {"cores": 20, "ram": 600, "keys": 1}
    with pytest.raises(exception.OverQuota) as raised:
        reserve(
            {"ram": 256, "cores": 17, "keys": 1},
            limits,
            {"ram": {"ram": 512}, "cores": {"cores": 4}},
        )
    assert raised.value.kwargs["overs"] == ["cores", "ram"]
    assert raised.value.kwargs["quotas"] == limits
    assert raised.value.kwargs["code"] == 500
    assert raised.value.kwargs["usages"] == {
        "disk": {"in_use": 0, "reserved": 7},
        "ram": {"in_use": 512, "reserved": 0},
        "cores": {"in_use": 4, "reserved": 0},
        "keys": {"in_use": 0, "reserved": 0},
    }
    assert "cores" in str(raised.value)
    assert sum(map(len, live_reservations().values())) == 1


def test_zero_delta_over_the_limit_is_refused_and_a_negative_one_never(store):
    reserve({"cores": 9})
    with pytest.raises(exception.OverQuota):
        reserve({"cores": 0}, {"cores": 8})
    assert len(reserve({"cores": 0}, {"cores": 9})) == 1
    assert len(reserve({"cores": -1}, {"cores": 8})) == 1
    assert usage("cores") == (0, 9)


def test_refused_call_uses_no_id(store):
    reserve({"cores": 1})
    with pytest.raises(exception.OverQuota):
        reserve({"cores": 1}, {"cores": 1})
    reserve({"cores": 1})
    assert list(live_reservations()[1]) == ["1", "2"]


def test_negative_usage_is_only_logged(store, caplog):
    with caplog.at_level(logging.WARNING):
        assert len(reserve({"cores": -2, "ram": 1})) == 2
    assert "['cores']" in caplog.text


# Refreshes


def test_max_age_refreshes_usages_of_that_age_and_no_younger_ones(store, later):
    reserve({"cores": 1}, answers={"cores": {"cores": 2}})
    for seconds, in_use in [(HOUR - 60, 2), (2 * HOUR, 9)]:
        later(seconds)
        reserve({"cores": 0}, answers={"cores": {"cores": 9}}, max_age=HOUR)
        assert usage("cores") == (in_use, 1)


def test_max_age_counts_whole_days(store, later):
    reserve({"cores": 1}, answers={"cores": {"cores": 2}})
    later(2 * 24 * HOUR + 1)
    reserve({"cores": 0}, answers={"cores": {"cores": 9}}, max_age=HOUR)
    assert usage("cores") == (9, 1)


def test_refresh_by_age_sets_updated_at_even_if_the_count_is_equal(store, later):
    counted = []

    def sync(_context, _project, _session=None):
        counted.append(True)
        return {"cores": 2, "ram": 3}

    reserve({"cores": 0, "ram": 0}, answers={"cores": sync, "ram": sync})
    assert len(counted) == 1
    later(2 * HOUR)
    for _twice in range(2):
        reserve({"cores": 0, "ram": 0}, answers={"cores": sync, "ram": sync}, max_age=HOUR)
        assert len(counted) == 2


def test_max_age_uses_created_at_if_updated_at_is_empty(store, later):
    reserve({"cores": 0})
    assert db.quota_usage_get(ADMIN, PROJECT, "cores")["updated_at"] is None
    reserve({"cores": 1}, answers={"cores": {"cores": 9}}, max_age=HOUR)
    assert usage("cores") == (0, 1)
    db.quota_destroy_all_by_project(ADMIN, PROJECT)
    reserve({"cores": 0})
    later(2 * HOUR)
    reserve({"cores": 1}, answers={"cores": {"cores": 9}}, max_age=HOUR)
    assert usage("cores") == (9, 1)


def test_sync_routine_is_called_as_an_admin_of_the_same_request(store, user):
    calls = []

    def sync(caller, project_id, session):
        calls.append((caller.is_admin, caller.user_id, caller.request_id, project_id, session))
        return {"cores": 0}

    reserve({"cores": 1}, answers={"cores": sync}, context=user, project_id="project2")
    assert calls == [(True, "user1", user.request_id, "project2", None)]
    assert not user.is_admin


def test_sync_routine_may_read_and_write_through_the_api(store):
    def sync(caller, project_id, _session):
        db.quota_create(caller, project_id, "cores", 7)
        with pytest.raises(exception.QuotaUsageNotFound):
            db.quota_usage_get(caller, project_id, "cores")
        reserve({"keys": 1})
        return {"cores": db.quota_get(caller, project_id, "cores")["hard_limit"]}

    reserve({"cores": 1}, answers={"cores": sync})
    assert usages() == {"keys": (0, 1), "cores": (7, 1)}


def test_sync_routine_that_raises_leaves_no_changes(store):
    def broken(*_args):
        raise ZeroDivisionError

    reserve({"ram": 1}, until_refresh=5)
    with pytest.raises(ZeroDivisionError):
        reserve({"ram": 1, "disk": 1, "cores": 1}, answers={"cores": broken}, until_refresh=5)
    assert usages() == {"ram": (0, 1)}
    assert db.quota_usage_get(ADMIN, PROJECT, "ram")["until_refresh"] == 5
    assert_no_drift()


def test_usage_that_its_sync_routine_omits_is_decremented_below_zero(store):
    for until_refresh in (1, 0, -1):
        reserve({"cores": 1}, answers={"cores": {"ram": 3}}, until_refresh=1)
        row = db.quota_usage_get(ADMIN, PROJECT, "cores")
        assert (row["in_use"], row["until_refresh"]) == (0, until_refresh)
    assert usage("ram") == (3, 0)


def test_commit_during_a_refresh_is_not_lost_and_does_not_undo_the_refresh(store):
    reserved = reserve({"cores": 1})
    mark()
    counted = []

    def sync(caller, project_id, _session):
        counted.append(True)
        db.reservation_commit(caller, reserved, project_id)
        return {"cores": 5}

    with pytest.raises(exception.OverQuota):
        reserve({"cores": 1}, {"cores": 6}, {"cores": sync})
    assert usage("cores") == (6, 0)
    assert len(counted) == 1


def test_refresh_that_another_caller_completed_is_not_repeated(store):
    reserve({"cores": 1}, answers={"cores": {"cores": 2}})
    mark()

    def sync(_context, _project, _session):
        reserve({"cores": 1}, answers={"cores": {"cores": 7}})
        return {"cores": 5}

    reserve({"cores": 1}, answers={"cores": sync})
    assert usage("cores") == (7, 3)
    assert_no_drift()


def test_in_use_that_is_set_during_a_refresh_stays(store):
    reserve({"cores": 0})
    mark()

    def sync(caller, project_id, _session):
        db.quota_usage_update(caller, project_id, "cores", in_use=4)
        return {"cores": 9}

    reserve({"cores": 1}, answers={"cores": sync})
    assert usage("cores") == (4, 1)


def test_usage_marked_before_it_is_booked_is_refreshed_first(store, monkeypatch):
    answers = {"cores": {"cores": 9}}
    reserve({"cores": 0}, answers=answers)
    book = quota_reserve.book

    def mark_first(*args):
        monkeypatch.setattr(quota_reserve, "book", book)
        reserve({"cores": 1}, {"cores": 10}, answers)
        mark()
        return book(*args)

    monkeypatch.setattr(quota_reserve, "book", mark_first)
    with pytest.raises(exception.OverQuota):
        reserve({"cores": 1}, {"cores": 10}, answers)
    assert usage("cores") == (9, 1)
    assert_no_drift()


def test_usage_marked_before_it_is_decremented_is_refreshed(store):
    answers = {"cores": {"cores": 9}}
    reserve({"cores": 0, "ram": 0}, answers=answers, until_refresh=5)
    mark("ram")

    def sync(*_args):
        mark("cores")
        return {"ram": 0}

    with pytest.raises(exception.OverQuota):
        reserve({"cores": 1, "ram": 1}, {"cores": 9}, {**answers, "ram": sync}, until_refresh=5)
    assert usages() == {"cores": (9, 0), "ram": (0, 0)}


def test_usage_destroyed_before_it_is_booked_is_created_again(store, monkeypatch):
    reserve({"cores": 1, "ram": 1})
    calls = []

    def destroy_halfway(rows, guards):
        calls.append(rows)
        if len(calls) > 1:
            return bookings.book(rows, guards)
        first = bookings.book(rows[:1], guards)
        db.quota_destroy_all_by_project(ADMIN, PROJECT)
        return first and bookings.book(rows[1:], guards)

    monkeypatch.setattr(quota_reserve, "book", destroy_halfway)
    uuids = reserve({"cores": 2, "ram": 2}, answers={"ram": {"ram": 4}})
    assert usages() == {"cores": (0, 2), "ram": (4, 2)}
    db.reservation_commit(ADMIN, uuids, PROJECT)
    assert usages() == {"cores": (2, 0), "ram": (6, 0)}
    assert_no_drift()


def test_call_gives_up_if_others_refresh_endlessly(store, monkeypatch):
    monkeypatch.setattr(refresh, "MAX_ATTEMPTS", 3)
    reserve({"cores": 0})
    mark()

    def sync(*_args):
        mark()
        return {"cores": 1}

    with pytest.raises(exception.DBDeadlock):
        reserve({"cores": 1}, answers={"cores": sync})
    assert usage("cores") == (-1, 0)


# Concurrent callers


def test_exactly_as_many_callers_as_the_limit_allows_succeed(store):
    for limit in (1, 3, 5):
        results = at_once(*[lambda limit=limit: reserve({"cores": 1}, {"cores": limit})] * COUNT)
        assert kinds(results) == {"list": limit, "OverQuota": COUNT - limit}
        assert usage("cores") == (0, limit)
        assert_no_drift()
        db.quota_destroy_all_by_project(ADMIN, PROJECT)


def test_two_resources_in_opposite_order_are_both_reserved_or_neither(store):
    limits = {"cores": 4, "ram": 4}
    results = at_once(
        *[lambda: reserve({"cores": 1, "ram": 1}, limits)] * (COUNT // 2),
        *[lambda: reserve({"ram": 1, "cores": 1}, limits)] * (COUNT // 2),
    )
    assert kinds(results) == {"list": 4, "OverQuota": COUNT - 4}
    assert usages() == {"cores": (0, 4), "ram": (0, 4)}
    assert_no_drift()


def test_concurrent_first_callers_create_one_usage_and_count_once(store):
    counted = []

    def sync(*_args):
        counted.append(True)
        return {"cores": 2, "ram": 3}

    calls = [lambda: reserve({"cores": 1}, {"cores": 99}, {"cores": sync}, until_refresh=50)]
    assert kinds(at_once(*calls * COUNT)) == {"list": COUNT}
    assert usages() == {"cores": (2, COUNT), "ram": (3, 0)}
    count = db.quota_usage_get(ADMIN, PROJECT, "cores")["until_refresh"]
    assert count == 50 - (COUNT - 1)
    assert len(counted) <= COUNT
    assert_no_drift()


def test_every_caller_decrements_once_and_the_last_refreshes(store):
    reserve({"cores": 0}, until_refresh=COUNT)
    answers = {"cores": {"cores": 7}}
    calls = [lambda: reserve({"cores": 1}, answers=answers, until_refresh=COUNT)]
    assert kinds(at_once(*calls * COUNT)) == {"list": COUNT}
    row = db.quota_usage_get(ADMIN, PROJECT, "cores")
    assert (row["in_use"], row["reserved"], row["until_refresh"]) == (7, COUNT, COUNT)


def test_call_that_will_be_refused_does_not_make_others_fail(store):
    reserve({"cores": 0, "ram": 0})

    def refused():
        with pytest.raises(exception.OverQuota):
            reserve({"cores": 1, "ram": 1}, {"cores": 1, "ram": ram})

    for ram in [0, 1] * 5:
        held = reserve({"ram": ram})
        results = at_once(*[refused] * (COUNT - 1), lambda: reserve({"cores": 1}, {"cores": 1}))
        assert kinds(results) == {"NoneType": COUNT - 1, "list": 1}
        db.reservation_rollback(ADMIN, [*held, *results[-1]], PROJECT)


# Bookings of an incomplete call


class Stopped(Exception):
    """Raised to stop a call."""


@pytest.fixture
def halfway(store, monkeypatch):
    """Stop a call between its bookings of cores, whose limit allows only this call, and ram.

    ``halfway.refuse()`` and ``halfway.pass_()`` complete it.
    """
    booked = []

    def stop(rows, guards):
        numbers = [row["id"] for row in rows]
        booked.extend(bookings._booking(row, numbers, {}) for row in rows)
        rows_of_the_call.extend(rows)
        bookings.USAGES.update_each(booked[:1])
        raise Stopped

    rows_of_the_call = []
    with monkeypatch.context() as patch:
        patch.setattr(quota_reserve, "book", stop)
        patch.setattr(quota_reserve, "release", lambda _rows: 0)
        with pytest.raises(Stopped):
            reserve({"cores": 1, "ram": 1}, {"cores": 1, "ram": 1})
    assert usages() == {"cores": (0, 1), "ram": (0, 0)}

    def refuse():
        bookings.release(rows_of_the_call)
        numbers = [row["id"] for row in rows_of_the_call]
        bookings.RESERVATIONS.remove({"_id": {"$in": numbers}})

    def pass_():
        bookings.USAGES.update_each(booked[1:])

    return SimpleNamespace(refuse=refuse, pass_=pass_)


def test_caller_waits_for_a_call_that_is_finally_refused(halfway, pauses):
    pauses.then = halfway.refuse
    assert len(reserve({"cores": 1}, {"cores": 1})) == 1
    assert len(pauses.made) == 1
    assert usages() == {"cores": (0, 1), "ram": (0, 0)}
    assert_no_drift()


def test_call_refused_after_the_usages_were_read_does_not_cause_a_refusal(
    halfway, pauses, monkeypatch
):
    may_change = quota_reserve._may_pass_later

    def refuse_first(*args):
        halfway.refuse()
        return may_change(*args)

    monkeypatch.setattr(quota_reserve, "_may_pass_later", refuse_first)
    assert len(reserve({"cores": 1}, {"cores": 1})) == 1


def test_caller_waits_for_a_call_that_finally_succeeds_and_is_refused(halfway, pauses):
    pauses.then = halfway.pass_
    with pytest.raises(exception.OverQuota) as raised:
        reserve({"cores": 1}, {"cores": 1})
    assert len(pauses.made) == 1
    assert raised.value.kwargs["usages"]["ram"] == {"in_use": 0, "reserved": 1}
    assert_no_drift()


def test_caller_does_not_wait_for_archived_rows(store, pauses):
    cores, _ram = reserve({"cores": 1, "ram": 1})
    db.reservation_commit(ADMIN, [cores], PROJECT)
    db.archive_deleted_rows(ADMIN)
    with pytest.raises(exception.OverQuota):
        reserve({"ram": 1}, {"ram": 1})
    # Once, because such a row may also be missing because its call was refused.
    assert len(pauses.made) == 1


@pytest.mark.parametrize("names", [("cores", "ram"), ("ram", "cores")])
def test_caller_does_not_wait_for_a_call_that_succeeded(store, pauses, names):
    reserve(dict.fromkeys(names, 1))
    with pytest.raises(exception.OverQuota):
        reserve({"cores": 1}, {"cores": 1})
    assert pauses.made == []


def test_caller_that_is_over_anyway_does_not_wait(halfway, pauses):
    with pytest.raises(exception.OverQuota):
        reserve({"cores": 2}, {"cores": 1})
    assert pauses.made == []


def test_wait_for_a_stopped_call_ends(halfway, pauses):
    with pytest.raises(exception.OverQuota) as raised:
        reserve({"cores": 1}, {"cores": 1})
    assert raised.value.kwargs["overs"] == ["cores"]
    assert len(pauses.made) == len(quota_reserve.PAUSES)
    assert 0.5 < sum(quota_reserve.PAUSES) < 1.5


def test_caller_does_not_wait_for_a_call_that_crashed_long_ago(halfway, pauses, later):
    later(120)
    with pytest.raises(exception.OverQuota):
        reserve({"cores": 1}, {"cores": 1})
    assert pauses.made == []


def test_caller_does_not_wait_for_a_partly_settled_call(store, pauses):
    cores, ram = reserve({"cores": 1, "ram": 1})
    db.reservation_commit(ADMIN, [ram], PROJECT)
    with pytest.raises(exception.OverQuota):
        reserve({"cores": 1}, {"cores": 1})
    assert pauses.made == []
    assert db.reservation_get(ADMIN, cores)["delta"] == 1


def test_guard_that_always_refuses_names_its_resource(store, pauses, monkeypatch):
    def all_but_ram(rows, guards):
        return bookings.book([row for row in rows if row["resource"] != "ram"], guards) > 1

    monkeypatch.setattr(quota_reserve, "book", all_but_ram)
    with pytest.raises(exception.OverQuota) as raised:
        reserve({"cores": 1, "ram": 1}, {"cores": 1, "ram": 1})
    assert raised.value.kwargs["overs"] == ["ram"]
    assert live_reservations() == {}


# Crashes

LIMITS = {"cores": 9, "ram": 9}


def _prepare():
    reserve({"cores": 1, "ram": 2}, until_refresh=5)


def _call(_prepared=None):
    reserve({"ram": 2, "cores": 3, "disk": 4}, LIMITS, {"disk": {"disk": 6}}, until_refresh=5)


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_crash_during_reserve_is_repaired_by_expiry(store, later, applied):
    for _prepared in every_failure(_prepare, _call, least=8, applied=applied, forever=True):
        later(2 * 24 * HOUR)
        db.reservation_expire(ADMIN)
        assert_no_drift()
        assert live_reservations() == {}
        found = usages()
        assert found.pop("disk", (6, 0)) == (6, 0)
        assert found == {"cores": (0, 0), "ram": (0, 0)}
        later(0)


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_failed_call_leaves_no_bookings_and_the_next_succeeds(store, later, applied):
    for _prepared in every_failure(_prepare, _call, least=8, applied=applied):
        found = usages()
        assert found.pop("disk", (6, 0)) == (6, 0)
        assert found == {"cores": (0, 1), "ram": (0, 2)}
        _call()
        assert usages() == {"cores": (0, 4), "ram": (0, 4), "disk": (6, 4)}
        later(2 * 24 * HOUR)
        db.reservation_expire(ADMIN)
        assert_no_drift()
        later(0)


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_crash_of_a_refused_call_is_repaired_by_expiry(store, later, monkeypatch, applied, pauses):
    # The last guard of each call refuses it: another call booked after the usages were read.
    monkeypatch.setattr(quota_reserve._Request, "overs", lambda *_args: [])
    monkeypatch.setattr(quota_reserve, "PAUSES", (0,))

    def call(_prepared):
        with pytest.raises((exception.OverQuota, Failed)) as raised:
            reserve({"ram": 2, "cores": 3}, {"cores": 9, "ram": 3})
        if raised.type is Failed:
            raise raised.value

    for _prepared in every_failure(_prepare, call, least=8, applied=applied, forever=True):
        later(2 * 24 * HOUR)
        db.reservation_expire(ADMIN)
        assert_no_drift()
        assert live_reservations() == {}
        later(0)
    assert usages() == {"cores": (0, 1), "ram": (0, 2)}
    assert sum(map(len, live_reservations().values())) == 2


@pytest.mark.sends_nothing
def test_context_is_checked_first(store, anonymous):
    with pytest.raises(exception.NotAuthorized):
        db.quota_reserve(anonymous, None, None, None, None, None, None)


def test_any_user_may_reserve_for_any_project(store):
    stranger = context.RequestContext("user9", "project9", is_admin=False)
    reserve({"cores": 1}, context=stranger)
    assert usages() == {"cores": (0, 1)}
    assert usages("project9") == {}


# Outstanding reservations


@pytest.fixture
def at_most_five(monkeypatch):
    monkeypatch.setattr(bookings, "MOST_OUTSTANDING", 5)


def test_usage_accepts_a_limited_number_of_outstanding_reservations(store, admin, at_most_five):
    limits = {"cores": 100}
    made = [reserve({"cores": 1}, limits) for _ in range(5)]
    with pytest.raises(exception.OverQuota) as caught:
        reserve({"cores": 1}, limits)
    assert caught.value.kwargs["overs"] == ["cores"]
    db.reservation_rollback(admin, made[0])
    reserve({"cores": 1})
    assert_no_drift()


def test_usage_without_a_limit_accepts_no_more_either(store, admin, at_most_five):
    for _ in range(5):
        reserve({"cores": 1})
    with pytest.raises(exception.OverQuota):
        reserve({"cores": 1})


def test_expired_reservations_of_a_full_usage_are_settled_first(store, admin, at_most_five):
    for _ in range(5):
        reserve({"cores": 1})
    bookings.RESERVATIONS.update_all(
        bookings.RESERVATIONS.live, {"expire": clock.utcnow() - timedelta(hours=1)}
    )
    reserve({"cores": 1})
    assert usage("cores") == (0, 1)
    assert_no_drift()


def test_usage_of_an_earlier_version_accepts_bookings(store, admin):
    first = reserve({"cores": 1})
    bookings.USAGES.collection.update_many({}, {"$unset": {"_outstanding": ""}})
    second = reserve({"cores": 1})
    for reservations in (first, second):
        db.reservation_commit(admin, reservations)
    assert usage("cores") == (2, 0)
