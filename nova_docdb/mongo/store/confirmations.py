"""Proof that a call which can write read from the current primary.

A primary that was paused or cut off, and then replaced, still serves reads from its
memory. A call that finds nothing to do there ("already committed") must not succeed: the new
primary may have other data. A write that a majority acknowledges is proof, because a deposed
primary gets no majority. So on a replica set a call returns only

- after a write of its own that changed something and that a majority acknowledged, or
- after a marker document, which it writes for this purpose alone;

and only if the same primary served the reads before that write. Each election has an id, which the
driver learns from the primary, and the reply to the marker contains it.

NOTE: a write that matches nothing proves nothing. It waits for the newest operation of this server,
which a deposed primary may have had long ago.

Refusals are confirmed too: callers conclude from "not found" that their deletion took effect. Reads
after the proof are valid as well: only a newer primary can change what they return, and they show
the state at some moment within the call.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from pymongo.client_session import ClientSession
from pymongo.database import Database

from nova_docdb import exception
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.late_requests import session_of_call, settle, write_marker

P = ParamSpec("P")
R = TypeVar("R")


class Call:
    """A running call that can write, and the proof of its result.

    :ivar database: the database of its commands; None before the first command
    :ivar session: the session of its commands; None if the store is not a replica set
    """

    def __init__(self, stack: ExitStack) -> None:
        self.database: Database[Document] | None = None
        self.session: ClientSession | None = None
        self._stack = stack
        self._sent = 0
        # The id of the primary's election when the first command is sent; None if no proof is
        # needed.
        self._election: Any = None
        # Whether that primary acknowledged a change; None before the first change.
        self._proven: bool | None = None

    @property
    def is_provable(self) -> bool:
        """Whether the store is a replica set."""
        return connection.current().election() is not None

    def begin_command(self) -> Database[Document]:
        """Return the database for the next command.

        :raises DBConnectionError: if no primary can be reached, or a failed call cannot be settled
        """
        if self.database is None:
            self.database = connection.get_database()
            self._election = connection.current().election()
            if self._election is not None:
                settle()
                self.session = self._stack.enter_context(session_of_call(self.database))
        self._sent += 1
        return self.database

    def changed(self) -> None:
        """Record that a majority acknowledged a change."""
        if self._proven is None and self._election is not None:
            # A change that is the first command of the call depends on no read.
            self._proven = self._sent == 1 or connection.current().election() == self._election

    def skip_proof(self) -> None:
        """Return what the call read without proof, as a function that only reads does."""
        self._election = None

    def finish(self) -> None:
        """Prove the result of the call, with a marker if it changed nothing.

        :raises DBConnectionError: if the primary was replaced, or has no majority
        """
        if self.database is None or self._election is None or self._proven:
            return
        if self._proven is None:
            self._proven = write_marker(self.database, self.session) == self._election
        if not self._proven:
            raise exception.DBConnectionError(
                "The primary was replaced during the call, it is unknown whether the call took "
                "effect"
            )


class _Transaction:
    """A transaction of the running call, and whether its last attempt changed something."""

    has_changed = False


_call: ContextVar[Call | None] = ContextVar("call", default=None)
_transaction: ContextVar[_Transaction | None] = ContextVar("transaction", default=None)


def current() -> Call | None:
    """Return the running call if it can write; None otherwise, and inside its transaction."""
    return _call.get()


def in_provable_call() -> bool:
    """Return whether a call that can write runs on a replica set, outside a transaction."""
    call = _call.get()
    return call is not None and call.is_provable


def changed(count: int) -> None:
    """Record how many changed documents a majority acknowledged; 0 proves nothing."""
    if not count:
        return
    if (transaction := _transaction.get()) is not None:
        transaction.has_changed = True
    elif (call := _call.get()) is not None:
        call.changed()


def begin_attempt() -> None:
    """Forget what an attempt at the running transaction changed, which was rolled back."""
    if (transaction := _transaction.get()) is not None:
        transaction.has_changed = False


def right_after_write() -> Mapping[str, Any]:
    """Return the option of an aggregation that reads the state right after the call's last write.

    The time of a write is in its reply. Another client's later changes are not read, so a call of
    one write and one such read is atomic without a transaction. The result is empty inside a
    transaction, and if the store is not a replica set.

    NOTE: an update that changes nothing has no time of its own.
    """
    call = _call.get()
    if call is None or call.session is None or call.session.operation_time is None:
        return {}
    moment = call.session.operation_time
    return {"readConcern": {"level": "snapshot", "atClusterTime": moment}}


def skip_proof() -> None:
    """Return what the running call read without proof."""
    if (call := _call.get()) is not None:
        call.skip_proof()


@contextmanager
def in_transaction() -> Iterator[None]:
    """Count the commands of a transaction as one: they change nothing until the commit."""
    if (call := _call.get()) is not None:
        call.begin_command()
    transaction = _Transaction()
    tokens = _call.set(None), _transaction.set(transaction)
    try:
        yield
    finally:
        _call.reset(tokens[0])
        _transaction.reset(tokens[1])
    changed(transaction.has_changed)


def confirmed(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function that can write return, or raise, only what its primary proved."""

    @functools.wraps(function)
    def calling(*args: P.args, **kwargs: P.kwargs) -> R:
        with ExitStack() as stack:
            call = Call(stack)
            token = _call.set(call)
            stack.callback(_call.reset, token)
            try:
                result = function(*args, **kwargs)
            except (exception.NovaException, exception.DBError) as error:
                if not isinstance(error, exception.DBConnectionError):
                    call.finish()
                raise
            call.finish()
            return result

    return calling
