"""Multi-write calls that wait for durability once.

A write that waits for a majority and the journal takes several times as long as one that does not.
How a call of several writes waits only once depends on the store:

- A replica set has transactions: all writes of the call or none, acknowledged together.
- A standalone server has no transactions, but its journal is sequential: once a write is in the
  journal, all earlier writes of the same process are durable too. So only the last write of a call
  waits. It waits for the journal even if it matches nothing.
- The embedded store is never durable. A call of several writes is atomic there, as on a replica
  set: if it raises, its writes are undone.

NOTE: documents that many callers change (quota usages, addresses, id counters) are never written in
a transaction: concurrent callers would abort each other.
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
    """Return a collection with the session and write concern of the running call."""
    session = _session.get()
    if session is not None:
        return _in_session(connection.get_database()[name], session)
    if (snapshot := snapshots.current()) is not None:
        found, session = snapshot.begin()[name], snapshot.session
    elif (call := confirmations.current()) is not None:
        found, session = call.begin_command()[name], call.session
    else:
        found = connection.get_database()[name]
    if session is not None:
        return _in_session(found, session)
    if not _waits.get():
        return found.with_options(write_concern=IN_MEMORY)
    return found


def _in_session(found: Collection[Document], session: ClientSession) -> Collection[Document]:
    # Every method that the backend uses takes a session.
    return cast("Collection[Document]", _InSession(found, session))


def in_transaction() -> bool:
    """Return whether a transaction is open, which undoes its writes if the call raises."""
    return _session.get() is not None or _undone.get()


class ServerRestarted(exception.DBConnectionError):
    """The server was restarted during a call, whose first writes may be lost."""


class EarlierWrites:
    """The writes of a block that a later write makes durable.

    :param process: the server's process; None if each write waits for its own acknowledgement
    """

    def __init__(self, process: Process | None) -> None:
        self._process = process

    def are_durable(self) -> bool:
        """Return, after the later write, whether the same server process took all of them.

        A process that was killed may have lost the earlier writes, while its successor acknowledged
        the later one.

        :raises DBConnectionError: if the server must be asked and does not answer
        """
        if self._process is None:
            return True
        with translated("admin"):
            return self._process.is_the_same()

    def require_durable(self) -> None:
        """Raise unless ``are_durable``.

        :raises ServerRestarted: if the earlier writes may be lost
        :raises DBConnectionError: as ``are_durable``
        """
        if not self.are_durable():
            raise ServerRestarted(
                "The MongoDB server was restarted in the middle of the call, it is unknown whether "
                "the call took effect"
            )


@contextmanager
def deferred_acknowledgement(*, if_any: bool = True) -> Iterator[EarlierWrites]:
    """Acknowledge the writes of a block before they are in the journal, if the store allows it.

    After the block, the caller must make another write and then call ``require_durable`` or
    ``are_durable`` of the yielded object. On stores without a sequential journal, each write of the
    block waits for its own acknowledgement.

    :param if_any: whether a later write will follow; if not, each write waits
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
    """Run a call in a transaction, if the store has them, and return its result.

    The call runs again after a write conflict, so it must not change anything outside the store.

    :raises DBConnectionError: if the connection was lost; the call took effect as a whole or not at
        all, and which of both is unknown
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
            partial(_run_in_session, call),
            # Explicit, so that no option of the URL applies to the transaction.
            read_concern=SNAPSHOT,
            write_concern=database.write_concern,
            read_preference=ReadPreference.PRIMARY,
        )


def transactional(function: Callable[P, R]) -> Callable[P, R]:
    """Run each call of a function in a transaction, where the store has them.

    NOTE: two transactions that write different documents do not conflict. A function whose writes
    depend on a row that it only reads must lock the row (``Table.lock``).
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


def _run_in_session(call: Callable[[], R], session: ClientSession) -> R:
    confirmations.begin_attempt()
    token = _session.set(session)
    try:
        return call()
    except exception.DBError as error:
        cause = error.__cause__
        if isinstance(cause, PyMongoError) and _is_retryable(cause):
            raise cause from error
        raise
    finally:
        _session.reset(token)


def _is_retryable(error: PyMongoError) -> bool:
    """Return whether a transaction may be retried after an error.

    NOTE: a server that cannot be reached also has the transient label. Waiting for it is up to the
    caller's serverSelectionTimeoutMS, not to retries.
    """
    unreachable = isinstance(error, ServerSelectionTimeoutError)
    return error.has_error_label(commits.TRANSIENT) and not unreachable


class _InSession:
    """A collection whose commands use a session: a transaction's, a snapshot's or a call's."""

    def __init__(self, found: Collection[Document], session: ClientSession) -> None:
        self._collection = found
        self._session = session

    def with_options(self, **options: Any) -> Collection[Document]:
        """Return the same collection with other options of the driver."""
        return _in_session(self._collection.with_options(**options), self._session)

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(self._collection, name), session=self._session)
