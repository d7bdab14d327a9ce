"""Calls that write more than once, stopped after each of their commands.

The worker has crashed then. The recovery in ``docs/reliability.md`` (the same call by another
worker, the expiry of reservations or ``db check --repair``) must make the store consistent again.
"""

import contextlib
import re
from datetime import timedelta
from pathlib import Path

import pytest

from nova_docdb import clock, db, exception, testing
from nova_docdb.config import CONF
from nova_docdb.mongo.admin import check
from nova_docdb.mongo.store.embedded import TRANSACTION
from tests.crash_cases import CASES
from tests.crashes import every_failure
from tests.replay import replay
from tests.test_recorded import SCENARIOS

DOCS = (Path(__file__).parents[1] / "docs" / "reliability.md").read_text(encoding="utf-8")

# A crash of the caller has the same effect on a replica set as on a standalone server.
STORES = ("embedded", "mongod")
SLOW_STORES = ("mongod",)

READS = {"aggregate", "count_documents", "distinct", "find", "find_one"}


@pytest.fixture
def later(store):
    """Run a call as if an hour had passed, so that no other call is considered in progress."""

    def run(call):
        with pytest.MonkeyPatch.context() as patch:
            now = clock.utcnow()
            patch.setattr(clock, "utcnow", lambda: now + timedelta(hours=1))
            return call()

    return run


def repaired():
    for finding in check.findings():
        finding.repair()
    assert list(check.findings()) == []


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", CASES)
def test_interrupted_call_is_recovered(later, name, applied):
    case = CASES[name]
    how = {"least": 1, "applied": applied, "forever": True}
    for prepared in every_failure(case.prepare, case.call, **how):
        case.recover(prepared)
        later(repaired)
        assert case.whole()


class Counting:
    """The API; it counts the writes of each call that change something."""

    def __init__(self):
        self.most = {}
        self.writes = 0

    def __getattr__(self, name):
        function = getattr(db, name)

        def call(*args, **kwargs):
            self.writes = 0
            try:
                return function(*args, **kwargs)
            finally:
                self.most[name] = max(self.most.get(name, 0), self.writes)

        return call

    def command(self, collection, command, step):
        try:
            result = step()
        except Exception:
            # Of a bulk that is refused some rows may be stored.
            self.writes += command == "insert_many"
            raise
        # Counters only increase, and an unused id does no harm.
        if command not in READS and collection != "counters":
            self.writes += changed(result)
        return result


def changed(result):
    """Return whether a write changed something, from its result."""
    for count in ("modified_count", "deleted_count"):
        if hasattr(result, count):
            return bool(getattr(result, count))
    return result is not None


def test_every_call_that_writes_more_than_once_has_a_case(embedded):
    counting = Counting()
    embedded.has_transactions = False
    embedded.runner = counting.command
    for scenario in SCENARIOS:
        testing.clear()
        replay(scenario, counting)
        for option in scenario.get("flags", {}):
            CONF.clear_override(option)
    several = {name for name, writes in counting.most.items() if writes > 1}
    assert len(several) > 20
    assert several - CASES.keys() == set()


def documented(title):
    """Return the calls in the table of a section of the page."""
    section = DOCS.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \|.*\| (.+?) \|$", section, re.MULTILINE)
    # A dash: the call is only listed for what other callers see.
    return {name for calls, cure in rows if cure != "-" for name in re.findall(r"`(\w+)`", calls)}


def is_transaction(case, embedded):
    """Return whether the call of a case is a transaction where the store has them."""
    testing.clear()
    prepared = case.prepare()
    commands = set()

    def run(_collection, command, step):
        commands.add(command)
        return step()

    embedded.runner = run
    with contextlib.suppress(exception.NovaException):
        case.call(prepared)
    embedded.runner = None
    return TRANSACTION in commands


def test_every_case_is_in_the_documentation(embedded):
    transactions = {name for name, case in CASES.items() if is_transaction(case, embedded)}
    assert documented("What a crash leaves") == CASES.keys() - transactions
    assert documented("Standalone servers") == transactions
