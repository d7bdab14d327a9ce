"""Snapshot reads: all commands of a call that only reads see the same state of the store.

Without a snapshot, a list of instances and the five queries for their related rows may see six
different states, and show half of a creation. A snapshot is a session of the server: its first read
selects the newest majority-committed timestamp, on a secondary too, and all later reads use it.

On the embedded store such a call is atomic. A standalone server has no snapshots: each command
reads the newest rows.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.read_preferences import ReadPreference

from nova_docdb import exception
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.late_requests import settle
from nova_docdb.mongo.store.member_choice import one_member

P = ParamSpec("P")
R = TypeVar("R")

# The server's codes for a snapshot that it does not have: a collection or an index is newer, or the
# snapshot is too old.
UNAVAILABLE = frozenset({239, 246})

# In seconds, one before each retry.
PAUSES = (0.0, 0.01, 0.1, 1.0)


class Snapshot:
    """The snapshot that a call reads, selected by its first command.

    :ivar session: the session of its commands; None if the store has no snapshots
    """

    def __init__(self) -> None:
        self.session: ClientSession | None = None
        self._database: Database[Document] | None = None

    def begin(self) -> Database[Document]:
        """Return the database that the call reads.

        All commands of a session must use one client, so the database does not change.

        :raises DBConnectionError: if no server can be reached, or a failed call cannot be settled
        """
        if self._database is None:
            self._database = connection.get_database()
            if connection.current().has_snapshots:
                if self._database.read_preference == ReadPreference.PRIMARY:
                    settle()
                self.session = self._database.client.start_session(snapshot=True)
        return self._database

    def end(self) -> None:
        """End the session."""
        if self.session is not None:
            self.session.end_session()


_current: ContextVar[Snapshot | None] = ContextVar("snapshot", default=None)


def current() -> Snapshot | None:
    """Return the snapshot of the running call, or None."""
    return _current.get()


def in_one_snapshot(function: Callable[P, R]) -> Callable[P, R]:
    """Make all commands of a function, which must not write, read one snapshot.

    The function runs again with a new snapshot if the server no longer has the first one.
    """

    @functools.wraps(function)
    def reading(*args: P.args, **kwargs: P.kwargs) -> R:
        for pause in PAUSES:
            try:
                return _with_snapshot(function, *args, **kwargs)
            except exception.DBError as error:  # noqa: PERF203 - each attempt may fail
                if getattr(error.inner_exception, "code", None) not in UNAVAILABLE:
                    raise
                time.sleep(pause)
        return _with_snapshot(function, *args, **kwargs)

    return reading


def _with_snapshot(function: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    store = connection.current().store
    if store is not None and store.has_transactions:
        with translated("snapshot"):
            return store.transaction(lambda: function(*args, **kwargs), "snapshot")
    snapshot = Snapshot()
    token = _current.set(snapshot)
    try:
        with one_member():
            return function(*args, **kwargs)
    finally:
        _current.reset(token)
        snapshot.end()
