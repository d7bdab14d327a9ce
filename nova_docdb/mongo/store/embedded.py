"""The embedded store: mongomock with atomic commands.

mongomock keeps a database in memory, but its commands are not atomic under threads. Here a
re-entrant lock is held during every command, and a cursor is read to its end under the lock, so
each command is atomic, as on a server. All indexes exist from the start, so unique keys hold
without ``db_sync``. The cost of a command depends on the documents that it finds, not on those
stored; the cost of a snapshot depends on the number of collections.
"""

from __future__ import annotations

import functools
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import mongomock
from pymongo.results import DeleteResult, InsertManyResult, UpdateResult

from nova_docdb.mongo.store import embedded_collections, embedded_limits, monitoring
from nova_docdb.mongo.store.indexes import specification
from nova_docdb.schemas import TABLES

R = TypeVar("R")

# Runs one step; takes the name of the collection, the name of the command and the `Step`. The
# schedulers of nova_docdb.testing replace it.
Runner = Callable[[str, str, Callable[[], Any]], Any]

# The names of steps that are a whole call, which may write, or only reads. They have no collection.
TRANSACTION, SNAPSHOT = "transaction", "snapshot"

READS = frozenset(
    {"aggregate", "count_documents", "distinct", "estimated_document_count", "find", "find_one"}
)

# Attributes of a collection that are not commands.
ATTRIBUTES = frozenset({"name", "full_name", "database", "with_options", "codec_options"})

# The server command of a method.
SERVER_COMMANDS = {
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

Snapshot = dict[str, embedded_collections.State]

# Every store of the process. None may be inside a command when the process forks.
_stores: weakref.WeakSet[Store] = weakref.WeakSet()


@dataclass(frozen=True)
class Step:
    """A command, or a whole call, ready to run.

    :param collection: empty for a whole call
    :param command: the driver's method, ``TRANSACTION`` or ``SNAPSHOT``
    :param arguments: the positional arguments of the command
    :param run: runs it under the lock of the store
    :param commands: the commands of a whole call
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
        return _filter_argument(SERVER_COMMANDS.get(self.command, self.command), self.arguments)


class Store:
    """An embedded server with one database.

    :param name: the name of the database

    ``has_transactions`` is whether transactions and snapshots are atomic, as on a replica set. A
    test that needs single commands, as on a standalone server, sets it to False.
    """

    def __init__(self, name: str) -> None:
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._commands: list[Step] = []
        self.has_transactions = True
        self._documents = embedded_collections.DatabaseDocuments()
        self._documents.restore(_without_rows())
        self._database = _database(name, self._documents)
        self.runner: Runner | None = None
        self.database = Database(self, self._database)
        _stores.add(self)

    @property
    def matched(self) -> int:
        """How many documents have been compared with filters: the work of all commands."""
        return self._documents.matched

    def snapshot(self) -> Snapshot:
        """Return a snapshot of documents and indexes; documents are shared, not copied."""
        with self._lock:
            return self._documents.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """Replace everything stored by a snapshot of this store.

        The caller also clears the caches of the process: ``connection.forget_caches()``.
        """
        with self._lock:
            self._documents.restore(snapshot)

    def clear(self) -> None:
        """Remove every document; keep the indexes."""
        with self._lock:
            self._documents.clear()

    def hold(self) -> None:
        """Block the commands of other threads until ``release`` is called."""
        self._lock.acquire()

    def release(self) -> None:
        """Unblock the commands of other threads."""
        self._lock.release()

    def run(
        self, collection: str, command: str, call: Callable[[], Any], arguments: Sequence[Any] = ()
    ) -> Any:
        """Run one command atomically and return its result.

        :param arguments: the positional arguments of the command, for monitoring
        """

        def run() -> Any:
            with self._lock:
                if not monitoring.enabled():
                    return call()
                return _monitored(collection, command, call, arguments)

        if self.runner is None:
            return run()
        step = Step(collection, command, arguments, run)
        if self._in_transaction():
            self._commands.append(step)
            return run()
        return self.runner(collection, command, step)

    def transaction(self, call: Callable[[], R], kind: str = TRANSACTION) -> R:
        """Run a call atomically; if it raises, undo its writes, except for allocated ids.

        A nested call joins the transaction.

        :param kind: ``SNAPSHOT`` for a call that only reads
        """
        if self._in_transaction():
            return call()

        def run() -> R:
            with self._lock:
                self._owner, self._commands = threading.get_ident(), step.commands
                try:
                    with self._documents.undone_on_error():
                        return call()
                finally:
                    self._owner = None

        step = Step("", kind, (), run)
        if self.runner is None:
            return run()
        answer: R = self.runner("", kind, step)
        return answer

    def _in_transaction(self) -> bool:
        return self._owner == threading.get_ident()


def _database(name: str, documents: embedded_collections.DatabaseDocuments) -> Any:
    client: Any = mongomock.MongoClient()
    return embedded_collections.Database(client, name, documents)


@functools.cache
def _without_rows() -> Snapshot:
    """Return the initial content of a store: every index, and no document."""
    documents = embedded_collections.DatabaseDocuments()
    database = _database("nova", documents)
    for spec in TABLES.values():
        for index in spec.indexes:
            keys, options = specification(spec, index)
            database[spec.name].create_index(keys, **options)
    return documents.snapshot()


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
    """The stand-in for pymongo's ``Collection``: every method is atomic."""

    def __init__(self, store: Store, collection: Any) -> None:
        self._store = store
        self._collection = collection
        self.name: str = collection.name

    def find(self, *args: Any, **kwargs: Any) -> Cursor:
        """Return a cursor; the query runs at its first read."""
        kwargs.pop("hint", None)
        return self._cursor("find", *args, **kwargs)

    def aggregate(self, *args: Any, **kwargs: Any) -> Cursor:
        """Return a cursor; the pipeline runs at its first read."""
        return self._cursor("aggregate", *args, **kwargs)

    def _cursor(self, command: str, *args: Any, **kwargs: Any) -> Cursor:
        method = getattr(self._collection, command)
        return Cursor(
            lambda query: self._store.run(self.name, command, lambda: list(query()), args),
            lambda: method(*args, **kwargs),
        )

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._collection, name)
        if name in ATTRIBUTES or not callable(attribute):
            return attribute
        if name in embedded_limits.UPDATES:
            attribute = partial(embedded_limits.update, self._collection, attribute)
        return lambda *args, **kwargs: self._store.run(
            self.name, name, lambda: attribute(*args, **kwargs), args
        )


