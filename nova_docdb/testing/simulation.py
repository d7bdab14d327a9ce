"""Concurrent callers whose order, and whose bad luck, are drawn from a seed."""

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
    """Ends a worker at once, as a process that is killed: nothing after the command runs."""


@dataclass(frozen=True)
class Faults:
    """How often something goes wrong at a command: chances from 0 to 1, drawn from the seed.

    :param before: the connection is lost before the command is carried out
    :param after: the connection is lost after that, with the reply
    :param gone: the worker ends for good after the command
    """

    before: float = 0.0
    after: float = 0.0
    gone: float = 0.0


@dataclass
class Outcome:
    """What became of a worker: its value, the exception that it raised, or that it is gone."""

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
    """Workers over the embedded store that take turns one command at a time.

    :param seed: from which the order and the faults are drawn; the same seed gives the same run
    :param faults: what may go wrong

    The order of commands is in ``history`` afterwards: worker, collection and command; a
    transaction has all of its commands at once. ``moves`` has the steps with what they did.
    """

    def __init__(self, seed: int, faults: Faults | None = None) -> None:
        self.seed = seed
        self.history: list[tuple[int, str, str]] = []
        self.moves: list[Move] = []
        self._random = random.Random(seed)  # noqa: S311 - an order, no secret
        self._faults = faults or Faults()
        self._workers: list[_Worker] = []
        self._threads: dict[int, int] = {}
        self._arrived = threading.Semaphore(0)

    def run(self, *calls: Callable[[], Any]) -> list[Outcome]:
        """Run the calls as concurrent workers to their ends and return what became of them.

        :raises RuntimeError: if the store is not the embedded one
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
        """Wait for a turn and carry the command out: the embedded store calls this."""
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
            self._note(number, collection, command, step, "is lost before it")
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
            self._note(number, collection, command, step, f"{effect}, the worker ends for good")
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
    """Run a scenario under every seed, each from an empty store.

    :raises AssertionError: at the first seed under which the scenario fails or raises something
        else; the text names it, and has the steps in their order
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
