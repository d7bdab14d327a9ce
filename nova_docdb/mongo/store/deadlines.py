"""The deadline of a call, shared by all commands that it sends.

The driver limits single commands, not calls of several. ``Call`` is entered around a function of
the contract. If the URL has no timeouts, ``pymongo.timeout`` applies the deadline to every wait.
If it has some, they limit each command, and no command starts after the deadline.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from types import TracebackType

import pymongo

from nova_docdb import exception

# Building an index of a large table takes long, and the server builds on if its caller gives up.
INDEX_BUILD_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Limits:
    """The time limits of a call.

    :param seconds: the longest duration of a call; None is unlimited
    :param by_driver: whether the URL has timeouts of the driver, which then limit each command
    """

    seconds: float | None = None
    by_driver: bool = False


UNLIMITED = Limits()


class Call:
    """A running call: its deadline, and whether it may have changed anything.

    :param limits: its time limits
    :ivar has_written: whether it sent a write
    """

    __slots__ = ("_deadline", "_driver", "_limits", "_token", "has_written")

    def __init__(self, limits: Limits = UNLIMITED) -> None:
        self._limits = limits
        self._deadline: float | None = None
        self._driver: AbstractContextManager[None] | None = None
        self._token: Token[Call | None] | None = None
        self.has_written = False

    def __enter__(self) -> None:
        self._token = _running.set(self)
        seconds = self._limits.seconds
        if seconds is None:
            return
        self._deadline = time.monotonic() + seconds
        if not self._limits.by_driver:
            self._driver = pymongo.timeout(seconds)
            self._driver.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._driver is not None:
            self._driver.__exit__(kind, error, traceback)
        if self._token is not None:
            _running.reset(self._token)

    @property
    def seconds_left(self) -> float:
        """How many seconds are left, 0 after the deadline; the longest wait without one."""
        if self._deadline is None:
            return threading.TIMEOUT_MAX
        return max(0.0, self._deadline - time.monotonic())

    @property
    def has_time(self) -> bool:
        """Whether the deadline has not passed."""
        return self.seconds_left > 0

    def require_time(self) -> None:
        """Raise before the next command if the deadline has passed.

        :raises DBConnectionError: if the deadline has passed
        """
        if self._limits.by_driver and not self.has_time:
            raise exception.DBConnectionError(
                f"The call took longer than {self._limits.seconds:g} s "
                f"([mongo] call_timeout_ms), {consequence(reads=True)}"
            )


_running: ContextVar[Call | None] = ContextVar("running_call", default=None)


def running() -> Call | None:
    """Return the call that runs in this thread; None in an operator's command."""
    return _running.get()


def seconds_left() -> float:
    """Return for how many seconds the running call may wait for another thread."""
    call = _running.get()
    return threading.TIMEOUT_MAX if call is None else call.seconds_left


def consequence(*, reads: bool) -> str:
    """Return as text whether a failed command can have left changes of the running call.

    :param reads: whether that command only reads
    """
    call = _running.get()
    if reads and (call is None or not call.has_written):
        return "nothing was changed"
    return "it is unknown whether the call took effect"


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Limit the commands of a block to some seconds, and to what the running call has left.

    The server stops a command that takes longer. The timeouts of the URL do not apply in the block.
    """
    with pymongo.timeout(seconds):
        yield
