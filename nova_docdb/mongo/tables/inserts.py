"""Inserts of new documents: ids, all or none, and the unique key that refused one."""

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

# An allocated id can be in use only if a caller chose it. Each attempt allocates a new block.
ID_ATTEMPTS = 5

# A filter of this many documents, without their long texts, is far from 16 MiB.
UNDO_BATCH = 500
LONGEST_COMPARED = 200


def store(spec: TableSpec, collection: Collection[Document], documents: list[Document]) -> None:
    """Insert all documents or none, and set ``_id`` in those without it.

    :raises DBDuplicateEntry: if a unique key refuses one
    """
    without_id = [document for document in documents if "_id" not in document]
    if len(without_id) < len(documents):
        _reserve_chosen_ids(spec, collection, documents)

    def insert(new_ids: list[int]) -> None:
        for document, new_id in zip(without_id, new_ids, strict=True):
            document["_id"] = new_id
        try:
            _insert(collection, documents)
        except DuplicateKeyError as error:
            raise duplicate_entry(spec, collection, documents, error) from error

    if without_id:
        with_new_ids(spec, insert, len(without_id))
    else:
        insert([])


def with_new_ids(spec: TableSpec, insert: Callable[[list[int]], R], count: int = 1) -> R:
    """Allocate ids and call ``insert`` with them; retry if a caller has chosen one of them.

    In a transaction, which an error ends, the caller must retry the transaction.

    :param insert: inserts all rows or none
    :raises DBDuplicateEntry: if a unique key refuses a row; the ids are returned to the block
    """
    attempt = 0
    while True:
        attempt += 1
        new_ids = ids.allocate(spec.name, count)
        try:
            return insert(new_ids)
        except exception.DBDuplicateEntry as error:
            if error.table != spec.name:
                raise
            if error.columns != [spec.key]:
                ids.give_back(spec.name, new_ids)
                raise
            ids.forget_block(spec.name)
            if attempt == ID_ATTEMPTS or transactions.in_transaction():
                raise


def duplicate_entry(
    spec: TableSpec,
    collection: Collection[Document],
    documents: list[Document],
    error: DuplicateKeyError,
) -> exception.DBDuplicateEntry:
    """Return the exception with the columns of the unique key that refused a document."""
    return exception.DBDuplicateEntry(
        _violated_columns(spec, collection, documents, error), error, spec.name
    )


def _reserve_chosen_ids(
    spec: TableSpec, collection: Collection[Document], documents: list[Document]
) -> None:
    """Require that ids which callers chose are free, and never allocate them."""
    chosen = [d["_id"] for d in documents if isinstance(d.get("_id"), int)]
    if not chosen:
        return
    require_free(spec, collection, chosen)
    ids.advance_past(spec.name, max(chosen))


def require_free(spec: TableSpec, collection: Collection[Document], chosen: list[int]) -> None:
    """Raise if an id that a caller chose is in use or repeated.

    :raises DBDuplicateEntry: if so
    """
    is_repeated = len(set(chosen)) < len(chosen)
    if is_repeated or collection.find_one({"_id": {"$in": chosen}}, {"_id": 1}):
        reason = f"one of the ids {exception.shown(chosen)} is taken"
        raise exception.DBDuplicateEntry([spec.key], reason, spec.name)


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
    """Remove the documents that a failed insert_many inserted; return its error.

    Rows that another caller has changed since, for example by claiming an address, are kept. In a
    transaction nothing is removed, since it is aborted.
    """
    details = getattr(error, "details", None) or {}
    failed = (details.get("writeErrors") or [{}])[0]
    stored = documents[: details.get("nInserted", 0)]
    if not transactions.in_transaction():
        for start in range(0, len(stored), UNDO_BATCH):
            remove_unchanged(collection, stored[start : start + UNDO_BATCH])
    if failed.get("code") == DUPLICATE_KEY:
        return DuplicateKeyError(failed.get("errmsg", ""), DUPLICATE_KEY, failed)
    return error


def remove_unchanged(collection: Collection[Document], documents: list[Document]) -> None:
    """Remove documents that have not changed since their insert."""
    collection.delete_many({"$or": [_as_stored(document) for document in documents]})


def _as_stored(document: Document) -> Document:
    """Return the filter for an unchanged document.

    Long texts are not compared: every change of a row sets updated_at.
    """
    return {
        name: value
        for name, value in document.items()
        if not isinstance(value, str) or len(value) <= LONGEST_COMPARED
    }


def _violated_columns(
    spec: TableSpec,
    collection: Collection[Document],
    documents: list[Document],
    error: DuplicateKeyError,
) -> list[str]:
    """Return the columns of the unique key that refused one of the documents."""
    details = error.details or {}
    if pattern := details.get("keyPattern"):
        return [spec.key if name == "_id" else name for name in pattern]
    # mongomock does not report the key: look for the row that has the same values.
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
