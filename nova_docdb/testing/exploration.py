"""Concurrent callers in every order of their commands.

An order is run to its end, then the last choice that can still be another one is made anew, from a
snapshot of the store. A bound on preemptions leaves out orders, and then no step is taken to
commute: the orders within the bound are all run.
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
from nova_docdb.testing.orders import Chooser, Node, go_back, note_touched, want_races
from nova_docdb.testing.scheduler import Caller, Fault, Order, Sources
from nova_docdb.testing.simulation import Outcome
from nova_docdb.testing.steps import Move, table_of

Call = Callable[[], Any]
Check = Callable[[list[Outcome]], None]

# How many orders are tried to find a failing one with fewer switches.
SHORTENING = 2000


@dataclass(frozen=True)
class Exploration:
    """What was explored.

    :param orders: how many orders were run
    :param repeated: how many more were begun, and given up as no different from one that was run
    :param steps: how many steps the longest order has
    :param is_reduced: whether one order was run for all that differ in steps that commute
    :param bounds: what left orders out; empty where nothing did
    """

    orders: int
    repeated: int
    steps: int
    is_reduced: bool = False
    bounds: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every order was run, or one that does the same."""
        return not self.bounds

    def __str__(self) -> str:
        """Tell how many orders were run, and whether these are all."""
        said = f"{self.orders} orders of up to {self.steps} steps: "
        if self.bounds:
            return f"{said}not all, {self.bounds}"
        return said + ("all that differ" if self.is_reduced else "all of them")


class OrderFailedError(AssertionError):
    """An order in which the check failed.

    :param reason: what the check said
    :param order: the number of the caller of each step, which replays it
    :param moves: what the steps did
    :param found: how many orders had been run
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

    Each order begins with what the embedded store holds now, and the store is as before in the end.
    Time, uuids and new ids are the same in every run; a caller that sleeps waits for a step of
    another.

    :param check: takes the outcomes of an order, whose effects are in the store, and raises
        AssertionError where they are wrong. Without it every order must be serializable: answers,
        exceptions and documents are those of the calls one after the other in some order of these,
        in which a call that had ended before another began comes first; ids, times and uuids may
        have other names
    :param preemptions: how often, at the most, a caller is stopped that could go on; None is any
        number of times
    :param most: how many orders to run at the most; None is all of them
    :param reduce: whether to run one order only of those that differ in steps that commute
    :param order: run this one order only: the number of the caller of each step
    :raises OrderFailedError: at the first order that is wrong; its text has the steps, those of an
        order with the fewest switches that fails too
    :raises RuntimeError: if the store is not the embedded one
    """
    with Explorer(calls) as explorer:
        judged = explorer.serializable if check is None else _judge(check)
        if order is not None:
            explorer.replay(judged, order)
            return Exploration(1, 0, len(order), bounds="one order was asked for")
        try:
            return explorer.explore(judged, preemptions=preemptions, most=most, reduce=reduce)
        except OrderFailedError as error:
            raise explorer.shortened(judged, error) from None


# Tells what is wrong with an order that was run, or None.
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
    """Runs orders of calls over the store as it is now; a context manager.

    :raises RuntimeError: if the store is not the embedded one
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
        self._known = frozenset(_times(self._stored))
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
        """Have the next ids say of which table they are."""
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
        """Run all orders within the bounds; see ``explore``."""
        reduce = reduce and preemptions is None
        path: list[Node] = []
        orders = repeated = steps = 0
        while True:
            if orders == most:
                bounds = f"no more than {most} were asked for"
                return Exploration(orders, repeated, steps, reduce, bounds)
            order = self._order(Chooser(path, preemptions, reduce=reduce))
            if order.abandoned:
                repeated += 1
            else:
                orders += 1
                steps = max(steps, len(order.moves))
                self._hold(judge, order, orders)
            if reduce:
                note_touched(path, order)
                want_races(path)
            if not go_back(path):
                break
        bounds = "" if preemptions is None else f"those with at most {preemptions} preemptions"
        return Exploration(orders, repeated, steps, reduce, bounds)

    def replay(self, judge: Judge, numbers: Sequence[int]) -> Order:
        """Run one order."""
        order = self._order(_in_order(numbers))
        self._hold(judge, order, 1)
        return order

    def shortened(self, judge: Judge, error: OrderFailedError) -> OrderFailedError:
        """Return the failure of an order with the fewest switches, if it is found soon."""
        for bound in range(_switches(error.order)):
            try:
                self.explore(judge, preemptions=bound, most=SHORTENING)
            except OrderFailedError as shorter:  # noqa: PERF203 - each bound for itself
                return OrderFailedError(shorter.reason, shorter.order, shorter.moves, error.found)
        return error

    def _order(self, choose: Callable[[Order, list[Caller]], Caller | None]) -> Order:
        self.store.restore(self._start)
        connection.forget_caches()
        order = Order(self.store, self._callers, choose, self.fault)
        self._sources.begin(order)
        order.run(self.calls)
        return order

    @staticmethod
    def _hold(judge: Judge, order: Order, found: int) -> None:
        if reason := judge(order):
            numbers = [move.caller for move in order.moves]
            raise OrderFailedError(reason, numbers, order.moves, found)

    # The general oracle

    def serializable(self, order: Order) -> str | None:
        """Tell how an order differs from all sequential ones that it may be like, or None."""
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
        """Return the form of the calls one after the other."""
        if sequence not in self._forms:
            self._forms[sequence] = self.form(self._order(_in_order(sequence)))
        return self._forms[sequence]

    @staticmethod
    def leaves_out(name: str, _document: Any) -> bool:
        """Tell whether a document that is new or changed is not compared."""
        return name == COUNTERS

    def form(self, order: Order) -> Any:
        """Return the form of an order that was run last."""
        after = documents_of(self.store.snapshot())
        counters = after.get(COUNTERS, {}).values()
        highest = {c["seq"] // equality.IDS_OF_A_TABLE: c["seq"] for c in counters}
        generated = equality.Generated(
            self._sources.start, frozenset(self._sources.uuids), self._known, highest
        )
        changed = equality.changes(self._stored, after, self.leaves_out)
        return equality.form([c.outcome for c in order.callers], changed, generated)


def _in_order(numbers: Sequence[int]) -> Callable[[Order, list[Caller]], Caller | None]:
    """Choose callers in an order of steps; where it ends, the first that can go on, to its end."""

    def choose(order: Order, able: list[Caller]) -> Caller | None:
        steps = len(order.moves)
        if len(numbers) != len(order.callers) and steps < len(numbers):
            return order.callers[numbers[steps]]
        wanted = [order.callers[n] for n in numbers if not order.callers[n].ended]
        return next((caller for caller in wanted if caller in able), able[0])

    return choose


def respects(sequence: Sequence[int], order: Order) -> bool:
    """Tell whether a sequence has those first that had ended before others began."""
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


def _times(value: Any) -> Iterator[datetime]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _times(item)
    elif isinstance(value, list):
        for item in value:
            yield from _times(item)
    elif isinstance(value, datetime):
        yield value
