"""Run callers in threads, one at a time: one order of their commands."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from pymongo.errors import AutoReconnect

from nova_docdb import clock
from nova_docdb.mongo.store.embedded import Step, Store
from nova_docdb.testing.commuting import Touched, touched
from nova_docdb.testing.steps import Move, effect_of, moved

TICK = timedelta(milliseconds=1)

# The faults after a command, and how they are added to its effect.
EFFECTS_OF_FAULTS = {
    "after": ", the reply is lost",
    "gone": ", the caller dies",
}


class WorkerGoneError(BaseException):
    """Ends a caller as a killed process ends: nothing after the command runs."""


class AbandonedError(BaseException):
    """Ends the callers of an order that is abandoned."""


@dataclass
class Outcome:
    """The result of a caller: its return value, its exception, or ``gone`` if it died."""

    value: Any = None
    error: Exception | None = None
    gone: bool = False


class Caller:
    """A caller: a thread that runs the call of each order; a command waits for its turn."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.turn = threading.Lock()
        self.turn.acquire()
        self.call: Callable[[], Any] | None = None
        self.reset()
        self.thread = threading.Thread(target=self._serve, daemon=True, name=f"caller-{number}")

    def reset(self) -> None:
        """Clear the state of the last order."""
        self.outcome = Outcome()
        self.step: Step | None = None
        self.touches: Touched | None = None
        self.ended = False
        self.waits = False
        self.gone = False

    def _serve(self) -> None:
        while True:
            self.turn.acquire()
            if self.call is None:
                return
            self._order.serve(self)

    def start(self, order: Order, call: Callable[[], Any]) -> None:
        """Run a call up to its first command."""
        self.reset()
        self.call, self._order = call, order
        if not self.thread.is_alive():
            self.thread.start()
        self.turn.release()

    def stop(self) -> None:
        """End the thread."""
        self.call = None
        if self.thread.is_alive():
            self.turn.release()
            self.thread.join()


@dataclass(frozen=True)
class Fault:
    """A fault at one command of one caller.

    :param caller: the number of the caller
    :param command: the number of its command, from 0
    :param kind: "before": the connection is lost before the command; "after": the connection is
        lost with the reply; "gone": the caller dies after the command
    """

    caller: int
    command: int
    kind: str

    def strikes(self, order: Order, caller: Caller, kind: str) -> bool:
        """Return whether this is a fault of a kind at the next command of a caller."""
        command = sum(move.caller == caller.number for move in order.moves)
        return (self.caller, self.command, self.kind) == (caller.number, command, kind)


# Returns whether a fault strikes the next command of a caller; takes its kind too.
Strikes = Callable[["Order", Caller, str], bool]

# Chooses the next caller among those that can go on; None abandons the order.
Choice = Callable[["Order", list[Caller]], "Caller | None"]


