"""Command monitoring without values, for traces and the log of slow commands.

``subscribed`` adds a subscriber. A client with ``Listener`` is created only when one is needed:
even an idle listener costs a tenth of a short command.
"""

from __future__ import annotations

import functools
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pymongo import monitoring

from nova_docdb.backend import current_function
from nova_docdb.schemas import TABLES

SLOW = logging.getLogger("nova_docdb.slow")

# Commands for connections and logins, which no function of the contract sends.
HOUSEKEEPING = frozenset({"endSessions", "hello", "saslContinue", "saslStart", "authenticate"})
# The fields of commands that contain the filter: directly, or in the first statement.
FILTERS = {"find": "filter", "findAndModify": "query", "distinct": "query", "count": "query"}
STATEMENTS = {"update": "updates", "delete": "deletes"}
# Fields that are not columns of a table: those of counters, and the version of the format.
OTHER_FIELDS = frozenset({"_id", "seq", "version"})
HIDDEN = "?"


@dataclass(frozen=True, repr=False)
class Command:
    """A command that was sent to the store.

    :param function: the function of the contract that sent it, or None
    :param collection: the name of the collection; empty for a command to the database
    :param name: the server's name of the command (find, findAndModify, insert, ...)
    :param filter: the shape of its filter: fields and operators, "?" for every value; for an
        aggregation that of its first $match; None if there is none
    :param seconds: how long it took
    :param documents: how many documents were returned or written; None if unknown
    """

    function: str | None
    collection: str
    name: str
    filter: Any
    seconds: float
    documents: int | None

    def __repr__(self) -> str:
        caller = f" by {self.function}" if self.function else ""
        return f"<{_sent(self)}{caller}{_count(self)}, {self.seconds * 1000:.1f} ms>"


_listeners: list[Callable[[Command], None]] = []
_slow_seconds = 0.0
_started = threading.local()


@contextmanager
def subscribed(listener: Callable[[Command], None]) -> Iterator[None]:
    """Call ``listener`` with every command that ends inside the block, in any thread."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def log_slower_than(milliseconds: int) -> None:
    """Log every command that takes at least some milliseconds; 0 logs none."""
    global _slow_seconds  # noqa: PLW0603 - set when the process opens its connection
    _slow_seconds = milliseconds / 1000


def enabled() -> bool:
    """Return whether commands have a subscriber or are logged."""
    return bool(_listeners) or _slow_seconds > 0


def publish(
    collection: str, name: str, where: Callable[[], Any], seconds: float, documents: int | None
) -> None:
    """Log a command that has ended if it was slow, and pass it to the subscribers.

    :param where: a function that returns its filter, or None
    """
    slow = 0 < _slow_seconds <= seconds
    if not slow and not _listeners:
        return
    command = Command(current_function.get(), collection, name, redact(where()), seconds, documents)
    if slow:
        _log(command)
    for listener in tuple(_listeners):
        listener(command)


def redact(where: Any) -> Any:
    """Return a filter with "?" in place of every value.

    Field names that are not in a schema are replaced too: the reservations of a usage are fields
    whose names are uuids. Members of a list that have the same shape are listed once.
    """
    if where is None:
        return None
    if isinstance(where, Mapping):
        return {_without_values(name): redact(inner) or HIDDEN for name, inner in where.items()}
    if isinstance(where, list | tuple):
        shapes: list[Any] = []
        for inner in where:
            if (one := redact(inner)) not in shapes:
                shapes.append(one)
        return shapes if any(isinstance(one, dict) for one in shapes) else HIDDEN
    return HIDDEN


def _without_values(name: str) -> str:
    if name.startswith("$"):
        return name
    known = _fields()
    return ".".join(part if part in known else HIDDEN for part in name.split("."))


@functools.cache
def _fields() -> frozenset[str]:
    names = ({*spec.columns, *spec.private, *spec.relations, spec.key} for spec in TABLES.values())
    return OTHER_FIELDS.union(*names)


def _log(command: Command) -> None:
    SLOW.warning(
        "%s took %.0f ms: %s%s",
        command.function or "A command outside the API",
        command.seconds * 1000,
        _sent(command),
        _count(command),
    )


def _sent(command: Command) -> str:
    """Return the name of a command, its collection and the shape of its filter."""
    shape = "" if command.filter is None else json.dumps(command.filter)
    return " ".join(part for part in (command.name, command.collection, shape) if part)


def _count(command: Command) -> str:
    """Return how many documents came back or were written, behind a comma; empty if unknown."""
    if command.documents is None:
        return ""
    return f", {command.documents} document{'' if command.documents == 1 else 's'}"


class Listener(monitoring.CommandListener):
    """Publishes a client's commands; the driver calls it in the thread that sends them."""

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Keep the command: the event of its end does not contain it."""
        _started.command = event.command

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Report a command that the server answered."""
        self._ended(event, _document_count(event.reply))

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Report a command that failed."""
        self._ended(event, None)

    @staticmethod
    def _ended(
        event: monitoring.CommandSucceededEvent | monitoring.CommandFailedEvent,
        documents: int | None,
    ) -> None:
        name = event.command_name
        command = _started.__dict__.pop("command", None)
        if command is None or name in HOUSEKEEPING:
            return
        collection = command.get("collection" if name == "getMore" else name)
        publish(
            collection if isinstance(collection, str) else "",
            name,
            lambda: _filter_of(name, command),
            event.duration_micros / 1e6,
            documents,
        )


def _filter_of(name: str, command: Mapping[str, Any]) -> Any:
    if name in FILTERS:
        return command.get(FILTERS[name], {})
    if name in STATEMENTS:
        return command[STATEMENTS[name]][0]["q"]
    if name == "aggregate":
        return first_match(command["pipeline"])
    return None


def first_match(pipeline: Any) -> Any:
    """Return the filter of an aggregation's first stage, or None."""
    return pipeline[0].get("$match") if pipeline else None


def _document_count(reply: Mapping[str, Any]) -> int | None:
    if "cursor" in reply:
        cursor = reply["cursor"]
        return len(cursor.get("firstBatch", cursor.get("nextBatch", ())))
    if "values" in reply:
        return len(reply["values"])
    if "value" in reply:
        return 0 if reply["value"] is None else 1
    return reply.get("n")
