"""Reading a large table from end to end, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nova_docdb.mongo import connection
from nova_docdb.mongo.errors import translated
from nova_docdb.mongo.rows import Document, Filter

BATCH = 1000

# Told how many rows were read, batch by batch.
Looked = Callable[[int], None]


def unheard(_rows: int) -> None:
    """Tell nobody."""


def batches(name: str, where: Filter, looked: Looked = unheard) -> Iterator[list[Document]]:
    """Yield the documents of a collection in batches, in the order of their ids.

    Each batch is a query of its own, so that no cursor is held while the caller is at work. It goes
    on along the index of ids, wherever the filter might send it.
    """
    after: Filter = {}
    while True:
        with translated(name):
            found = connection.get_database()[name].find({"$and": [where, after]})
            batch = list(found.sort("_id").limit(BATCH).hint("_id_"))
        looked(len(batch))
        if batch:
            yield batch
        if len(batch) < BATCH:
            return
        after = {"_id": {"$gt": batch[-1]["_id"]}}