@dataclass
class Order:
    """One order of the commands of several callers.

    :param store: the embedded store
    :param callers: one for each call
    :param choose: chooses the caller of the next step
    :param strikes: decides on faults
    :param moves: the steps, which are added in their order
    """

    store: Store
    callers: Sequence[Caller]
    choose: Choice
    strikes: Strikes = lambda _order, _caller, _kind: False
    moves: list[Move] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)
    abandoned: bool = False
    error: BaseException | None = None
    # The first and the last step of each caller.
    spans: dict[int, tuple[int, int]] = field(default_factory=dict)

    def run(self, calls: Sequence[Callable[[], Any]]) -> None:
        """Run the calls, one for each caller."""
        self._done = threading.Lock()
        self._done.acquire()
        self._starting = True
        self._by_thread: dict[int, Caller] = {}
        self.store.runner = self._command
        try:
            for caller, call in zip(self.callers, calls, strict=True):
                caller.start(self, call)
                self._done.acquire()
            self._starting = False
            self._pass_turn(None)
            self._done.acquire()
        finally:
            self.store.runner = None
        if self.error is not None:
            raise self.error

    def owns(self, thread: int) -> bool:
        """Return whether a thread is one of the callers."""
        return thread in self._by_thread

    def sleeps(self) -> None:
        """Make the caller of this thread wait for a step of another caller, if others remain."""
        self._by_thread[threading.get_ident()].waits = True

    def serve(self, caller: Caller) -> None:
        """Run the call of a caller in its thread, then pass the turn on."""
        self._by_thread[threading.get_ident()] = caller
        assert caller.call is not None  # noqa: S101 - it was started with one
        try:
            caller.outcome.value = caller.call()
        except (WorkerGoneError, AbandonedError):
            caller.outcome.gone = True
        except Exception as error:  # noqa: BLE001 - it is the outcome
            caller.outcome.error = error
        finally:
            caller.ended = True
            caller.step = None
            self._pass_turn(caller)

    def _pass_turn(self, last: Caller | None) -> bool:
        """Pass the turn on; return whether the last caller has to wait for its next one."""
        chosen = None if self._starting else self._chosen()
        if chosen is None:
            self._done.release()
        elif chosen is not last:
            chosen.turn.release()
        return chosen is not last

    def _chosen(self) -> Caller | None:
        """Return the next caller; None if all have ended."""
        going = [caller for caller in self.callers if not caller.ended]
        if not going:
            return None
        if not self.abandoned:
            enabled = [caller for caller in going if not caller.waits] or going
            try:
                chosen = self.choose(self, enabled)
            except Exception as error:  # noqa: BLE001 - raised by run
                self.error, chosen = error, None
            if chosen is not None:
                return chosen
            self.abandoned = True
        return going[0]

    def _command(self, _collection: str, _command: str, step: Callable[[], Any]) -> Any:
        """Wait for the turn and run the command: the embedded store calls this."""
        caller = self._by_thread.get(threading.get_ident())
        if caller is None or not isinstance(step, Step):
            return step()
        if self.abandoned:
            raise AbandonedError
        if caller.gone:
            raise WorkerGoneError
        caller.step = step
        caller.touches = touched(step)
        if self._pass_turn(caller):
            caller.turn.acquire()
        if self.abandoned:
            raise AbandonedError
        return self._run_command(caller, step)

    def _run_command(self, caller: Caller, step: Step) -> Any:
        number = len(self.moves)
        first, _ = self.spans.get(caller.number, (number, number))
        self.spans[caller.number] = (first, number)
        for other in self.callers:
            other.waits = False
        if self.strikes(self, caller, "before"):
            self._note(caller, step, "the connection is lost before it")
            raise lost("before the command")
        try:
            result = step()
        except Exception as error:
            self._note(caller, step, f"raises {type(error).__name__}")
            raise
        fault = next((kind for kind in EFFECTS_OF_FAULTS if self.strikes(self, caller, kind)), "")
        self._note(caller, step, effect_of(result) + EFFECTS_OF_FAULTS.get(fault, ""))
        if fault == "after":
            raise lost("with the reply")
        if fault == "gone":
            caller.gone = True
            raise WorkerGoneError
        return result

    def _note(self, caller: Caller, step: Step, effect: str) -> None:
        self.touched.append(touched(step))
        self.moves.append(moved(caller.number, step, effect))


def lost(when: str) -> Exception:
    """Return the driver's error for a lost connection."""
    return AutoReconnect(f"simulated: the connection was lost {when}")


class Sources:
    """Deterministic time, uuids and sleep for the callers.

    The clock advances by ``TICK`` each time it is read. A caller that sleeps waits for a step of
    another caller.
    """

    def __init__(self) -> None:
        self.start = clock.utcnow() + timedelta(seconds=1)
        self.order: Order | None = None
        self.uuids: list[str] = []
        self._ticks = 0
        self._utcnow, self._uuid4, self._sleep = clock.utcnow, uuid.uuid4, time.sleep

    def begin(self, order: Order) -> None:
        """Reset the clock and the uuids for an order."""
        self.order, self._ticks, self.uuids = order, 0, []

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Replace the real sources in the block, for the threads of callers only."""
        with (
            mock.patch.object(clock, "utcnow", self.utcnow),
            mock.patch.object(uuid, "uuid4", self.uuid4),
            mock.patch.object(time, "sleep", self.sleep),
        ):
            yield

    def utcnow(self) -> datetime:
        """Return the time, a tick after the last reading."""
        if not self._is_callers():
            return self._utcnow()
        self._ticks += 1
        return self.start + self._ticks * TICK

    def uuid4(self) -> uuid.UUID:
        """Return a new uuid."""
        if not self._is_callers():
            return self._uuid4()
        generated = uuid.UUID(f"{len(self.uuids) + 1:08x}-face-4ace-8ace-000000000000")
        self.uuids.append(str(generated))
        return generated

    def sleep(self, seconds: float) -> None:
        """Wait for a step of another caller."""
        if self.order is not None and self._is_callers():
            self.order.sleeps()
        else:
            self._sleep(seconds)

    def _is_callers(self) -> bool:
        return self.order is not None and self.order.owns(threading.get_ident())
