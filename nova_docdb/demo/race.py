"""Callers race for addresses: "look, then write" compared with the API, in the same interleavings.

``nova_docdb.testing.Simulation`` derives each interleaving from a seed, and runs one command of one
caller at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nova_docdb import db
from nova_docdb.context import get_admin_context
from nova_docdb.mongo.tables.table import table
from nova_docdb.testing import Simulation, clear, embedded_store

CALLERS = 4
ORDERS = 500
ADDRESSES = 8
NETWORK = 1

Take = Callable[[int, "Run"], str]


@dataclass(frozen=True)
class Step:
    """A step of one caller.

    :param caller: the number of the caller, from 0
    :param did: what it did, in a few words
    """

    caller: int
    did: str

    @property
    def taken(self) -> str | None:
        """The address that it took, or None."""
        return self.did.partition(": takes ")[2] or None


@dataclass
class Run:
    """One interleaving and its result.

    :param given: the address that each caller got
    """

    seed: int
    steps: list[Step]
    given: list[str]

    @property
    def twice(self) -> list[str]:
        """The addresses that several callers got."""
        return [address for address, callers in Counter(self.given).items() if callers > 1]


@dataclass(frozen=True)
class Race:
    """The runs of both methods, by seed."""

    naive: Sequence[Run]
    api: Sequence[Run]

    @property
    def losing(self) -> Run | None:
        """The first of the runs in which most callers got the same address, or None."""
        lost = [run for run in self.naive if run.twice]
        return min(lost, key=lambda run: (len(set(run.given)), run.seed)) if lost else None

    def same_order(self, run: Run) -> Run:
        """Return the run of the API with the same interleaving."""
        return next(other for other in self.api if other.seed == run.seed)


def race(orders: int = ORDERS, done: Callable[[int], None] = lambda _seed: None) -> Race:
    """Run both methods in the same interleavings, on a separate embedded store.

    :param orders: the number of interleavings
    :param done: called with the seed of each finished interleaving
    """
    naive, api = [], []
    with embedded_store():
        for seed in range(orders):
            naive.append(_run(seed, _look_then_write))
            api.append(_run(seed, _call))
            done(seed)
    return Race(naive, api)


def _run(seed: int, take: Take) -> Run:
    clear()
    admin = get_admin_context()
    rows = [{"address": f"10.0.0.{n + 2}", "network_id": NETWORK} for n in range(ADDRESSES)]
    db.fixed_ip_bulk_create(admin, rows)
    run = Run(seed, [], [])
    outcomes = Simulation(seed).run(
        *(lambda caller=caller: take(caller, run) for caller in range(CALLERS))
    )
    run.given = [outcome.value for outcome in outcomes]
    return run


def _look_then_write(caller: int, run: Run) -> str:
    """Claim the first free address with a query and an update."""
    rows = table("fixed_ips").collection
    free = rows.find_one({"network_id": NETWORK, "instance_uuid": None}, sort=[("_id", 1)])
    assert free is not None  # noqa: S101 - there are more addresses than callers
    address: str = free["address"]
    run.steps.append(Step(caller, f"find: {address} is free"))
    rows.update_one({"_id": free["_id"]}, {"$set": {"instance_uuid": _uuid(caller)}})
    run.steps.append(Step(caller, f"update: takes {address}"))
    return address


def _call(caller: int, run: Run) -> str:
    """Claim an address through the API."""
    address = db.fixed_ip_associate_pool(get_admin_context(), NETWORK, _uuid(caller))
    run.steps.append(Step(caller, f"find_one_and_update: takes {address}"))
    return address


def _uuid(caller: int) -> str:
    return f"00000000-0000-4000-8000-{caller:012d}"
