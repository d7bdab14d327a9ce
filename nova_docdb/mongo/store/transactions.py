"""Calls of several writes that wait for the store once.

A write that waits for a majority and the journal takes several times as long as one that does not.
What the store offers decides how a call of several writes waits once and keeps its promise:

- A replica set has transactions: all writes of the call or none of them, acknowledged together.
- A standalone server has none, but its journal is one sequence: a write that is in the journal
  vouches for every write that the same process answered before it. So only the last of a call has
  to wait. It waits for the journal also where it finds nothing to change.
- The embedded store has nothing to wait for. A call of several writes is one step there, and
  leaves nothing when it raises: what a replica set promises.

NOTE: documents that many callers change, the usages of quota, addresses and the counters of ids,
are never written in a transaction: callers who meet in one would abort each other.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import PyMongoError, ServerSelectionTimeoutError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from nova_docdb import exception
from nova_docdb.mongo.store import commits, confirmations, connection, snapshots
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.late_requests import session_of_call
from nova_docdb.mongo.store.server_process import Process

P = ParamSpec("P")
R = TypeVar("R")

SNAPSHOT = ReadConcern("snapshot")
IN_MEMORY = WriteConcern(w=1, j=False)

_session: ContextVar[ClientSession | None] = ContextVar("session", default=None)
_undone: ContextVar[bool] = ContextVar("undone", default=False)
_waits: ContextVar[bool] = ContextVar("waits", default=True)


def collection(name: str) -> Collection[Document]:
    """Return a collection as the call that runs now is to use it."""
    session = _session.get()
    if session is not None:
        return _in_session(connection.get_database()[name], session)
    if (snapshot := snapshots.current()) is not None:
        found, session = snapshot.begin()[name], snapshot.session
    elif (call := confirmations.current()) is not None:
        found, session = call.sending()[name], call.session
    else:
        found = connection.get_database()[name]
    if session is not None:
        return _in_session(found, session)
    if not _waits.get():
        return found.with_options(write_concern=IN_MEMORY)
    return found


def _in_session(found: Collection[Document], session: ClientSession) -> Collection[Document]:
    # What the backend uses of a collection takes a session.
    return cast("Collection[Document]", _InSession(found, session))


def in_transaction() -> bool:
    """Tell whether what is written now is undone when the call raises."""
    return _session.get() is not None or _undone.get()


class ServerRestarted(exception.DBConnectionError):
    """The server that answered the first writes of a call is gone, and they may be gone with it."""


class EarlierWrites:
    """The writes of a block that a later one vouches for.

    :param process: of the server that answers them; None where each of them waits for itself
    """

    def __init__(self, process: Process | None) -> None:
        self._process = process

    def are_kept(self) -> bool:
        """Tell, after the later write, whether it went to the same process of the server.

        A process vouches for its own writes: one that was killed may not have written the earlier
        ones, while the next took the later one.

        :raises DBConnectionError: if that has to be asked, and the server does not answer
        """
        if self._process is None:
            return True
        with translated("admin"):
            return self._process.is_the_same()

    def require_kept(self) -> None:
        """Raise ``ServerRestarted`` where they may be lost, likewise."""
        if not self.are_kept():
            raise ServerRestarted(
                "The MongoDB server was restarted in the middle of the call, it is unknown whether "
                "the call took effect"
            )


@contextmanager
def deferred_acknowledgement(*, if_any: bool = True) -> Iterator[EarlierWrites]:
    """Let writes be answered before they are in the journal, where a later write vouches for them.

    The caller must make another write after the block, and ask what is yielded whether it vouches
    for them, before it answers. Where the store keeps no such order, each write of the block waits
    for itself.

    :param if_any: whether there will be a later write; where not, each waits for itself too
    """
    opened = connection.current()
    if not if_any or in_transaction() or not opened.is_standalone:
        yield EarlierWrites(None)
        return
    earlier = EarlierWrites(opened.process())
    token = _waits.set(False)
    try:
        yield earlier
    finally:
        _waits.reset(token)


def run_in_transaction(call: Callable[[], R]) -> R:
    """Run a call in a transaction, where the store has them, and return its answer.

    It runs again when it met another transaction, so all that it changes must be in the store.

    :raises DBConnectionError: if the connection was lost: as for a single write it is unknown
        whether the call took effect, all of it or none
    """
    if in_transaction():
        return call()
    opened = connection.current()
    if opened.store is not None and opened.store.has_transactions:
        with translated("transaction"):
            return opened.store.transaction(partial(_run_undone, call))
    if opened.store is not None or opened.is_standalone:
        return call()
    database = connection.get_database()
    with (
        confirmations.in_transaction(),
        session_of_call(database) as session,
        translated("transaction"),
    ):
        return commits.run(
            session,
            partial(_run, call),
            # Named, so that no option of the URL reaches a transaction.
            read_concern=SNAPSHOT,
            write_concern=database.write_concern,
            read_preference=ReadPreference.PRIMARY,
        )


def transactional(function: Callable[P, R]) -> Callable[P, R]:
    """Run each call of a function in a transaction, where the store has them.

    NOTE: two transactions that write different documents do not notice each other. A function whose
    writes rest on a row that it only reads has to hold the row (``Table.hold``).
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return run_in_transaction(lambda: function(*args, **kwargs))

    return run


def _run_undone(call: Callable[[], R]) -> R:
    """Run a call whose writes the embedded store undoes when it raises."""
    token = _undone.set(True)
    try:
        return call()
    finally:
        _undone.reset(token)


def _run(call: Callable[[], R], session: ClientSession) -> R:
    token = _session.set(session)
    try:
        return call()
    except exception.DBError as error:
        met = error.__cause__
        if isinstance(met, PyMongoError) and _may_run_again(met):
            raise met from error
        raise
    finally:
        _session.reset(token)


def _may_run_again(error: PyMongoError) -> bool:
    """Tell whether the driver may start a transaction anew.

    NOTE: the driver would also wait two minutes for a server that cannot be reached; the caller's
    own serverSelectionTimeoutMS says how long to wait for that.
    """
    unreachable = isinstance(error, ServerSelectionTimeoutError)
    return error.has_error_label(commits.TRANSIENT) and not unreachable


class _InSession:
    """A collection whose commands belong to a transaction, or read its snapshot."""

    def __init__(self, found: Collection[Document], session: ClientSession) -> None:
        self._collection = found
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(self._collection, name), session=self._session)
