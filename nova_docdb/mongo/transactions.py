"""Calls of several writes that wait for the store once.

A write that waits for a majority and the journal takes several times as long as one that does not.
What the store offers decides how a call of several writes waits once and keeps its promise:

- A replica set has transactions: all writes of the call or none of them, acknowledged together.
- A standalone server has none, but its journal is one sequence: a write that is in the journal
  vouches for every write that was answered before it. So only the last of a call has to wait. It
  waits for the journal also where it finds nothing to change.
- The embedded store has nothing to wait for.

NOTE: documents that many callers change, the usages of quota, addresses and the counters of ids,
are never written in a transaction: callers who meet in one would abort each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar, cast

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import PyMongoError, ServerSelectionTimeoutError
from pymongo.write_concern import WriteConcern

from nova_docdb import exception
from nova_docdb.mongo import connection
from nova_docdb.mongo.errors import translated
from nova_docdb.mongo.rows import Document

R = TypeVar("R")

TRANSIENT = "TransientTransactionError"
IN_MEMORY = WriteConcern(w=1, j=False)

_session: ContextVar[ClientSession | None] = ContextVar("session", default=None)
_waits: ContextVar[bool] = ContextVar("waits", default=True)


def collection(name: str) -> Collection[Document]:
    """Return a collection as the call that runs now is to use it."""
    found = connection.get_database()[name]
    session = _session.get()
    if session is not None:
        # What the backend uses of a collection takes a session.
        return cast("Collection[Document]", _InTransaction(found, session))
    if not _waits.get():
        return found.with_options(write_concern=IN_MEMORY)
    return found


def under_way() -> bool:
    """Tell whether what is written now is undone when the call raises."""
    return _session.get() is not None


@contextmanager
def awaited_by_a_later_write() -> Iterator[None]:
    """Let writes be answered before they are in the journal, where a later write vouches for them.

    The caller must make another write after the block before it answers. Where the store keeps no
    such order, each write of the block waits for itself.
    """
    if under_way() or not connection.current().is_standalone:
        yield
        return
    token = _waits.set(False)
    try:
        yield
    finally:
        _waits.reset(token)


def all_or_none(call: Callable[[], R]) -> R:
    """Run a call in a transaction, where the store has them, and return its answer.

    It runs again when it met another transaction, so all that it changes must be in the store.

    :raises DBConnectionError: if the connection was lost: as for a single write it is unknown
        whether the call took effect, all of it or none
    """
    if connection.is_embedded() or connection.current().is_standalone:
        return call()
    database = connection.get_database()
    with database.client.start_session() as session, translated("transaction"):
        answer: R = session.with_transaction(
            partial(_run, call), write_concern=database.write_concern
        )
        return answer


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
    return error.has_error_label(TRANSIENT) and not unreachable


class _InTransaction:
    """A collection whose commands belong to a transaction."""

    def __init__(self, found: Collection[Document], session: ClientSession) -> None:
        self._collection = found
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(self._collection, name), session=self._session)
