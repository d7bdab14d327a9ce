"""Which orders to run: depth first, each choice that can be another one in its turn.

Orders that differ only in steps that commute are run once: only where two steps of an order that
was run do not commute is the other order of these wanted (Flanagan and Godefroid, "Dynamic
Partial-Order Reduction for Model Checking Software"), and a caller sleeps whose step leads to
orders that were run already (sleep sets).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nova_docdb.testing.commuting import Touched, commute
from nova_docdb.testing.scheduler import Caller, Order


@dataclass
class Node:
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


class Chooser:
    """Follows a path, and goes on from its end with the first choice each time."""

    def __init__(self, path: list[Node], preemptions: int | None, *, reduce: bool) -> None:
        self._path = path
        self._preemptions = preemptions
        self._reduce = reduce
        self._at = 0

    def __call__(self, order: Order, able: list[Caller]) -> Caller | None:
        """Return who goes on; None where every choice leads to orders that were run already."""
        if self._at == len(self._path) and not self._extend(order, able):
            return None
        node = self._path[self._at]
        self._at += 1
        return order.callers[node.chosen]

    def _extend(self, order: Order, able: list[Caller]) -> bool:
        steps = {c.number: c.touches for c in able if c.touches is not None}
        node = Node(steps, {}, -1, None, self._preemptions)
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


def note_touched(path: list[Node], order: Order) -> None:
    """Note what the transactions of an order turned out to touch."""
    for node, touched in zip(path, order.touched, strict=False):
        node.able[node.chosen] = touched


def want_races(path: list[Node]) -> None:
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


def go_back(path: list[Node]) -> bool:
    """Turn a path to the next one that was not taken; return False where there is none."""
    while path:
        node = path[-1]
        node.done[node.chosen] = node.able[node.chosen]
        if choices := node.choices():
            node.chosen = choices[0]
            return True
        path.pop()
    return False
