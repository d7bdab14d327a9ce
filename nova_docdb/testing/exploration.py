"""Run concurrent callers in every order of their commands.

The search is depth first: each order runs to its end from the same snapshot of the store, and the
next order differs in the last choice that has an alternative. With a bound on preemptions, all
orders within the bound are run, including those that differ only in steps that commute.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.embedded import Snapshot, Store
from nova_docdb.mongo.store.ids import COUNTERS
from nova_docdb.schemas import TABLES
from nova_docdb.testing import equality
from nova_docdb.testing.orders import (
    Chooser,
    Node,
    add_backtrack_points,
    next_path,
    record_footprints,
)
from nova_docdb.testing.scheduler import Caller, Fault, Order, Outcome, Sources
from nova_docdb.testing.steps import Move, table_of

Call = Callable[[], Any]
Check = Callable[[list[Outcome]], None]

# The number of orders to try when looking for a failing order with fewer switches.
SHORTENING = 2000


@dataclass(frozen=True)
class Exploration:
    """The extent of an exploration.

    :param orders: the number of orders that were run
    :param repeated: the number of orders that were abandoned, because they are equivalent to an
        order that was run
    :param steps: the number of steps of the longest order
    :param is_reduced: whether orders that differ only in steps that commute were run once
    :param bounds: the reason that orders were left out; empty if none was
    """

    orders: int
    repeated: int
    steps: int
    is_reduced: bool = False
    bounds: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every order was run, or an equivalent one."""
        return not self.bounds

    def __str__(self) -> str:
        """Return the number of orders that were run, and whether these are all."""
        head = f"{self.orders} orders of up to {self.steps} steps: "
        if self.bounds:
            return f"{head}not all, {self.bounds}"
        return head + ("all that differ" if self.is_reduced else "all of them")


class OrderFailedError(AssertionError):
    """The check failed in an order.

    :param reason: the text of the check
    :param order: the number of the caller of each step; ``explore(order=...)`` replays it
    :param moves: the steps and their effects
    :param found: the number of orders that were run, this one included
    """

    def __init__(
        self, reason: str, order: Sequence[int], moves: Sequence[Move], found: int
    ) -> None:
        self.reason, self.order, self.moves, self.found = reason, list(order), list(moves), found
        super().__init__(
            f"{reason}\n\n{table_of(moves)}\n\n"
            f"order {found} of the exploration; order={self.order} replays it"
        )


def explore(
    *calls: Call,
    check: Check | None = None,
    preemptions: int | None = None,
    most: int | None = None,
    reduce: bool = True,
    order: Sequence[int] | None = None,
) -> Exploration:
    """Run the calls as concurrent callers in every order of their commands.

    Each order starts from the current contents of the embedded store, which are restored at the
    end. Time, uuids and new ids are the same in every run. A caller that sleeps waits for a step of
    another caller.

    :param check: receives the outcomes of an order, whose effects are in the store, and raises
        AssertionError if they are wrong. The default requires that every order is serializable: its
        answers, exceptions and documents equal those of a sequential run of the calls, in which a
        call that ended before another began comes first. Ids, times and uuids may differ if they
        differ consistently
    :param preemptions: the maximum number of times that a caller is stopped although it could go
        on; None is no limit
    :param most: the maximum number of orders to run; None is no limit
    :param reduce: whether to run only one of the orders that differ only in steps that commute
    :param order: the number of the caller of each step; only this order is run
    :raises OrderFailedError: at the first order that fails; the text shows the steps of a failing
        order with the fewest switches between callers
    :raises RuntimeError: if the store is not the embedded store
    """
    with Explorer(calls) as explorer:
        judged = explorer.serializable if check is None else _judge(check)
        if order is not None:
            explorer.replay(judged, order)
            return Exploration(1, 0, len(order), bounds="one order was requested")
        try:
            return explorer.explore(judged, preemptions=preemptions, most=most, reduce=reduce)
        except OrderFailedError as error:
            raise explorer.shortened(judged, error) from None


# Returns what is wrong with an order that was run, or None.
Judge = Callable[[Order], "str | None"]


def _judge(check: Check) -> Judge:
    def judge(order: Order) -> str | None:
        try:
            check([caller.outcome for caller in order.callers])
        except AssertionError as error:
            return str(error) or "the check failed"
        return None

    return judge


