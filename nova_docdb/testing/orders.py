"""Choose the orders to run: a depth-first search with dynamic partial-order reduction.

Orders that differ only in steps that commute are run once. A choice has an alternative only if two
steps of an order that was run do not commute (Flanagan and Godefroid, "Dynamic Partial-Order
Reduction for Model Checking Software"). Sleep sets exclude callers whose next step leads only to
orders that were run already.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nova_docdb.testing.commuting import Touched, commute
from nova_docdb.testing.scheduler import Caller, Order


@dataclass
class Node:
    """A state of the exploration, with the choice of the caller that takes the next step.

    :param enabled: the callers that can go on, with the footprints of their next steps
    :param sleep_set: the callers whose step leads only to orders that were run already
    :param chosen: the caller that takes the step
    :param last: the caller that took the step before; None at the start
    :param preemptions: the number of preemptions left; None is no limit
    :param done: the callers that were chosen here in earlier orders
    :param backtrack: the callers to choose here in some order; None is all
    """

    enabled: dict[int, Touched]
    sleep_set: dict[int, Touched]
    chosen: int
    last: int | None
    preemptions: int | None
    done: dict[int, Touched] = field(default_factory=dict)
    backtrack: set[int] | None = None

    def choices(self) -> list[int]:
        """Return the callers that may be chosen, the last one first."""
        numbers = [n for n in self.enabled if n not in self.sleep_set and n not in self.done]
        if self.backtrack:
            numbers = [n for n in numbers if n in self.backtrack]
        if self.last in self.enabled and self.preemptions == 0:
            numbers = [n for n in numbers if n == self.last]
        return sorted(numbers, key=lambda n: (n != self.last, n))

    def left_after(self, number: int) -> int | None:
        """Return the number of preemptions that are left if a caller is chosen."""
        if self.preemptions is None or self.last not in self.enabled or number == self.last:
            return self.preemptions
        return self.preemptions - 1


class Chooser:
    """Follows a path to its end, and extends it by the first choice at each step."""

    def __init__(self, path: list[Node], preemptions: int | None, *, reduce: bool) -> None:
        self._path = path
        self._preemptions = preemptions
        self._reduce = reduce
        self._at = 0

    def __call__(self, order: Order, enabled: list[Caller]) -> Caller | None:
        """Return the next caller, or None if each choice leads to orders that were run already."""
        if self._at == len(self._path) and not self._extend(order, enabled):
            return None
        node = self._path[self._at]
        self._at += 1
        return order.callers[node.chosen]

    def _extend(self, order: Order, enabled: list[Caller]) -> bool:
        steps = {c.number: c.touches for c in enabled if c.touches is not None}
        node = Node(steps, {}, -1, None, self._preemptions)
        if self._path:
            parent = self._path[-1]
            node.last, node.preemptions = parent.chosen, parent.left_after(parent.chosen)
            taken = order.touched[-1]
            if self._reduce:
                node.sleep_set = {
                    number: step
                    for number, step in {**parent.sleep_set, **parent.done}.items()
                    if number != parent.chosen and commute(step, taken)
                }
        choices = node.choices()
        if not choices:
            return False
        node.chosen = choices[0]
        if self._reduce:
            node.backtrack = {node.chosen}
        self._path.append(node)
        return True


def record_footprints(path: list[Node], order: Order) -> None:
    """Record the footprints of the steps: that of a transaction is unknown before it runs."""
    for node, touched in zip(path, order.touched, strict=False):
        node.enabled[node.chosen] = touched


def add_backtrack_points(path: list[Node]) -> None:
    """Add the reverse order of each race to the backtrack sets.

    A race is two steps of different callers that do not commute and are not ordered by a step in
    between. The steps that happen before a step are a set, stored as the bits of an integer.
    """
    before: list[int] = []
    for number, node in enumerate(path):
        step, known = node.enabled[node.chosen], 0
        for earlier in range(number - 1, -1, -1):
            other = path[earlier]
            if known >> earlier & 1:
                continue
            if other.chosen != node.chosen:
                if commute(step, other.enabled[other.chosen]):
                    continue
                assert other.backtrack is not None  # noqa: S101 - this search is reduced
                other.backtrack |= (
                    {node.chosen} if node.chosen in other.enabled else {*other.enabled}
                )
            known |= before[earlier] | 1 << earlier
        before.append(known)


def next_path(path: list[Node]) -> bool:
    """Change a path to the next one to run; return False if there is none."""
    while path:
        node = path[-1]
        node.done[node.chosen] = node.enabled[node.chosen]
        if choices := node.choices():
            node.chosen = choices[0]
            return True
        path.pop()
    return False
