"""Subclasses of mongomock's classes that use ordered indexes.

mongomock scans a collection for every filter and every unique key, changes documents in place and
copies everything it finds. Here it compares only the candidates that an index returns, documents
are replaced instead of changed, and a cursor stops at its limit. mongomock still decides what a
filter matches, what an update does and which exceptions they raise.

NOTE: this depends on private names of mongomock; the tests compare every command with plain
mongomock.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import mongomock.collection
import mongomock.database
import mongomock.store
from mongomock.aggregate import process_pipeline
from mongomock.filtering import filter_applies, resolve_sort_key
from mongomock.helpers import hashdict, patch_datetime_awareness_in_document

from nova_docdb.mongo.store.embedded_indexes import (
    RANKS,
    Conditions,
    Contents,
    Document,
    Order,
    conditions,
    place,
)

# A collection in a snapshot: its contents, its indexes, whether it was created explicitly.
State = tuple[Contents, dict[str, Any], bool]

# Changes, each of a document of a collection, with what was there before or None.
Undo = list[tuple["Documents", Any, Any]]

# Collections of which nothing is undone: the counters of ids, which a server keeps out of
# transactions too.
KEPT = frozenset({"counters"})

# Longer lists in a filter are matched by hash.
FEW = 8


class Documents(mongomock.store.CollectionStore):
    """The contents of a collection.

    Snapshots may share them: the first change after a snapshot copies them.
    """

    def __init__(self, name: str) -> None:
        self._contents = Contents()
        self._is_shared = False
        # The changes of the transaction that runs, each with what was there before.
        self._undo: Undo | None = None
        super().__init__(name)

    @property
    def contents(self) -> Contents:
        """The documents and indexes, read-only."""
        return self._contents

    def snapshot(self) -> State:
        """Return the current state, which is shared from then on."""
        self._is_shared = True
        return self._contents, self.indexes, self._is_force_created

    def restore(self, state: State) -> None:
        """Return to the state of a snapshot."""
        self._contents, self.indexes, self._is_force_created = state
        self._is_shared = True
        self._ttl_indexes = {
            name: index for name, index in self.indexes.items() if "expireAfterSeconds" in index
        }

    def clear(self) -> None:
        """Remove every document; keep the indexes."""
        if self._contents.documents:
            self._contents, self._is_shared = self._contents.emptied(), False

    @property
    def _documents(self) -> Any:
        return self._contents.documents

    @_documents.setter
    def _documents(self, _empty: Any) -> None:
        # mongomock sets this to an empty dict when a collection is created or dropped.
        self._contents, self._is_shared = Contents(), False

    def _own(self) -> Contents:
        """Return the contents for a change; copy them first if they are shared."""
        if self._is_shared:
            self._contents, self._is_shared = self._contents.copy(), False
        return self._contents

    def create_index(self, index_name: str, index_dict: dict[str, Any]) -> None:
        """Create an index."""
        self.indexes = dict(self.indexes)
        super().create_index(index_name, index_dict)
        self._own().add_index(tuple(name for name, _ in index_dict["key"]))

    def drop_index(self, index_name: str) -> None:
        """Drop an index; its list of keys is kept, which changes no result."""
        self.indexes = dict(self.indexes)
        super().drop_index(index_name)

    def __contains__(self, identity: Any) -> bool:
        self._remove_expired_documents()
        return identity in self._contents.documents

    def __getitem__(self, identity: Any) -> Document:
        self._remove_expired_documents()
        return self._contents.documents[identity]

    def __setitem__(self, identity: Any, document: Document) -> None:
        self._note(identity)
        self._own().put(identity, document)

    def __delitem__(self, identity: Any) -> None:
        self._note(identity)
        self._own().remove(identity)

    def _note(self, identity: Any) -> None:
        if self._undo is not None and self.name not in KEPT:
            self._undo.append((self, identity, self._contents.documents.get(identity)))

    def note_in(self, undo: Undo | None) -> None:
        """Note every change that follows, with what was there before; None notes none."""
        self._undo = undo

    def put_back(self, identity: Any, document: Document | None) -> None:
        """Undo a change: store what was there before it, or nothing."""
        if document is not None:
            self._own().put(identity, document)
        elif identity in self._contents.documents:
            self._own().remove(identity)


class DatabaseDocuments(mongomock.store.DatabaseStore):
    """The contents of a database.

    :ivar matched: how many documents have been compared with filters
    """

    def __init__(self) -> None:
        super().__init__()
        self.matched = 0
        self._undo: Undo | None = None

    def __getitem__(self, name: str) -> Documents:
        found: Documents | None = self._collections.get(name)
        if found is None:
            found = self._collections[name] = Documents(name)
            found.note_in(self._undo)
        return found

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """Undo what the block changed when it raises; ids that were given out stay given."""
        undo: Undo = []
        self._note_in(undo)
        try:
            yield
        except BaseException:
            self._note_in(None)
            for documents, identity, document in reversed(undo):
                documents.put_back(identity, document)
            raise
        finally:
            self._note_in(None)

    def _note_in(self, undo: Undo | None) -> None:
        self._undo = undo
        for found in self._collections.values():
            found.note_in(undo)

    def snapshot(self) -> dict[str, State]:
        """Return the current state; the cost depends on the number of collections."""
        return {name: found.snapshot() for name, found in self._collections.items()}

    def restore(self, state: dict[str, State]) -> None:
        """Return to the state of a snapshot."""
        for name, found in self._collections.items():
            if name not in state:
                found.drop()
        for name, kept in state.items():
            self[name].restore(kept)

    def clear(self) -> None:
        """Remove every document; keep the indexes."""
        for found in self._collections.values():
            found.clear()


class Database(mongomock.database.Database):
    """A database whose collections are of the class below."""

    def get_collection(self, name: str, *args: Any, **options: Any) -> Collection:
        """Return a collection."""
        found = super().get_collection(name, *args, **options)
        # mongomock creates an instance of its own class, once for each name.
        found.__class__ = Collection
        return found  # type: ignore[no-any-return]


class Collection(mongomock.collection.Collection):
    """A collection that finds the candidates of a filter in its indexes."""

    # During an update: the copy of the document that it changes, if there is one.
    _changing: list[Document] | None = None

    @property
    def _store(self) -> Documents:
        return self._db_store[self._name]  # type: ignore[no-any-return]

    def find(self, *args: Any, **options: Any) -> Cursor:
        """Return a cursor."""
        found = super().find(*args, **options)
        found.__class__ = Cursor
        return found  # type: ignore[no-any-return]

    def aggregate(self, pipeline: Any, session: Any = None, **options: Any) -> Any:
        """Run a pipeline on the candidates of its first ``$match``."""
        first = pipeline[0] if isinstance(pipeline, list) and pipeline else None
        where = first.get("$match") if isinstance(first, dict) and len(first) == 1 else None
        if not isinstance(where, dict):
            return super().aggregate(pipeline, session, **options)
        where = patch_datetime_awareness_in_document(where)
        asked = conditions(where)
        found: Iterable[Document] = self._store.contents.candidates(asked)[0]
        stages = pipeline
        if asked.complete:
            found, stages = self._matching(where, asked)[0], pipeline[1:]
        documents = [_copied(document) for document in found]
        return process_pipeline(documents, self.database, stages, session)

    def _iter_documents(self, where: Any) -> Iterator[Document]:
        found = self._matching(where, conditions(where))[0]
        if self._changing is None:
            return found
        return self._copies(found, self._changing)

    def _matching(
        self, where: Any, asked: Conditions, order: Order = ()
    ) -> tuple[Iterator[Document], bool]:
        """Return the documents that a filter matches, and whether they are in the order."""
        if self._store.is_empty:
            # As mongomock does: an invalid filter raises even if there is nothing to match.
            filter_applies(where, {})
        candidates, is_sorted = self._store.contents.candidates(asked, order)
        return self._matched(candidates, _hashed(where)), is_sorted

    def _matched(self, candidates: Iterable[Document], where: Any) -> Iterator[Document]:
        for document in candidates:
            self._db_store.matched += 1
            if filter_applies(where, document):
                yield document

    def _get_dataset(
        self, where: Any, sort: Any, fields: Any, as_class: type[Document]
    ) -> Iterator[Document]:
        order = list(sort.items() if isinstance(sort, dict) else sort or ())
        if any(name.startswith("$") for name, _ in order):
            yield from super()._get_dataset(where, sort, fields, as_class)
            return
        asked = conditions(where)
        found, is_sorted = self._matching(where, asked, order if asked.complete else ())
        if not asked.complete:
            # mongomock's cursor compares every document, whatever its limit, and any may raise.
            found = iter(list(found))
        for document in found if is_sorted else _sorted(found, order):
            yield self._copy_only_fields(document, fields, as_class)

    def _copy_only_fields(self, document: Document, fields: Any, container: Any) -> Document:
        if not fields:
            return _copied(document)  # type: ignore[no-any-return]  # a dict, as the document
        return super()._copy_only_fields(document, fields, container)  # type: ignore[no-any-return]

    def _update(self, *args: Any, **options: Any) -> Any:
        changing: list[Document] = []
        self._changing = changing
        try:
            result = super()._update(*args, **options)
        finally:
            self._changing = None
        for document in changing:
            self._put(document)
        return result

    def _copies(self, found: Iterable[Document], changing: list[Document]) -> Iterator[Document]:
        """Yield copies for mongomock to change; store each one when mongomock takes the next."""
        for document in found:
            mine = _copied(document)
            changing[:] = [mine]
            yield mine
            self._put(mine)

    def _ensure_uniques(self, document: Document) -> None:
        changing, self._changing = self._changing, None
        try:
            if changing is not None:
                # mongomock assumes that it is stored, and restores the old one on a duplicate.
                self._put(document)
            super()._ensure_uniques(document)
        finally:
            self._changing = changing

    def _put(self, document: Document) -> None:
        identity = document["_id"]
        if isinstance(identity, dict):
            identity = hashdict(identity)
        store = self._store
        if store.contents.documents.get(identity) is not document:
            store[identity] = document


class Cursor(mongomock.collection.Cursor):
    """A cursor that stops at its limit, and reads each document once."""

    _reading: Iterator[Document] | None = None

    def __iter__(self) -> Iterator[Document]:
        return self

    def __next__(self) -> Document:
        if self._reading is None:
            stop = None if self._limit is None else self._skip + abs(self._limit)
            self._reading = islice(self._factory(), self._skip, stop)
        return next(self._reading)


class _Members(list[Any]):
    """The plain values of an ``$in``, found by hash.

    For each document mongomock iterates over them to find patterns, of which there are none, and
    then looks the document's value up.
    """

    def __init__(self, members: Iterable[Any]) -> None:
        super().__init__(members)
        self._hashed = frozenset(self[:])

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __contains__(self, value: object) -> bool:
        try:
            return value in self._hashed
        except TypeError:
            # A dict or a list equals no plain value.
            return False


def _hashed(where: Any) -> Any:
    """Return a filter in which long lists of plain values are matched by hash."""
    if isinstance(where, dict):
        return {
            name: _Members(inner) if _is_long(name, inner) else _hashed(inner)
            for name, inner in where.items()
        }
    return [_hashed(inner) for inner in where] if type(where) is list else where


def _is_long(name: str, members: Any) -> bool:
    return (
        name in {"$in", "$nin"}
        and isinstance(members, list)
        and len(members) > FEW
        and all(type(member) in RANKS and member == member for member in members)  # noqa: PLR0124
    )


def _sorted(documents: Iterable[Document], order: Order) -> Iterable[Document]:
    """Return documents in the order in which mongomock sorts them."""
    if not order:
        return documents
    found = list(documents)
    for name, direction in reversed(order):
        places: list[Any] = [place(document.get(name)) for document in found]
        if None in places or "." in name:
            places = [resolve_sort_key(name, document) for document in found]
        positions = sorted(range(len(found)), key=places.__getitem__, reverse=direction < 0)
        found = [found[position] for position in positions]
    return found


def _copied(value: Any) -> Any:
    """Return a copy of a document; plain values are shared."""
    if type(value) in RANKS:
        return value
    if isinstance(value, dict):
        return {name: _copied(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return copy.copy(value)
