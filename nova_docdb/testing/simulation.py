"""Run concurrent callers in an order, and with faults, that are drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from nova_docdb.mongo.store import connection
from nova_docdb.testing.scheduler import Caller, Order, Outcome
from nova_docdb.testing.steps import Move, table_of
from nova_docdb.testing.store import clear


@dataclass(frozen=True)
class Faults:
    """Probabilities, from 0 to 1, of a fault at each command.

    :param before: the connection is lost before the command runs
    :param after: the command runs, and the connection is lost with the reply
    :param gone: the worker dies after the command
    """

    before: float = 0.0
    after: float = 0.0
    gone: float = 0.0


class Simulation:
    """Runs workers on the embedded store, one command of one worker at a time.

    :param seed: determines the order and the faults; the same seed gives the same run
    :param faults: the probabilities of faults; None is no faults

    Afterwards ``moves`` has the steps and their effects, and ``history`` the commands, those of a
    transaction one after the other.
    """

    def __init__(self, seed: int, faults: Faults | None = None) -> None:
        self.seed = seed
        self.moves: list[Move] = []
        self._random = random.Random(seed)  # noqa: S311 - not for cryptography
        self._faults = faults or Faults()

    @property
    def history(self) -> list[tuple[int, str, str]]:
        """The commands in their order, each as (worker, collection, command)."""
        sent = []
        for move in self.moves:
            for text in move.within or (f"{move.command} {move.collection}",):
                command, _, collection = text.partition(" ")
                sent.append((move.caller, collection, command))
        return sent

    def run(self, *calls: Callable[[], Any]) -> list[Outcome]:
        """Run the calls as concurrent workers and return their outcomes, in the order of the calls.

        :raises RuntimeError: if the store is not the embedded store
        """
        store = connection.current().store
        if store is None:
            raise RuntimeError("a simulation needs the embedded store")
        callers = [Caller(number) for number in range(len(calls))]
        Order(store, callers, self._choose, self._strikes, self.moves).run(calls)
        for caller in callers:
            caller.stop()
        return [caller.outcome for caller in callers]

    def _choose(self, _order: Order, enabled: list[Caller]) -> Caller:
        return self._random.choice(enabled)

    def _strikes(self, _order: Order, _caller: Caller, kind: str) -> bool:
        probability: float = getattr(self._faults, kind)
        return self._random.random() < probability


def try_seeds(
    scenario: Callable[[Simulation], None], seeds: Iterable[int], faults: Faults | None = None
) -> None:
    """Run a scenario with each seed, each time on an empty store.

    :param scenario: receives the ``Simulation`` to run its callers with
    :param faults: the probabilities of faults; None is no faults
    :raises AssertionError: at the first seed with which the scenario raises an exception; the text
        has the seed and the steps
    """
    for seed in seeds:
        clear()
        simulation = Simulation(seed, faults)
        try:
            scenario(simulation)
        except Exception as error:
            reason = error if isinstance(error, AssertionError) else repr(error)
            steps = f"\n\n{table_of(simulation.moves)}" if simulation.moves else ""
            raise AssertionError(f"seed {seed}: {reason}{steps}") from error
