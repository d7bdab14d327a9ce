"""Serial calls in any order, compared with a model in plain dicts."""

from dataclasses import dataclass
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from nova_docdb import db, exception, testing
from nova_docdb.mongo.families.quotas import reserve as quota_reserve
from nova_docdb.mongo.store import connection
from tests.quotas import ADMIN, PROJECT, assert_no_drift, reserve

NAMES = st.sampled_from(["cores", "disk", "ram"])
AMOUNTS = st.dictionaries(NAMES, st.integers(-2, 3), min_size=1)
NUMBERS = st.integers(0, 6)


@dataclass
class Usage:
    in_use: int = 0
    reserved: int = 0
    until_refresh: int | None = None


class Quotas(RuleBasedStateMachine):
    """The store, with a model of the usages and outstanding reservations of one project."""

    def __init__(self):
        super().__init__()
        testing.clear()
        self.usages = {}
        self.outstanding = {}

    @rule(
        deltas=AMOUNTS,
        limits=st.dictionaries(NAMES, st.none() | st.integers(-1, 8)),
        counts=st.dictionaries(NAMES, NUMBERS),
        until_refresh=st.sampled_from([0, None, 1, 3]),
        expired=st.booleans(),
    )
    def reserve(self, deltas, limits, counts, until_refresh, expired):
        limits = {name: limits.get(name) for name in deltas}
        # Each routine counts its own resource and others that are drawn.
        answers = {name: {name: 0, **counts} for name in deltas}
        self.refresh(deltas, answers, until_refresh or None)
        overs = sorted(
            name
            for name, delta in deltas.items()
            if (limits[name] if limits[name] is not None else -1) >= 0
            and delta >= 0
            and self.usages[name].in_use + self.usages[name].reserved + delta > limits[name]
        )
        call = partial(
            reserve, deltas, limits, answers, -60 if expired else 60, until_refresh=until_refresh
        )
        if overs:
            with pytest.raises(exception.OverQuota) as raised:
                call()
            assert raised.value.kwargs["overs"] == overs
            return
        for uuid, (name, delta) in zip(call(), deltas.items(), strict=True):
            self.usages[name].reserved += max(delta, 0)
            self.outstanding[uuid] = (name, delta, expired)

    def refresh(self, deltas, answers, until_refresh):
        counted = set()
        for name in deltas:
            usage = self.usages.get(name)
            if name in counted:
                continue
            if usage is None:
                self.usages[name] = Usage(until_refresh=until_refresh)
            elif usage.in_use >= 0:
                if usage.until_refresh is None:
                    continue
                usage.until_refresh -= 1
                if usage.until_refresh > 0:
                    continue
            for other, count in answers[name].items():
                usage = self.usages.setdefault(other, Usage())
                usage.in_use, usage.until_refresh = count, until_refresh
                counted.add(other)

    @precondition(lambda self: self.outstanding)
    @rule(data=st.data(), commit=st.booleans())
    def settle(self, data, commit):
        uuids = data.draw(st.lists(st.sampled_from(list(self.outstanding)), min_size=1))
        settle = db.reservation_commit if commit else db.reservation_rollback
        for _twice in range(2):
            settle(ADMIN, uuids, PROJECT)
        self.release(set(uuids), commit=commit)

    def release(self, uuids, *, commit=False):
        for uuid in uuids:
            name, delta, _expired = self.outstanding.pop(uuid)
            self.usages[name].reserved -= max(delta, 0)
            self.usages[name].in_use += delta if commit else 0

    @rule()
    def expire(self):
        db.reservation_expire(ADMIN)
        self.release([uuid for uuid, row in self.outstanding.items() if row[2]])

    @rule(name=NAMES, in_use=st.integers(-1, 4))
    def set(self, name, in_use):
        if name in self.usages:
            db.quota_usage_update(ADMIN, PROJECT, name, in_use=in_use)
            self.usages[name].in_use = in_use
        else:
            with pytest.raises(exception.QuotaUsageNotFound):
                db.quota_usage_update(ADMIN, PROJECT, name, in_use=in_use)

    @rule()
    def destroy(self):
        db.quota_destroy_all_by_project(ADMIN, PROJECT)
        self.usages.clear()
        self.outstanding.clear()

    @invariant()
    def store_is_as_the_model(self):
        found = {
            row["resource"]: Usage(row["in_use"], row["reserved"], row["until_refresh"])
            for row in connection.get_database()["quota_usages"].find({"deleted": 0})
        }
        assert found == self.usages
        assert_no_drift()


@pytest.mark.parametrize("examples", [60, pytest.param(1500, marks=pytest.mark.slow)])
def test_calls_agree_with_the_model(embedded, monkeypatch, examples):
    monkeypatch.setattr(quota_reserve, "_pause", lambda _seconds: pytest.fail("no other caller"))
    Quotas.TestCase.settings = settings(
        max_examples=examples,
        stateful_step_count=25,
        suppress_health_check=list(HealthCheck),
    )
    Quotas.TestCase().runTest()
