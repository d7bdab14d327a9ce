"""Protection against requests that arrive after their call has failed.

A claim whose connection broke may reach the server much later, after its caller looked, found no
address and claimed again: the instance then has two. So on a replica set each call that writes has
a session of its own. The driver numbers the writes of a session, and the server refuses a number
lower than the last one. The session of a call with an unknown outcome is kept, and before any other
call sends a command, the process writes a marker in that session. Delayed requests of the failed
call are then refused, so what the next call reads stays valid.

NOTE: updates and deletions of several documents have no number. Those that could do harm filter by
the rows, and the owner, that the call read. A process that died settles nothing.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from nova_docdb import exception
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.deadlines import consequence, seconds_left
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.errors import translated

MARKERS = "confirmations"

# With this many markers, concurrent callers rarely write the same one.
MARKER_COUNT = 16


class FailedCall:
    """A call whose outcome is unknown, and whose requests may still arrive.

    :param session: of its writes
    """

    def __init__(self, database: Database[Document], session: ClientSession) -> None:
        self._database = database
        self._session = session
        self._lock = threading.Lock()
        self._is_settled = False

    @property
    def is_busy(self) -> bool:
        """Whether another thread is settling it."""
        return self._lock.locked()

    def settle(self) -> None:
        """Write the marker, or wait until another thread has written it.

        :raises DBConnectionError: if no majority can be reached before the deadline
        """
        if not self._lock.acquire(timeout=seconds_left()):
            raise exception.DBConnectionError(
                "An earlier call failed and could not be settled before the deadline, "
                f"{consequence(reads=True)}"
            )
        try:
            if self._is_settled:
                return
            write_marker(self._database, self._session, reads=True)
            self._is_settled = True
            self._session.end_session()
        finally:
            self._lock.release()


_unsettled: list[FailedCall] = []


@contextmanager
def session_of_call(database: Database[Document]) -> Iterator[ClientSession]:
    """Yield a session for the writes of a call; keep it if the outcome is unknown."""
    session = database.client.start_session(causal_consistency=False)
    try:
        yield session
    except exception.DBConnectionError:
        _unsettled.append(FailedCall(database, session))
        raise
    except BaseException:
        session.end_session()
        raise
    session.end_session()


def settle() -> None:
    """Make the server refuse delayed requests of this process's failed calls.

    When it returns, every call that had failed before is settled, by this thread or another one:
    a failed call stays in the list until its marker is written.

    :raises DBConnectionError: if no majority can be reached; the next call tries again
    """
    # Threads share the work: they wait for a call that another one settles at the end.
    for failed in sorted(_unsettled, key=lambda failed: failed.is_busy):
        failed.settle()
        with suppress(ValueError):
            # Another thread may have removed it.
            _unsettled.remove(failed)


def write_marker(
    database: Database[Document], session: ClientSession | None, *, reads: bool = False
) -> Any:
    """Write a marker with majority acknowledgement; return the id of the primary's election.

    :param reads: whether the error may state that the running call changed nothing
    :raises DBConnectionError: if no majority acknowledges it
    """
    marker = random.randrange(MARKER_COUNT)  # noqa: S311 - only spreads callers
    with translated(MARKERS, reads=reads):
        written = database[MARKERS].update_one(
            {"_id": marker}, {"$inc": {"seq": 1}}, upsert=True, session=session
        )
    return (written.raw_result or {}).get("electionId")


@connection.on_close
def forget() -> None:
    """Drop the sessions: their client is closed, or belongs to the parent of a forked child."""
    _unsettled.clear()
