"""Reads the store in batches of bounded size, however long its rows are."""

from __future__ import annotations

from collections.abc import Iterator

from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.errors import translated
from nova_docdb.schemas import TABLES, TableSpec
from nova_docdb.sql.rows import BATCH_CHARACTERS, long_texts

# The number of documents per batch of a cursor; the server sends at most 16 MB.
SENT_DOCUMENTS = 1000


def collections() -> list[tuple[TableSpec, str]]:
    """Return (schema, collection name) of every table, then of every shadow table."""
    plain = [(spec, name) for name, spec in TABLES.items()]
    return plain + [(spec, spec.shadow_name) for spec, _name in plain if spec.shadow]


def is_empty(name: str) -> bool:
    """Return whether a collection is empty."""
    with translated(name, reads=True):
        return connection.get_database()[name].find_one({}, {"_id": 1}) is None


def estimated_rows() -> int:
    """Return an estimate of the number of rows, without counting them."""
    with translated("", reads=True):
        database = connection.get_database()
        return sum(database[name].estimated_document_count() for _spec, name in collections())


def documents(spec: TableSpec, name: str, size: int) -> Iterator[list[Document]]:
    """Yield the documents of a collection in batches, ordered by key, without private fields.

    :param name: the collection: of the table or of its shadow table
    :param size: the number of documents per batch; fewer if their texts are long
    """
    long = long_texts(spec)
    with translated(name, reads=True):
        # A usage with many reservations has a long private field.
        shown = dict.fromkeys(spec.private, 0) or None
        cursor = connection.get_database()[name].find(
            {}, shown, batch_size=min(size, SENT_DOCUMENTS)
        )
        batch: list[Document] = []
        left = BATCH_CHARACTERS
        for document in cursor.sort("_id"):
            batch.append(document)
            left -= sum(len(document.get(column) or "") for column in long)
            if len(batch) == size or left <= 0:
                yield batch
                batch, left = [], BATCH_CHARACTERS
        if batch:
            yield batch
