"""Proof that a call which can write was answered by the primary.

A primary that was paused or cut off, and replaced meanwhile, goes on answering reads from its
memory. A call that finds nothing to do there ("it is committed already") must not succeed: the new
primary may say otherwise. What a majority acknowledged is proof, since a deposed primary gets no
majority. So a call on a replica set returns only

- after a write of its own that changed something and that a majority acknowledged, or
- after a marker, which it writes for that purpose alone;

and only where the primary is the one that answered the reads before that write: each election has
an id, which the driver learns from the primary and the reply to the marker carries.

NOTE: a write that matches nothing is no proof. It waits for the newest operation that this server
has, which a deposed primary may have had long ago.

A refusal is confirmed likewise: callers conclude from "not found" that their deletion took effect.
What the call read after its proof is the state of some moment within the call, as nothing but a
newer primary changes it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
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
    """A running call that can write, and what proves its answer.

    :ivar database: the database that its commands go to; None until the first is sent
    :ivar session: their session, on a replica set
    """

    def __init__(self, stack: ExitStack) -> None:
        self.database: Database[Document] | None = None
        self.session: ClientSession | None = None
        self._stack = stack
        self._sent = 0
        # The id of the primary's election as the first command is sent; None where there is
        # nothing to prove.
        self._election: Any = None
        # Whether that primary acknowledged a change; None until the call changes something.
        self._proven: bool | None = None

    @property
    def is_provable(self) -> bool:
        """Whether the store is a replica set."""
        return connection.current().election() is not None

    def sending(self) -> Database[Document]:
        """Return the database that the next command goes to.

        :raises DBConnectionError: if no primary can be reached, or a failed call not be settled
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
        """Note that a majority acknowledged a change."""
        if self._proven is None and self._election is not None:
            # A change that is the call's first command rests on no read.
            self._proven = self._sent == 1 or connection.current().election() == self._election

    def acknowledges_nothing(self) -> None:
        """Let the call answer what it read as any read does, without proof."""
        self._election = None

    def finish(self) -> None:
        """See to it that what the call is about to answer is proven.

        :raises DBConnectionError: if it cannot be: the primary was replaced, or has no majority
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


_call: ContextVar[Call | None] = ContextVar("call", default=None)


def current() -> Call | None:
    """Return the running call, if it can write; None also within its transaction."""
    return _call.get()


def changed(count: int) -> None:
    """Note that a majority acknowledged so many changed documents; 0 prove nothing."""
    if count and (call := _call.get()) is not None:
        call.changed()


def acknowledges_nothing() -> None:
    """Let the running call answer what it read without proof."""
    if (call := _call.get()) is not None:
        call.acknowledges_nothing()


@contextmanager
def in_transaction() -> Iterator[None]:
    """Take the commands of a transaction for one: they change nothing until it is committed."""
    if (call := _call.get()) is not None:
        call.sending()
    token = _call.set(None)
    try:
        yield
    finally:
        _call.reset(token)
    changed(1)


def confirmed(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function that can write answer, or refuse, only what its primary proved."""

    @functools.wraps(function)
    def calling(*args: P.args, **kwargs: P.kwargs) -> R:
        with ExitStack() as stack:
            call = Call(stack)
            token = _call.set(call)
            stack.callback(_call.reset, token)
            try:
                answer = function(*args, **kwargs)
            except (exception.NovaException, exception.DBError) as error:
                if not isinstance(error, exception.DBConnectionError):
                    call.finish()
                raise
            call.finish()
            return answer

    return calling
