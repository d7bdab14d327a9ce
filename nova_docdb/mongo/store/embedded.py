"""The embedded store: mongomock, made atomic.

mongomock serves a database out of memory but its commands are not atomic under threads. Here one
re-entrant lock is held around every command, and a cursor is read to its end inside it, so that
each command is one step, as it is on a server. The indexes are there from the start, so that unique
keys hold without a ``db_sync``. Everything is O(rows): it is a store for tests and
demonstrations.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import mongomock
from pymongo.results import DeleteResult, InsertManyResult, UpdateResult

from nova_docdb.mongo.store import monitoring
from nova_docdb.mongo.store.ids import COUNTERS
from nova_docdb.mongo.store.indexes import specification
from nova_docdb.schemas import TABLES

R = TypeVar("R")

# Runs one step: takes the name of the collection, the name of the command and the step itself, a
# `Step`. The schedulers of nova_docdb.testing put their own in place.
Runner = Callable[[str, str, Callable[[], Any]], Any]

# The command of a step that is a whole transaction; it has no collection.
TRANSACTION = "transaction"

READS = frozenset(
    {"aggregate", "count_documents", "distinct", "estimated_document_count", "find", "find_one"}
)

# Plain attributes of a collection, which are no commands.
ATTRIBUTES = frozenset({"name", "full_name", "database", "with_options", "codec_options"})

# What a server is sent for a method.
SENT = {
    "count_documents": "aggregate",
    "delete_many": "delete",
    "delete_one": "delete",
    "estimated_document_count": "count",
    "find_one": "find",
    "find_one_and_update": "findAndModify",
    "insert_many": "insert",
    "insert_one": "insert",
    "update_many": "update",
    "update_one": "update",
}

# Commands whose first argument is a filter.
FILTERED = frozenset({"count", "delete", "find", "findAndModify", "update"})


@dataclass(frozen=True)
class Step:
    """A command, or a whole transaction, ready to run.

    :param collection: empty for a transaction
    :param command: the driver's method, or ``TRANSACTION``
    :param arguments: the positional arguments of the command
    :param run: runs it under the lock of the store
    :param commands: those that a transaction ran
    """

    collection: str
    command: str
    arguments: Sequence[Any]
    run: Callable[[], Any]
    commands: list[Step] = field(default_factory=list)

    def __call__(self) -> Any:
        """Run the step and return its result."""
        return self.run()

    @property
    def filter(self) -> Any:
        """The filter of the command, or None."""
        return _filter(SENT.get(self.command, self.command), self.arguments)


class Store:
    """An embedded server with one database.

    :param name: the name of the database

    ``has_transactions`` tells whether calls of several writes are one step that leaves nothing when
    it raises, as on a replica set; a test that wants them as on a standalone server clears it.
    """

    def __init__(self, name: str) -> None:
        self._lock = threading.RLock()
        self._undo: Undo | None = None
        self._owner: int | None = None
        self._commands: list[Step] = []
        self.has_transactions = True
        self._database: Any = mongomock.MongoClient()[name]
        for spec in TABLES.values():
            for index in spec.indexes:
                keys, options = specification(spec, index)
                self._database[spec.name].create_index(keys, **options)
        self.runner: Runner | None = None
        self.database = Database(self, self._database)

    def run(
        self, collection: str, command: str, call: Callable[[], Any], arguments: Sequence[Any] = ()
    ) -> Any:
        """Run one command as one step and return its result.

        :param arguments: the positional arguments of the command, for those who watch commands
        """

        def run() -> Any:
            with self._lock:
                if self._undo is not None and command not in READS and collection != COUNTERS:
                    self._undo.note(self._database[collection], arguments)
                if not monitoring.enabled():
                    return call()
                return _watched(collection, command, call, arguments)

        if self.runner is None:
            return run()
        step = Step(collection, command, arguments, run)
        if self._in_transaction():
            self._commands.append(step)
            return run()
        return self.runner(collection, command, step)

    def transaction(self, call: Callable[[], R]) -> R:
        """Run a call as one step; when it raises, what it wrote is undone, but for ids.

        A call inside a transaction belongs to it.
        """
        if self._in_transaction():
            return call()

        def run() -> R:
            with self._lock:
                self._undo, self._owner = Undo(), threading.get_ident()
                self._commands = step.commands
                try:
                    return call()
                except BaseException:
                    self._undo.roll_back()
                    raise
                finally:
                    self._undo = self._owner = None

        step = Step("", TRANSACTION, (), run)
        if self.runner is None:
            return run()
        answer: R = self.runner("", TRANSACTION, step)
        return answer

    def snapshot(self) -> dict[str, dict[Any, Any]]:
        """Return a copy of the documents by collection and id."""
        with self._lock:
            return {
                name: copied(_documents(self._database[name]))
                for name in self._database.list_collection_names()
            }

    def restore(self, snapshot: Mapping[str, Mapping[Any, Any]]) -> None:
        """Replace the documents by those of a snapshot."""
        with self._lock:
            for name in {*snapshot, *self._database.list_collection_names()}:
                documents = _documents(self._database[name])
                documents.clear()
                documents.update((k, copied(d)) for k, d in snapshot.get(name, {}).items())

    def _in_transaction(self) -> bool:
        return self._owner == threading.get_ident()


class Undo:
    """What undoes the writes of a transaction.

    NOTE: mongomock changes documents in place, so those that a write may change are copied before
    it.
    """

    def __init__(self) -> None:
        self._before: dict[str, tuple[Any, dict[Any, Any], dict[Any, Any]]] = {}

    def note(self, collection: Any, arguments: Sequence[Any]) -> None:
        """Note what is in a collection before a command that writes."""
        documents = _documents(collection)
        _, _, copies = self._before.setdefault(
            collection.name, (documents, dict(documents), {})
        )
        if arguments and isinstance(arguments[0], Mapping):
            for found in collection.find(arguments[0]):
                copies.setdefault(found["_id"], found)

    def roll_back(self) -> None:
        """Put back what was noted."""
        for documents, before, copies in self._before.values():
            documents.clear()
            documents.update({key: copies.get(key, d) for key, d in before.items()})


class Database:
    """The stand-in for pymongo's ``Database``."""

    def __init__(self, store: Store, database: Any) -> None:
        self._store = store
        self._database = database
        self.name: str = database.name

    def __getitem__(self, name: str) -> Collection:
        return Collection(self._store, self._database[name])

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._database, name)
        if isinstance(attribute, mongomock.Collection):
            return self[name]
        if not callable(attribute):
            return attribute
        return lambda *args, **kwargs: self._store.run("", name, lambda: attribute(*args, **kwargs))


