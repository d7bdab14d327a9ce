"""Run concurrent callers in an order, and with faults, that are drawn from a seed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pymongo.errors import AutoReconnect

from nova_docdb.mongo.store import connection
from nova_docdb.testing.steps import Move, effect_of, moved, table_of
from nova_docdb.testing.store import clear


class WorkerGoneError(BaseException):
    """Ends a worker as a killed process ends: nothing after the command runs."""


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


@dataclass
class Outcome:
    """The result of a worker: its return value, its exception, or ``gone`` if it died."""

    value: Any = None
    error: Exception | None = None
    gone: bool = False


@dataclass
class _Worker:
    call: Callable[[], Any]
    outcome: Outcome = field(default_factory=Outcome)
    turn: threading.Event = field(default_factory=threading.Event)
    waits: bool = False
    ended: bool = False
    gone: bool = False


class Simulation:
    """Runs workers on the embedded store, one command of one worker at a time.

    :param seed: determines the order and the faults; the same seed gives the same run
    :param faults: the probabilities of faults; None is no faults

    Afterwards ``history`` has the commands in their order, each as (worker, collection, command);
    the commands of a transaction follow each other. ``moves`` has the steps and their effects.
    """

    def __init__(self, seed: int, faults: Faults | None = None) -> None:
        self.seed = seed
        self.history: list[tuple[int, str, str]] = []
        self.moves: list[Move] = []
        self._random = random.Random(seed)  # noqa: S311 - not for cryptography
        self._faults = faults or Faults()
        self._workers: list[_Worker] = []
        self._threads: dict[int, int] = {}
        self._arrived = threading.Semaphore(0)

    def run(self, *calls: Callable[[], Any]) -> list[Outcome]:
        """Run the calls as concurrent workers and return their outcomes, in the order of the calls.

        :raises RuntimeError: if the store is not the embedded store
        """
        store = connection.current().store
        if store is None:
            raise RuntimeError("a simulation needs the embedded store")
        self._workers = [_Worker(call) for call in calls]
        threads = [
            threading.Thread(target=self._work, args=(number,), daemon=True)
            for number in range(len(calls))
        ]
        store.runner = self._command
        try:
            for thread in threads:
                thread.start()
                self._arrived.acquire()
            while waiting := [w for w in self._workers if not w.ended]:
                self._random.choice(waiting).turn.set()
                self._arrived.acquire()
        finally:
            store.runner = None
        for thread in threads:
            thread.join()
        return [worker.outcome for worker in self._workers]

    def _work(self, number: int) -> None:
        worker = self._workers[number]
        self._threads[threading.get_ident()] = number
        try:
            worker.outcome.value = worker.call()
        except WorkerGoneError:
            worker.outcome.gone = True
        except Exception as error:  # noqa: BLE001 - the test looks at it
            worker.outcome.error = error
        finally:
            worker.ended = True
            self._arrived.release()

    def _command(self, collection: str, command: str, step: Callable[[], Any]) -> Any:
        """Wait for a turn and run the command: the embedded store calls this."""
        number = self._threads.get(threading.get_ident())
        if number is None:
            return step()
        worker = self._workers[number]
        if worker.gone:
            raise WorkerGoneError
        self._arrived.release()
        worker.turn.wait()
        worker.turn.clear()
        if self._random.random() < self._faults.before:
            self._note(number, collection, command, step, "the connection is lost before it")
            raise AutoReconnect("simulated: the connection was lost before the command")
        try:
            result = step()
        except Exception as error:
            self._note(number, collection, command, step, f"raises {type(error).__name__}")
            raise
        effect = effect_of(result)
        if self._random.random() < self._faults.after:
            self._note(number, collection, command, step, f"{effect}, the reply is lost")
            raise AutoReconnect("simulated: the connection was lost with the reply")
        if self._random.random() < self._faults.gone:
            self._note(number, collection, command, step, f"{effect}, the worker dies")
            worker.gone = True
            raise WorkerGoneError
        self._note(number, collection, command, step, effect)
        return result

    def _note(
        self, number: int, collection: str, command: str, step: Callable[[], Any], effect: str
    ) -> None:
        self.moves.append(moved(number, collection, command, step, effect))
        inner = [(s.collection, s.command) for s in getattr(step, "commands", ())]
        self.history += [(number, *sent) for sent in inner or [(collection, command)]]


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
