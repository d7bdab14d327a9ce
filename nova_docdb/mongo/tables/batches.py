"""Batched reads of a whole collection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pymongo.collection import Collection

from nova_docdb.mongo.store import connection, transactions
from nova_docdb.mongo.store.documents import LENIENT, Document, Filter
from nova_docdb.mongo.store.errors import translated

BATCH = 1000

# Called with the name of the work, such as "importing instances", and the number of rows done since
# the last call.
Progress = Callable[[str, int], None]

# Called with the number of rows alone.
RowCounter = Callable[[int], None]


def no_progress(_work: str, _rows: int) -> None:
    """Ignore the progress."""


def not_counted(_rows: int) -> None:
    """Ignore the number of rows."""


def leniently(name: str) -> Collection[Document]:
    """Return a collection that can read documents with values that Python cannot represent."""
    collection = transactions.collection(name)
    if connection.is_embedded():
        return collection
    return collection.with_options(codec_options=LENIENT)


def batches(
    name: str,
    where: Filter,
    count: RowCounter = not_counted,
    *,
    fields: Sequence[str] | None = None,
    size: int | None = None,
) -> Iterator[list[Document]]:
    """Yield the documents of a collection in batches, by id.

    :param count: called with the length of each batch
    :param fields: the fields to return; None is all
    :param size: the number of documents of a batch; None is ``BATCH``

    Each batch is a separate query, so that no cursor is open while the caller works. It is hinted
    to the index of ids: with another index, each query would sort all remaining documents.
    """
    after: Filter = {}
    size = size or BATCH
    while True:
        with translated(name, reads=True):
            found = leniently(name).find({"$and": [where, after]}, fields, batch_size=size)
            batch = list(found.sort("_id").limit(size).hint("_id_"))
        count(len(batch))
        if batch:
            yield batch
        if len(batch) < size:
            return
        after = {"_id": {"$gt": batch[-1]["_id"]}}