class Explorer:
    """Runs orders of calls from the current contents of the store; a context manager.

    :raises RuntimeError: if the store is not the embedded store
    """

    def __init__(self, calls: Sequence[Call]) -> None:
        store = connection.current().store
        if store is None:
            raise RuntimeError("an exploration needs the embedded store")
        self.calls = calls
        self.store: Store = store
        self.fault: Fault | None = None
        self.before = store.snapshot()
        self._callers = [Caller(number) for number in range(len(calls))]
        self._sources = Sources()
        self._begin_ids_high()
        self._start = store.snapshot()
        self._stored = documents_of(self._start)
        self._known = frozenset(times_in(self._stored))
        self._forms: dict[tuple[int, ...], Any] = {}

    def __enter__(self) -> Explorer:  # noqa: PYI034 - Self came with Python 3.11
        self._patches = self._sources.in_place()
        self._patches.__enter__()
        return self

    def __exit__(self, *_error: object) -> None:
        self._patches.__exit__(None, None, None)
        for caller in self._callers:
            caller.stop()
        self.store.restore(self.before)
        connection.forget_caches()

    def _begin_ids_high(self) -> None:
        """Give each table a range of ids of its own, so that an id identifies its table."""
        counters = self.store.database[COUNTERS]
        for number, name in enumerate(TABLES, 1):
            seq = {"seq": number * equality.IDS_OF_A_TABLE}
            counters.update_one({"_id": name}, {"$max": seq}, upsert=True)

    # Orders

    def explore(
        self,
        judge: Judge,
        *,
        preemptions: int | None = None,
        most: int | None = None,
        reduce: bool = True,
    ) -> Exploration:
        """Run all orders within the bounds, with the parameters of ``explore``."""
        reduce = reduce and preemptions is None
        path: list[Node] = []
        orders = repeated = steps = 0
        while True:
            if orders == most:
                bounds = f"no more than {most} were requested"
                return Exploration(orders, repeated, steps, reduce, bounds)
            order = self._order(Chooser(path, preemptions, reduce=reduce))
            if order.abandoned:
                repeated += 1
            else:
                orders += 1
                steps = max(steps, len(order.moves))
                self._require_right(judge, order, orders)
            if reduce:
                record_footprints(path, order)
                add_backtrack_points(path)
            if not next_path(path):
                break
        bounds = "" if preemptions is None else f"those with at most {preemptions} preemptions"
        return Exploration(orders, repeated, steps, reduce, bounds)

    def replay(self, judge: Judge, numbers: Sequence[int]) -> Order:
        """Run one order and return it.

        :raises OrderFailedError: if it is wrong
        """
        order = self._order(_in_order(numbers))
        self._require_right(judge, order, 1)
        return order

    def shortened(self, judge: Judge, error: OrderFailedError) -> OrderFailedError:
        """Return the failure of an order with the fewest switches.

        :returns: ``error`` itself if ``SHORTENING`` orders of each bound contain no other failure
        """
        for bound in range(_switches(error.order)):
            try:
                self.explore(judge, preemptions=bound, most=SHORTENING)
            except OrderFailedError as shorter:  # noqa: PERF203 - each bound for itself
                return OrderFailedError(shorter.reason, shorter.order, shorter.moves, error.found)
        return error

    def _order(self, choose: Callable[[Order, list[Caller]], Caller | None]) -> Order:
        self.store.restore(self._start)
        connection.forget_caches()
        order = Order(self.store, self._callers, choose)
        if self.fault is not None:
            order.strikes = self.fault.strikes
        self._sources.begin(order)
        order.run(self.calls)
        return order

    @staticmethod
    def _require_right(judge: Judge, order: Order, found: int) -> None:
        if reason := judge(order):
            numbers = [move.caller for move in order.moves]
            raise OrderFailedError(reason, numbers, order.moves, found)

    # The general oracle

    def serializable(self, order: Order) -> str | None:
        """Return how an order differs from each sequential run that it may equal, or None."""
        form = self.form(order)
        allowed = [
            sequence
            for sequence in itertools.permutations(range(len(self.calls)))
            if respects(sequence, order)
        ]
        if any(form == self.sequential(sequence) for sequence in allowed):
            return None
        return "not serializable" + "".join(
            f"\n  unlike callers {', '.join(map(str, sequence))} one after the other: "
            + equality.difference(self.sequential(sequence), form)
            for sequence in allowed
        )

    def sequential(self, sequence: tuple[int, ...]) -> Any:
        """Return the canonical form of a sequential run of the calls."""
        if sequence not in self._forms:
            self._forms[sequence] = self.form(self._order(_in_order(sequence)))
        return self._forms[sequence]

    @staticmethod
    def leaves_out(name: str, _document: Any) -> bool:
        """Return whether a new or changed document is left out of the comparison."""
        return name == COUNTERS

    def form(self, order: Order) -> Any:
        """Return the canonical form of the order that was run last."""
        after = documents_of(self.store.snapshot())
        counters = after.get(COUNTERS, {}).values()
        highest = {c["seq"] // equality.IDS_OF_A_TABLE: c["seq"] for c in counters}
        generated = equality.Generated(
            self._sources.start, frozenset(self._sources.uuids), self._known, highest
        )
        changed = equality.changes(self._stored, after, self.leaves_out)
        return equality.form([c.outcome for c in order.callers], changed, generated)


def _in_order(numbers: Sequence[int]) -> Callable[[Order, list[Caller]], Caller | None]:
    """Return a choice that follows the callers of given steps, or runs the callers in sequence.

    :param numbers: the caller of each step, or each caller once. After the last step, the first
        caller that can go on runs to its end
    """

    def choose(order: Order, enabled: list[Caller]) -> Caller | None:
        steps = len(order.moves)
        if len(numbers) != len(order.callers) and steps < len(numbers):
            return order.callers[numbers[steps]]
        wanted = [order.callers[n] for n in numbers if not order.callers[n].ended]
        return next((caller for caller in wanted if caller in enabled), enabled[0])

    return choose


def respects(sequence: Sequence[int], order: Order) -> bool:
    """Return whether, in a sequence, calls that ended before others began come first."""
    for at, later in enumerate(sequence):
        for earlier in sequence[:at]:
            if not {earlier, later} <= order.spans.keys():
                continue
            if order.spans[later][1] < order.spans[earlier][0]:
                return False
    return True


def _switches(numbers: Sequence[int]) -> int:
    return sum(one != other for one, other in itertools.pairwise(numbers))


def documents_of(snapshot: Snapshot) -> equality.Documents:
    """Return the documents of a snapshot by collection and id."""
    return {name: contents.documents for name, (contents, *_rest) in snapshot.items()}


def times_in(value: Any) -> Iterator[datetime]:
    """Yield the times in a nested value."""
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from times_in(item)
