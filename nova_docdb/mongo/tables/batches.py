"""Reading a large table from end to end, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pymongo.collection import Collection

from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import LENIENT, Document, Filter
from nova_docdb.mongo.store.errors import translated

BATCH = 1000

# Called with the work that is being done, such as "importing instances", and how many more rows
# of it are done.
Progress = Callable[[str, int], None]

# The same for one piece of work.
RowCounter = Callable[[int], None]


def no_progress(_work: str, _rows: int) -> None:
    """Ignore the progress."""


def not_counted(_rows: int) -> None:
    """Ignore how many rows were read."""


def leniently(name: str) -> Collection[Document]:
    """Return a collection that also reads documents that Python cannot hold."""
    collection = connection.get_database()[name]
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
    """Yield the documents of a collection in batches, in the order of their ids.

    :param fields: which of their fields; None is all
    :param size: how many are read at once; None is ``BATCH``

    Each batch is a query of its own, so that no cursor is held while the caller is at work. It goes
    on along the index of ids, wherever the filter might send it.
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
