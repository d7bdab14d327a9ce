"""Checks the unique keys of a collection without writing to the store."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Any

import bson

from nova_docdb.mongo.store.documents import Document
from nova_docdb.schemas import Index, TableSpec

# SQLite's integers are signed and have 64 bits.
DIGEST_BYTES = 8


class UniqueKeys:
    """The values of each unique key seen so far.

    Only their hashes are kept, in a temporary SQLite file, so that memory does not grow with the
    table.

    :param name: the collection: of the table, or of its shadow table, whose only key is the id
    """

    def __init__(self, spec: TableSpec, name: str) -> None:
        self._id = spec.key
        self._keys = [Index(("_id",), unique=True, present=("_id",))]
        if name == spec.name:
            # Imported rows do not have private fields.
            self._keys += [
                key for key in spec.unique_keys if spec.private.keys().isdisjoint(key.columns)
            ]
        self._seen = sqlite3.connect("", isolation_level=None)
        for number in range(len(self._keys)):
            self._seen.execute(f"CREATE TABLE seen{number} (digest INTEGER PRIMARY KEY)")
        self._seen.execute("BEGIN")

    def close(self) -> None:
        """Remove the temporary file."""
        self._seen.close()

    def add(self, document: Document) -> str | None:
        """Add a document, unless an added one has the same values in a unique key.

        :returns: the columns of that key, or None
        """
        digests: dict[int, int] = {}
        for number, key in enumerate(self._keys):
            if any(document[column] is None for column in key.present):
                continue
            fields = ["_id" if column == self._id else column for column in key.columns]
            digest = _digest([document[field] for field in fields])
            if self._seen.execute(
                f"SELECT 1 FROM seen{number} WHERE digest = ?",  # noqa: S608 - a number
                (digest,),
            ).fetchone():
                return ", ".join(self._id if field == "_id" else field for field in fields)
            digests[number] = digest
        for number, digest in digests.items():
            self._seen.execute(f"INSERT INTO seen{number} VALUES (?)", (digest,))  # noqa: S608 - a number
        return None


def _digest(values: list[Any]) -> int:
    encoded = bson.encode({"values": values})
    digest = hashlib.blake2b(encoded, digest_size=DIGEST_BYTES).digest()
    return int.from_bytes(digest, "big", signed=True)