class Collection:
    """The stand-in for pymongo's ``Collection``: every method is one step."""

    def __init__(self, store: Store, collection: Any) -> None:
        self._store = store
        self._collection = collection
        self.name: str = collection.name

    def find(self, *args: Any, **kwargs: Any) -> Cursor:
        """Return a cursor; the query runs when it is read."""
        kwargs.pop("hint", None)
        return Cursor(
            self._store, self.name, "find", args, lambda: self._collection.find(*args, **kwargs)
        )

    def aggregate(self, *args: Any, **kwargs: Any) -> Cursor:
        """Return a cursor; the pipeline runs when it is read."""
        return Cursor(
            self._store,
            self.name,
            "aggregate",
            args,
            lambda: self._collection.aggregate(*args, **kwargs),
        )

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._collection, name)
        if name in ATTRIBUTES or not callable(attribute):
            return attribute
        return lambda *args, **kwargs: self._store.run(
            self.name, name, lambda: attribute(*args, **kwargs), args
        )


class Cursor:
    """A query that runs as one step when its first row is asked for."""

    def __init__(
        self,
        store: Store,
        name: str,
        command: str,
        arguments: Sequence[Any],
        query: Callable[[], Any],
    ) -> None:
        self._store = store
        self._name = name
        self._command = command
        self._arguments = arguments
        self._query = query
        self._rows: Iterator[dict[str, Any]] | None = None

    def _then(self, method: str, *args: Any, **kwargs: Any) -> Cursor:
        return Cursor(
            self._store,
            self._name,
            self._command,
            self._arguments,
            lambda: getattr(self._query(), method)(*args, **kwargs),
        )

    def sort(self, *args: Any, **kwargs: Any) -> Cursor:
        """Return the same query in an order."""
        return self._then("sort", *args, **kwargs)

    def limit(self, limit: int) -> Cursor:
        """Return the same query with at most so many rows."""
        return self._then("limit", limit)

    def skip(self, skip: int) -> Cursor:
        """Return the same query without its first rows."""
        return self._then("skip", skip)

    def batch_size(self, _size: int) -> Cursor:
        """Return the same query; there are no batches here."""
        return self

    def hint(self, _index: Any) -> Cursor:
        """Return the same query; there are no plans to choose from here."""
        return self

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self

    def __next__(self) -> dict[str, Any]:
        if self._rows is None:
            rows: list[dict[str, Any]] = self._store.run(
                self._name, self._command, lambda: list(self._query()), self._arguments
            )
            self._rows = iter(rows)
        return next(self._rows)

    def to_list(self) -> list[dict[str, Any]]:
        """Return the rows that were not read yet."""
        return list(self)

    def close(self) -> None:
        """Forget the rows that were not read."""
        self._rows = iter(())

    def __enter__(self) -> Cursor:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _watched(
    collection: str, command: str, call: Callable[[], Any], arguments: Sequence[Any]
) -> Any:
    """Run one command and report it as a server would have been sent it."""
    documents = None
    started = time.perf_counter()
    try:
        result = call()
        documents = _counted(result)
        return result
    finally:
        seconds = time.perf_counter() - started
        name = SENT.get(command, command)
        monitoring.publish(collection, name, lambda: _filter(name, arguments), seconds, documents)


def _filter(name: str, arguments: Sequence[Any]) -> Any:
    """Return the filter of a command, or None."""
    first, second = (*arguments, {}, {})[:2]
    if name == "aggregate":
        # A count is sent as an aggregation; its argument is the filter.
        return first if isinstance(first, Mapping) else monitoring.first_match(first)
    if name == "distinct":
        return second
    return first if name in FILTERED else None


def _counted(result: Any) -> int:
    """Return how many documents a command returned or wrote."""
    if isinstance(result, list):
        return len(result)
    if isinstance(result, InsertManyResult):
        return len(result.inserted_ids)
    if isinstance(result, UpdateResult):
        return result.matched_count or int(result.upserted_id is not None)
    if isinstance(result, DeleteResult):
        return result.deleted_count
    return 0 if result is None else 1


def _documents(collection: Any) -> dict[Any, Any]:
    """Return mongomock's own documents of a collection by id."""
    documents: dict[Any, Any] = collection._store._documents  # noqa: SLF001 - it has no other way
    return documents


def copied(value: Any) -> Any:
    """Return a copy of a document or of a value in one, several times as fast as ``deepcopy``."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value
