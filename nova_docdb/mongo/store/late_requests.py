"""Requests that the network still holds when their call has failed.

A claim whose connection broke may reach the server much later, when its caller has looked, found no
address and asked again: the instance then has two. So on a replica set each call that writes has a
session of its own. The driver numbers the writes of a session, and the server refuses a number that
is lower than one it has seen. The session of a call whose outcome is unknown is kept, and before
the process sends anything else on a call's behalf it writes a marker in that session: what the
network held cannot take effect any more, and what the next call finds stays true.

NOTE: updates and deletions of several documents have no number. Those that could harm somebody name
the rows, and the owner, that the call saw. A process that died settles nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from nova_docdb import exception
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.errors import translated

MARKERS = "confirmations"

# Callers at once rarely meet in one of so many markers.
MARKER_COUNT = 16

_unsettled: list[tuple[Database[Document], ClientSession]] = []


@contextmanager
def session_of_call(database: Database[Document]) -> Iterator[ClientSession]:
    """Yield a session for the writes of a call; keep it if their outcome is unknown."""
    session = database.client.start_session(causal_consistency=False)
    try:
        yield session
    except exception.DBConnectionError:
        _unsettled.append((database, session))
        raise
    except BaseException:
        session.end_session()
        raise
    session.end_session()


def settle() -> None:
    """Make the server refuse what the network still holds of failed calls of this process.

    :raises DBConnectionError: if no majority can be reached; the next call tries again
    """
    while _unsettled:
        try:
            database, session = _unsettled.pop()
        except IndexError:
            # Another thread settles it.
            return
        try:
            write_marker(database, session, reads=True)
        except exception.DBConnectionError:
            _unsettled.append((database, session))
            raise
        session.end_session()


def write_marker(
    database: Database[Document], session: ClientSession | None, *, reads: bool = False
) -> Any:
    """Have a majority acknowledge a marker and return the id of the primary's election.

    :param reads: whether the running call has changed nothing if this fails
    :raises DBConnectionError: if no majority acknowledges it
    """
    number = random.randrange(MARKER_COUNT)  # noqa: S311 - only spreads callers
    with translated(MARKERS, reads=reads):
        written = database[MARKERS].update_one(
            {"_id": number}, {"$inc": {"seq": 1}}, upsert=True, session=session
        )
    return (written.raw_result or {}).get("electionId")


@connection.on_close
def forget() -> None:
    """Forget the sessions: their client is closed, or a forked child's parent has it."""
    _unsettled.clear()
