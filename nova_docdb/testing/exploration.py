"""Concurrent callers in every order of their commands.

Depth first: an order is run to its end, then the last choice that can still be another one is made
anew, from a snapshot of the store. Orders that differ only in steps that commute are run once:
only where two steps of an order that was run do not commute is the other order of these wanted
(Flanagan and Godefroid, "Dynamic Partial-Order Reduction for Model Checking Software"), and a caller
sleeps whose step leads to orders that were run already (sleep sets). A bound
on preemptions leaves out orders, and then no step is taken to commute: the orders within the bound
are all run.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.embedded import Store
from nova_docdb.mongo.store.ids import COUNTERS
from nova_docdb.schemas import TABLES
from nova_docdb.testing import equality
from nova_docdb.testing.commuting import Touched, commute
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
    :param bounds: what left orders out; empty where nothing did
    """

    orders: int
    repeated: int
    steps: int
    bounds: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every order was run, or one that does the same."""
        return not self.bounds

    def __str__(self) -> str:
        """Tell how many orders were run, and whether these are all."""
        said = f"{self.orders} orders of up to {self.steps} steps: "
        return said + (f"not all, {self.bounds}" if self.bounds else "all that differ")


class OrderFailedError(AssertionError):
    """An order in which the check failed.

    :param reason: what the check said
    :param order: the number of the caller of each step, which replays it
    :param moves: what the steps did
    :param found: how many orders had been run
    """

    def __init__(self, reason: str, order: Sequence[int], moves: Sequence[Move], found: int) -> None:
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
            return Exploration(1, 0, len(order), "one order was asked for")
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


@dataclass
class _Node:
    """A state of the exploration in which a choice was made.

    :param able: the callers that could go on, with what their next steps touch
    :param asleep: those whose step leads only to orders that were run already
    :param chosen: who went on
    :param last: who went on before
    :param preemptions: those left from here
    :param done: who went on in orders before
    :param wanted: who has to go on, in this order or another; None is everybody
    """

    able: dict[int, Touched]
    asleep: dict[int, Touched]
    chosen: int
    last: int | None
    preemptions: int | None
    done: dict[int, Touched] = field(default_factory=dict)
    wanted: set[int] | None = None

    def choices(self) -> list[int]:
        """Return who may go on, whoever went on last first."""
        numbers = [n for n in self.able if n not in self.asleep and n not in self.done]
        if self.wanted:
            numbers = [n for n in numbers if n in self.wanted]
        if self.last in self.able and self.preemptions == 0:
            numbers = [n for n in numbers if n == self.last]
        return sorted(numbers, key=lambda n: (n != self.last, n))

    def left_after(self, number: int) -> int | None:
        """Return how many preemptions are left when a caller goes on."""
        if self.preemptions is None or self.last not in self.able or number == self.last:
            return self.preemptions
        return self.preemptions - 1


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
        self._start = _with_high_ids(self.before)
        self._known = frozenset(_times(self.before))
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
        path: list[_Node] = []
        orders = repeated = steps = 0
        while True:
            if orders == most:
                return Exploration(orders, repeated, steps, f"no more than {most} were asked for")
            order = self._order(_Chooser(path, preemptions, reduce=reduce))
            if order.abandoned:
                repeated += 1
            else:
                orders += 1
                steps = max(steps, len(order.moves))
                self._hold(judge, order, orders)
            if reduce:
                _note_touched(path, order)
                _want_races(path)
            if not _go_back(path):
                break
        bounds = "" if preemptions is None else f"those with at most {preemptions} preemptions"
        return Exploration(orders, repeated, steps, bounds)

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
            except OrderFailedError as shorter:
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
            if _respects(sequence, order)
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

    def form(self, order: Order) -> Any:
        """Return the form of an order that was run last."""
        after = self.store.snapshot()
        counters = after.get(COUNTERS, {}).values()
        highest = {c["seq"] // equality.IDS_OF_A_TABLE: c["seq"] for c in counters}
        generated = equality.Generated(
            self._sources.start, frozenset(self._sources.uuids), self._known, highest
        )
        changed = equality.changes(self._start, after, lambda name: name == COUNTERS)
        return equality.form([c.outcome for c in order.callers], changed, generated)


class _Chooser:
    """Follows a path, and goes on from its end with the first choice each time."""

    def __init__(self, path: list[_Node], preemptions: int | None, *, reduce: bool) -> None:
        self._path = path
        self._preemptions = preemptions
        self._reduce = reduce
        self._at = 0

    def __call__(self, order: Order, able: list[Caller]) -> Caller | None:
        if self._at == len(self._path) and not self._extend(order, able):
            return None
        node = self._path[self._at]
        self._at += 1
        return order.callers[node.chosen]

    def _extend(self, order: Order, able: list[Caller]) -> bool:
        steps = {c.number: c.touches for c in able if c.touches is not None}
        node = _Node(steps, {}, -1, None, self._preemptions)
        if self._path:
            parent = self._path[-1]
            node.last, node.preemptions = parent.chosen, parent.left_after(parent.chosen)
            taken = order.touched[-1]
            if self._reduce:
                node.asleep = {
                    number: step
                    for number, step in {**parent.asleep, **parent.done}.items()
                    if number != parent.chosen and commute(step, taken)
                }
        choices = node.choices()
        if not choices:
            return False
        node.chosen = choices[0]
        if self._reduce:
            node.wanted = {node.chosen}
        self._path.append(node)
        return True


def _note_touched(path: list[_Node], order: Order) -> None:
    """Note what the transactions of an order turned out to touch."""
    for node, touched in zip(path, order.touched, strict=False):
        node.able[node.chosen] = touched


def _want_races(path: list[_Node]) -> None:
    """Want the other order of every two steps that do not commute and have none in between.

    What happens before a step is a set of steps, kept as the bits of a number.
    """
    before: list[int] = []
    for number, node in enumerate(path):
        step, known = node.able[node.chosen], 0
        for earlier in range(number - 1, -1, -1):
            other = path[earlier]
            if known >> earlier & 1:
                continue
            if other.chosen != node.chosen:
                if commute(step, other.able[other.chosen]):
                    continue
                assert other.wanted is not None  # noqa: S101 - orders are left out
                other.wanted |= {node.chosen} if node.chosen in other.able else {*other.able}
            known |= before[earlier] | 1 << earlier
        before.append(known)


def _go_back(path: list[_Node]) -> bool:
    """Turn a path to the next one that was not taken; return False where there is none."""
    while path:
        node = path[-1]
        node.done[node.chosen] = node.able[node.chosen]
        if choices := node.choices():
            node.chosen = choices[0]
            return True
        path.pop()
    return False


def _in_order(numbers: Sequence[int]) -> Callable[[Order, list[Caller]], Caller | None]:
    """Choose callers in an order of steps; where it ends, the first that can go on, to its end."""

    def choose(order: Order, able: list[Caller]) -> Caller | None:
        steps = len(order.moves)
        if len(numbers) != len(order.callers) and steps < len(numbers):
            return order.callers[numbers[steps]]
        wanted = [order.callers[n] for n in numbers if not order.callers[n].ended]
        return next((caller for caller in wanted if caller in able), able[0])

    return choose


def _respects(sequence: Sequence[int], order: Order) -> bool:
    """Tell whether a sequence has those first that had ended before others began."""
    for at, later in enumerate(sequence):
        for earlier in sequence[:at]:
            if later in order.spans and earlier in order.spans:
                if order.spans[later][1] < order.spans[earlier][0]:
                    return False
    return True


def _switches(numbers: Sequence[int]) -> int:
    return sum(one != other for one, other in zip(numbers, numbers[1:], strict=False))


def _with_high_ids(snapshot: dict[str, dict[Any, Any]]) -> dict[str, dict[Any, Any]]:
    """Return a snapshot whose next ids say of which table they are."""
    counters = {
        name: {"_id": name, "seq": number * equality.IDS_OF_A_TABLE}
        for number, name in enumerate(TABLES, 1)
    }
    return {**snapshot, COUNTERS: {**snapshot.get(COUNTERS, {}), **counters}}


def _times(value: Any) -> Iterator[datetime]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _times(item)
    elif isinstance(value, list):
        for item in value:
            yield from _times(item)
    elif isinstance(value, datetime):
        yield value


