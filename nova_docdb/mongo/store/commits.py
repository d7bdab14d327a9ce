"""Transactions that end by the deadline of the running call.

The driver's ``with_transaction`` retries a commit for two minutes, whatever the deadline.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextvars import Context
from typing import Any, TypeVar

import pymongo
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from nova_docdb.mongo.store import deadlines

R = TypeVar("R")

TRANSIENT = "TransientTransactionError"
UNKNOWN_COMMIT = "UnknownTransactionCommitResult"

# In seconds. Without a deadline, attempts are made for as long as the driver makes them.
MAX_SECONDS = 120
MAX_PAUSE = 0.5
# A server runs an abort that it has received, also if its reply is late.
ABORT_SECONDS = 0.5


def run(session: ClientSession, call: Callable[[ClientSession], R], **options: Any) -> R:
    """Run a call in a transaction and return its result; retry on a transient error.

    :param options: options of the driver's ``start_transaction``
    :raises PyMongoError: the driver's error of the last attempt
    """
    started = time.monotonic()
    attempt = 0
    while True:
        session.start_transaction(**options)
        try:
            try:
                result = call(session)
            except BaseException:
                if session.in_transaction:
                    # A deadline that has passed would keep the driver from sending the abort.
                    Context().run(_abort, session)
                raise
            _commit(session, started)
        except PyMongoError as error:
            if not error.has_error_label(TRANSIENT) or not _has_time(started):
                raise
            _pause(attempt)
            attempt += 1
        else:
            return result


def _abort(session: ClientSession) -> None:
    """Abort, so that the locks of the transaction do not last for the minute that servers allow."""
    with pymongo.timeout(ABORT_SECONDS):
        session.abort_transaction()


def _commit(session: ClientSession, started: float) -> None:
    """Commit; retry while the outcome is unknown, unless the deadline ended the commit."""
    while True:
        try:
            session.commit_transaction()
        except PyMongoError as error:  # noqa: PERF203 - a commit is seldom repeated
            unknown = error.has_error_label(UNKNOWN_COMMIT)
            if not unknown or error.timeout or not _has_time(started):
                raise
            _pause(0)
        else:
            return


def _has_time(started: float) -> bool:
    call = deadlines.running()
    return (call is None or call.has_time) and time.monotonic() < started + MAX_SECONDS


def _pause(attempt: int) -> None:
    longest = min(0.005 * 1.5**attempt, MAX_PAUSE)
    time.sleep(random.uniform(0, longest))  # noqa: S311 - only spreads callers
