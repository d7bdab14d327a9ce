"""Transactions that end by the deadline of the running call.

The driver's ``with_transaction`` repeats a commit for two minutes, whatever its caller waits for.
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

# In seconds: without a deadline as long as the driver, and the longest pause between two attempts.
LONGEST = 120
LONGEST_PAUSE = 0.5
# A server runs an abort that it has received, also if its reply is late.
ABORT_SECONDS = 0.5


def run(session: ClientSession, call: Callable[[ClientSession], R], **options: Any) -> R:
    """Run a call in a transaction and return its answer; run it again when it met another.

    :param options: the driver's, for ``start_transaction``
    :raises PyMongoError: the driver's error of the last attempt
    """
    started = time.monotonic()
    attempt = 0
    while True:
        session.start_transaction(**options)
        try:
            try:
                answer = call(session)
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
            return answer


def _abort(session: ClientSession) -> None:
    """Abort, so that the locks of the transaction do not last for the minute that servers allow."""
    with pymongo.timeout(ABORT_SECONDS):
        session.abort_transaction()


def _commit(session: ClientSession, started: float) -> None:
    """Commit, again while the outcome is unknown, but not after a wait that was limited."""
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
    return (call is None or call.has_time) and time.monotonic() < started + LONGEST


def _pause(attempt: int) -> None:
    longest = min(0.005 * 1.5**attempt, LONGEST_PAUSE)
    time.sleep(random.uniform(0, longest))  # noqa: S311 - only spreads callers
