"""The connection to the store that ``[mongo] connection`` names.

Each process has one client of a server, or one embedded store; the first call creates it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from pymongo.database import Database
from pymongo.read_preferences import ReadPreference, SecondaryPreferred

from nova_docdb import exception
from nova_docdb.config import CONF, DOLLAR, UNRESOLVED
from nova_docdb.mongo.store import monitoring
from nova_docdb.mongo.store.client import Connection, connect
from nova_docdb.mongo.store.deadlines import limited

# The default if the URL has no readPreference. 90 seconds is the lowest staleness allowed.
SECONDARIES = SecondaryPreferred(max_staleness=90)

SECONDS_TO_CLOSE = 2

_lock = threading.Lock()
_current: Connection | None = None
# The read preference inside reading_from_secondaries.
_stale_reads: ContextVar[Any] = ContextVar("stale_reads", default=None)
_on_close: list[Callable[[], None]] = []


def current(server_selection_ms: int | None = None) -> Connection:
    """Return the open connection; the first call opens it as configured.

    :param server_selection_ms: how long a new connection looks for a server, unless its URL
        has that option; None is the driver's default
    :raises ConfigurationError: if the URL cannot be used
    """
    return _current or _open(server_selection_ms)


def get_database() -> Database[dict[str, Any]]:
    """Return pymongo's ``Database``, or its embedded stand-in.

    :raises ConfigurationError: if the URL cannot be used
    """
    opened = _current or _open()
    database = opened.monitored_database() if monitoring.enabled() else opened.database
    stale = _stale_reads.get()
    return database if stale is None else database.with_options(read_preference=stale)


@contextmanager
def reading_from_secondaries() -> Iterator[None]:
    """Send this thread's reads to secondaries, as the URL's readPreference says.

    The rows may be stale, but a majority has them. Writes still use the primary.
    """
    opened = current()
    if opened.client is None:
        yield
        return
    preference = opened.client.read_preference
    before = _stale_reads.set(SECONDARIES if preference == ReadPreference.PRIMARY else preference)
    try:
        yield
    finally:
        _stale_reads.reset(before)


def is_embedded() -> bool:
    """Return whether the store is the embedded one."""
    return current().store is not None


def close() -> None:
    """Close the client and clear every cache; the next call connects again.

    The rows of the embedded store are lost.
    """
    global _current
    with _lock:
        closed, _current = _current, None
    forget_caches()
    monitoring.log_slower_than(0)
    if closed is not None and closed.client is not None:
        # The driver sends endSessions, and would wait for a server that does not answer.
        with limited(SECONDS_TO_CLOSE):
            closed.client.close()
            if closed.monitored is not None:
                closed.monitored.client.close()


@contextmanager
def set_aside() -> Iterator[None]:
    """Set the open connection aside; at the end close any other one and restore it.

    For tests: only threads of the block may call the API during it.
    """
    global _current  # noqa: PLW0603 - the one connection of the process
    with _lock:
        aside, _current = _current, None
    forget_caches()
    try:
        yield
    finally:
        close()
        with _lock:
            _current = aside
            monitoring.log_slower_than(0 if aside is None else aside.slow_command_ms)


def on_close(forget: Callable[[], None]) -> Callable[[], None]:
    """Register a function that clears a cache when the connection closes."""
    _on_close.append(forget)
    return forget


def forget_caches() -> None:
    """Clear every cache of what the store contains."""
    for forget in _on_close:
        forget()


def _open(server_selection_ms: int | None = None) -> Connection:
    global _current  # noqa: PLW0603 - the one connection of the process
    with _lock:
        if _current is None:
            defaults: dict[str, Any] = {"appname": "nova_docdb"}
            if server_selection_ms is not None:
                defaults["serverSelectionTimeoutMS"] = server_selection_ms
            opened = connect(_configured_url(), CONF.mongo.slow_command_ms, defaults)
            monitoring.log_slower_than(opened.slow_command_ms)
            _current = opened
        return _current


def _configured_url() -> str:
    try:
        return str(CONF.mongo.connection)
    except UNRESOLVED:
        raise exception.ConfigurationError(
            f"[mongo] connection cannot be used: {DOLLAR}."
        ) from None


def _after_fork() -> None:
    """Drop the parent's client: its sockets and threads belong to the parent."""
    global _current, _lock  # noqa: PLW0603 - the one connection of the process
    _lock = threading.Lock()
    if _current is not None and _current.client is not None:
        _current = None
    forget_caches()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
