"""Callers race for addresses: look, then write, beside the API, in the same orders.

Each order is drawn from a seed by ``nova_docdb.testing.Simulation``, which lets one command of one
caller run at a time.
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
    """What a caller did in its turn.

    :param caller: its number, from 0
    :param did: what, in a few words
    """

    caller: int
    did: str


@dataclass
class Run:
    """One order, and what came of it.

    :param given: the address that each caller got
    """

    seed: int
    steps: list[Step]
    given: list[str]

    @property
    def twice(self) -> list[str]:
        """The addresses that more than one caller got."""
        return [address for address, callers in Counter(self.given).items() if callers > 1]


@dataclass(frozen=True)
class Race:
    """The runs of both ways, by seed."""

    naive: Sequence[Run]
    api: Sequence[Run]

    @property
    def losing(self) -> Run | None:
        """The first run in which one address went to the most callers; None if there is none."""
        lost = [run for run in self.naive if run.twice]
        return min(lost, key=lambda run: (len(set(run.given)), run.seed)) if lost else None

    def same_order(self, run: Run) -> Run:
        """Return what the API made of the order of a run."""
        return next(other for other in self.api if other.seed == run.seed)


def race(orders: int = ORDERS, done: Callable[[int], None] = lambda _seed: None) -> Race:
    """Run the same callers in the same orders both ways, on an embedded store of its own.

    :param orders: how many orders
    :param done: called with each order that is finished
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
    """Take the first free address: what a query and an update make of it."""
    rows = table("fixed_ips").collection
    free = rows.find_one({"network_id": NETWORK, "instance_uuid": None}, sort=[("_id", 1)])
    assert free is not None  # noqa: S101 - there are more addresses than callers
    address: str = free["address"]
    run.steps.append(Step(caller, f"find: {address} is free"))
    rows.update_one({"_id": free["_id"]}, {"$set": {"instance_uuid": _uuid(caller)}})
    run.steps.append(Step(caller, f"update: takes {address}"))
    return address


def _call(caller: int, run: Run) -> str:
    """Take an address as a service of Nova does."""
    address = db.fixed_ip_associate_pool(get_admin_context(), NETWORK, _uuid(caller))
    run.steps.append(Step(caller, f"find_one_and_update: takes {address}"))
    return address


def _uuid(caller: int) -> str:
    return f"00000000-0000-4000-8000-{caller:012d}"
