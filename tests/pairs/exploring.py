"""All pairs of calls that meet in a table which one of them writes, each in every order."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field

from nova_docdb import testing
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.embedded import READS
from nova_docdb.testing.exploration import Explorer, OrderFailedError
from tests.pairs import calls as cloud
# Orders of one pair, at the most; a pair with more is explored with at most two preemptions.
MOST = 3000


@dataclass(frozen=True)
class Touched:
    """The tables that a call reads and writes, on its own."""

    read: frozenset
    written: frozenset


@contextmanager
def a_cloud(*, transactions=True):
    """Serve the block from an embedded store with the cloud in it."""
    with testing.embedded_store():
        connection.current().store.has_transactions = transactions
        cloud.fill()
        yield


def touched():
    """Return what each call touches, by its name; the store has the cloud."""
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
        except Exception:  # noqa: S110 - a refusal is a call like any other
            pass
        finally:
            store.runner, store.has_transactions = None, before
        found[name] = Touched(
            frozenset(c for c, command in sent if command in READS),
            frozenset(c for c, command in sent if command not in READS) - {"counters"},
        )
    store.restore(start)
    return found


def meet(one, other):
    """Tell whether two calls share a table which one of them writes."""
    return bool(
        one.written & (other.read | other.written) or other.written & (one.read | one.written)
    )


def pairs():
    """Return the names of the calls of each pair that meets."""
    with a_cloud():
        found = touched()
    return [
        pair
        for pair in itertools.combinations_with_replacement(cloud.CALLS, 2)
        if meet(*(found[name] for name in pair))
    ]


@dataclass
class Result:
    """What came of exploring a pair."""

    pair: tuple
    orders: int = 0
    repeated: int = 0
    steps: int = 0
    bounds: str = ""
    error: str = ""
    order: list = field(default_factory=list)


def explored(pair, most=MOST):
    """Explore a pair over the store as it is, and return what came of it."""
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
    """Explore several pairs in a store of their own."""
    with a_cloud(transactions=transactions):
        return [explored(pair) for pair in found]
