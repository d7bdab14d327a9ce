"""All pairs of calls that share a table which one of them writes, each in every order."""

from __future__ import annotations

import contextlib
import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest import mock

from nova_docdb import clock, db, exception, testing
from nova_docdb.mongo.admin import check
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.embedded import READS
from nova_docdb.testing import Outcome, equality
from nova_docdb.testing.exploration import Explorer, OrderFailedError
from nova_docdb.testing.scheduler import Fault
from tests.pairs import calls as cloud

# The maximum orders of a pair; one with more is explored with at most two preemptions.
MOST = 3000


@dataclass(frozen=True)
class Touched:
    """The tables that a call reads and writes."""

    read: frozenset
    written: frozenset


@contextmanager
def a_cloud(*, transactions=True):
    """Run the block on an embedded store that has the cloud."""
    with testing.embedded_store():
        connection.current().store.has_transactions = transactions
        cloud.fill()
        yield


def touched():
    """Return the tables of each call, by its name; the store must have the cloud."""
    store = connection.current().store
    start = store.snapshot()
    found = {}
    for name, call in cloud.CALLS.items():
        sent = []
        store.has_transactions, before = False, store.has_transactions
        store.runner = lambda collection, command, step, sent=sent: (
            sent.append((collection, command)),
            step(),
        )[1]
        store.restore(start)
        connection.forget_caches()
        try:
            call.run()
        except Exception:  # noqa: S110 - a refused call touches tables too
            pass
        finally:
            store.runner, store.has_transactions = None, before
        found[name] = Touched(
            frozenset(c for c, command in sent if command in READS),
            frozenset(c for c, command in sent if command not in READS) - {"counters"},
        )
    store.restore(start)
    return found


def conflict(one, other):
    """Return whether two calls share a table which one of them writes."""
    return bool(
        one.written & (other.read | other.written) or other.written & (one.read | one.written)
    )


def pairs():
    """Return the names of the calls of each pair that shares a table."""
    with a_cloud():
        found = touched()
    return [
        pair
        for pair in itertools.combinations_with_replacement(cloud.CALLS, 2)
        if conflict(*(found[name] for name in pair))
    ]


@dataclass
class Result:
    """The result of exploring a pair."""

    pair: tuple
    orders: int = 0
    repeated: int = 0
    steps: int = 0
    bounds: str = ""
    error: str = ""
    order: list = field(default_factory=list)


def explored(pair, most=MOST):
    """Explore a pair on the current store and return the result."""
    with Explorer([cloud.CALLS[name].run for name in pair]) as explorer:
        try:
            done = explorer.explore(explorer.serializable, most=most)
            if not done.is_complete:
                done = explorer.explore(explorer.serializable, preemptions=2, most=most)
        except OrderFailedError as error:
            shorter = explorer.shortened(explorer.serializable, error)
            return Result(pair, error.found, error=str(shorter), order=shorter.order)
        return Result(pair, done.orders, done.repeated, done.steps, done.bounds)


def several(found, transactions):
    """Explore several pairs on a new store."""
    with a_cloud(transactions=transactions):
        return [explored(pair) for pair in found]


# Faults: an error before a command, its lost reply, a caller that dies.

KINDS = ("before", "after", "gone")

# Calls that are repeated after a fault, as docs/reliability.md requires.
REPEATED = frozenset(
    {
        "archive_deleted_rows",
        "archive_deleted_rows_for_table",
        "network_delete_safe",
        "reservation_commit",
        "reservation_rollback",
        "security_group_ensure_default",
    }
)

# The maximum orders of a pair with one fault.
MOST_WITH_A_FAULT = 100


def recover(call):
    """Recover the store as the page describes: the same call, expiry of reservations, repair."""
    if call.function in REPEATED:
        with contextlib.suppress(exception.NovaException):
            call.run()
    later = clock.utcnow() + 2 * cloud.DAY
    with mock.patch.object(clock, "utcnow", return_value=later):
        db.reservation_expire(cloud.ADMIN)
        for finding in check.findings():
            finding.repair()


class Faulty(Explorer):
    """Explores a pair whose first caller has a fault."""

    def __init__(self, pair):
        self.first, self.second = (cloud.CALLS[name] for name in pair)
        super().__init__([self.first.run, self.second.run])
        self.allowed = None

    def leaves_out(self, name, document):
        """Ignore new rows that are deleted: a crash left them and the repair deleted them."""
        new = document is not None and document["_id"] not in self._stored.get(name, {})
        return name == "counters" or (new and document.get("deleted"))

    def as_if(self, order):
        """Return how an order differs from those in which the first call took effect or not."""
        found = self.after(order)
        if self.allowed is None:
            self.allowed = self.sequences()
        if found in self.allowed:
            return None
        return "the first call took partial effect" + "".join(
            f"\n  unlike {equality.difference(form, found)}" for form in self.allowed
        )

    def after(self, order):
        """Return the form of the store after an order and its recovery."""
        outcome = order.callers[1].outcome
        order.callers[0].outcome = Outcome()
        recover(self.first)
        order.callers[1].outcome = outcome
        return self.form(order)

    def sequences(self):
        """Return the forms of both calls in each order, and of the second alone."""
        fault, self.fault = self.fault, None
        forms = [
            self.after(self.replay(lambda _order: None, sequence)) for sequence in ((0, 1), (1, 0))
        ]
        calls, self.calls = self.calls, [lambda: None, self.second.run]
        forms.append(self.after(self.replay(lambda _order: None, (0, 1))))
        self.calls, self.fault = calls, fault
        return forms


def explored_with_faults(pair):
    """Explore a pair with a fault at every command of the first caller; return the result."""
    result = Result(pair)
    with Faulty(pair) as explorer:
        for command in itertools.count():
            for kind in KINDS:
                explorer.fault = Fault(0, command, kind)
                hit = []

                def judge(order, hit=hit):
                    hit.append(
                        any(", the" in m.effect or "before it" in m.effect for m in order.moves)
                    )
                    return explorer.as_if(order)

                try:
                    done = explorer.explore(judge, most=MOST_WITH_A_FAULT)
                except OrderFailedError as error:
                    result.error, result.order = f"{kind} {command}: {error}", error.order
                    return result
                result.orders += done.orders
                result.bounds = result.bounds or done.bounds
            if not any(hit):
                break
    return result


def several_with_faults(found):
    """Explore several pairs with faults on a new store."""
    with a_cloud():
        return [explored_with_faults(pair) for pair in found]


def pairs_with_faults():
    """Return the pairs to explore with faults: each writing call with itself and with two others.

    One call of each function is used.
    """
    with a_cloud():
        found = touched()
    # A repeated archive also moves rows that the other call has deleted.
    firsts = [
        name
        for name in cloud.CALLS
        if "-" not in name and found[name].written and not name.startswith("archive")
    ]
    pairs = []
    for one in firsts:
        others = [other for other in firsts if other > one and conflict(found[one], found[other])]
        pairs += [(one, other) for other in (one, *others[:2])]
    return pairs