class Cursor:
    """A query that runs atomically when its first row is read.

    :param run: runs a query and returns its rows
    :param query: returns mongomock's cursor
    """

    def __init__(
        self,
        run: Callable[[Callable[[], Any]], list[dict[str, Any]]],
        query: Callable[[], Any],
    ) -> None:
        self._run = run
        self._query = query
        self._rows: Iterator[dict[str, Any]] | None = None

    def _then(self, method: str, *args: Any, **kwargs: Any) -> Cursor:
        return Cursor(self._run, lambda: getattr(self._query(), method)(*args, **kwargs))

    def sort(self, *args: Any, **kwargs: Any) -> Cursor:
        """Return the query with a sort order."""
        return self._then("sort", *args, **kwargs)

    def limit(self, limit: int) -> Cursor:
        """Return the query limited to some number of rows."""
        return self._then("limit", limit)

    def skip(self, skip: int) -> Cursor:
        """Return the query without its first rows."""
        return self._then("skip", skip)

    def batch_size(self, _size: int) -> Cursor:
        """Return the query itself: the embedded store has no batches."""
        return self

    def hint(self, _index: Any) -> Cursor:
        """Return the query itself: the embedded store chooses its plan."""
        return self

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self

    def __next__(self) -> dict[str, Any]:
        if self._rows is None:
            self._rows = iter(self._run(self._query))
        return next(self._rows)

    def to_list(self) -> list[dict[str, Any]]:
        """Return the remaining rows."""
        return list(self)

    def close(self) -> None:
        """Discard the remaining rows."""
        self._rows = iter(())

    def __enter__(self) -> Cursor:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _hold_all() -> None:
    _held.extend(_stores)
    for store in _held:
        store.hold()


def _release_all() -> None:
    while _held:
        _held.pop().release()


# The stores that are locked during a fork, so that a child finds whole documents and free locks.
_held: list[Store] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold_all, after_in_parent=_release_all, after_in_child=_release_all)


def _monitored(
    collection: str, command: str, call: Callable[[], Any], arguments: Sequence[Any]
) -> Any:
    """Run one command and publish it as the command that a server would receive."""
    documents = None
    started = time.perf_counter()
    try:
        result = call()
        documents = _document_count(result)
        return result
    finally:
        seconds = time.perf_counter() - started
        name = SERVER_COMMANDS.get(command, command)
        monitoring.publish(
            collection, name, lambda: _filter_argument(name, arguments), seconds, documents
        )


def _filter_argument(name: str, arguments: Sequence[Any]) -> Any:
    """Return the filter among the arguments of a command, or None."""
    first, second = (*arguments, {}, {})[:2]
    if name == "aggregate":
        # A count is sent as an aggregation; its argument is the filter.
        return first if isinstance(first, Mapping) else monitoring.first_match(first)
    if name == "distinct":
        return second
    return first if name in FILTERED else None


def _document_count(result: Any) -> int:
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
