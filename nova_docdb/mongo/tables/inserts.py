"""Storing new documents: numbered, all or none of them; naming the unique key that refuses one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError

from nova_docdb import exception
from nova_docdb.mongo.store import ids, transactions
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.server_errors import DUPLICATE_KEY
from nova_docdb.schemas import TableSpec

R = TypeVar("R")

# An id of another process's block can be taken only where a caller forced it; each new attempt
# has a fresh block.
ATTEMPTS_AT_AN_ID = 5

# A filter of so many documents, without their long texts, is far from 16 MiB.
UNDONE_AT_ONCE = 500
LONGEST_COMPARED = 200


def store(spec: TableSpec, collection: Collection[Document], documents: list[Document]) -> None:
    """Insert documents, numbering those without ``_id``; after an error none of them stays.

    :raises DBDuplicateEntry: if a unique key refuses one
    """
    unnumbered = [document for document in documents if "_id" not in document]
    if len(unnumbered) < len(documents):
        _pass_by(spec, collection, documents)

    def insert(numbers: list[int]) -> None:
        for document, number in zip(unnumbered, numbers, strict=True):
            document["_id"] = number
        try:
            _insert(collection, documents)
        except DuplicateKeyError as error:
            raise duplicate(spec, collection, documents, error) from error

    if unnumbered:
        numbered(spec, insert, len(unnumbered))
    else:
        insert([])


def numbered(spec: TableSpec, insert: Callable[[list[int]], R], count: int = 1) -> R:
    """Allocate ids and insert rows under them; again where another process forced one of the ids.

    In a transaction, which an error ends, the caller has to run all of it again.

    :param insert: inserts rows, or none of them
    :raises DBDuplicateEntry: if a unique key refuses a row; the ids are not used up then
    """
    attempt = 0
    while True:
        attempt += 1
        numbers = ids.allocate(spec.name, count)
        try:
            return insert(numbers)
        except exception.DBDuplicateEntry as error:
            if error.table != spec.name:
                raise
            if error.columns != [spec.key]:
                ids.give_back(spec.name, numbers)
                raise
            ids.forget_block(spec.name)
            if attempt == ATTEMPTS_AT_AN_ID or transactions.in_transaction():
                raise


def duplicate(
    spec: TableSpec,
    collection: Collection[Document],
    documents: list[Document],
    error: DuplicateKeyError,
) -> exception.DBDuplicateEntry:
    """Return the exception that names the unique key which refused one of the documents."""
    return exception.DBDuplicateEntry(
        _violated(spec, collection, documents, error), error, spec.name
    )


def _pass_by(spec: TableSpec, collection: Collection[Document], documents: list[Document]) -> None:
    """See to it that numbers which callers chose are free, and given to nobody else."""
    forced = [d["_id"] for d in documents if isinstance(d.get("_id"), int)]
    if not forced:
        return
    require_free(spec, collection, forced)
    ids.advance_past(spec.name, max(forced))


def require_free(spec: TableSpec, collection: Collection[Document], forced: list[int]) -> None:
    """Refuse numbers that callers chose where one is taken, or given twice.

    :raises DBDuplicateEntry: if that is so
    """
    twice = len(set(forced)) < len(forced)
    if twice or collection.find_one({"_id": {"$in": forced}}, {"_id": 1}):
        said = f"one of the ids {exception.shown(forced)} is taken"
        raise exception.DBDuplicateEntry([spec.key], said, spec.name)


def _insert(collection: Collection[Document], documents: list[Document]) -> None:
    if len(documents) == 1:
        collection.insert_one(documents[0])
        return
    try:
        collection.insert_many(documents)
    except (DuplicateKeyError, BulkWriteError) as error:
        raise _undone(collection, documents, error) from error


def _undone(
    collection: Collection[Document], documents: list[Document], error: Exception
) -> Exception:
    """Remove what an insert_many stored before it failed and return why it did.

    NOTE: a row that somebody has changed since, as by claiming an address, stays. What was stored
    in a transaction goes with it.
    """
    details = getattr(error, "details", None) or {}
    failed = (details.get("writeErrors") or [{}])[0]
    stored = documents[: details.get("nInserted", 0)]
    if not transactions.in_transaction():
        for start in range(0, len(stored), UNDONE_AT_ONCE):
            remove_untouched(collection, stored[start : start + UNDONE_AT_ONCE])
    if failed.get("code") == DUPLICATE_KEY:
        return DuplicateKeyError(failed.get("errmsg", ""), DUPLICATE_KEY, failed)
    return error


def remove_untouched(collection: Collection[Document], documents: list[Document]) -> None:
    """Remove documents that are still as they were stored."""
    collection.delete_many({"$or": [_as_stored(document) for document in documents]})


def _as_stored(document: Document) -> Document:
    """Return the filter for a document that nobody has changed; long texts are not compared.

    Every change of a row sets updated_at.
    """
    return {
        name: value
        for name, value in document.items()
        if not isinstance(value, str) or len(value) <= LONGEST_COMPARED
    }


def _violated(
    spec: TableSpec,
    collection: Collection[Document],
    documents: list[Document],
    error: DuplicateKeyError,
) -> list[str]:
    """Return the columns of the unique key that refused one of the documents."""
    details = error.details or {}
    if pattern := details.get("keyPattern"):
        return [spec.key if name == "_id" else name for name in pattern]
    # mongomock does not tell which key it was: look for the row in the way of what it refused.
    refused = documents if "index" not in details else [documents[details["index"]]]
    for document in refused:
        if collection.find_one({"_id": document["_id"]}, {"_id": 1}):
            return [spec.key]
        for key in spec.unique_keys:
            if any(document.get(column) is None for column in key.present):
                continue
            if collection.find_one({c: document.get(c) for c in key.columns}, {"_id": 1}):
                return list(key.columns)
    return []
