"""Between rows of a SQL table and documents of the store.

Both sides are compared as documents without private fields, the columns in the schema's order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson.int64 import Int64
from marshmallow import ValidationError

from nova_docdb.mongo.store.documents import Document
from nova_docdb.schemas import TableSpec
from nova_docdb.schemas.columns import String, Text

SHOWN_OF_A_VALUE = 60

# Rows of long texts come in shorter batches: so many characters at the most, and one row.
BATCH_CHARACTERS = 4 * 2**20


class UnfitError(Exception):
    """A value that a column of the schema cannot hold."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column} {reason}")
        self.column = column
        self.reason = reason


class Translator:
    """Both directions for one table, prepared from its schema."""

    def __init__(self, spec: TableSpec) -> None:
        self.key = spec.key
        self._fields = [("_id" if name == spec.key else name, name) for name in spec.columns]
        self._readers = [
            (name, field, spec.columns[name].read, spec.columns[name].nullable)
            for field, name in self._fields
        ]

    def document(self, row: Mapping[str, Any]) -> Document:
        """Return the document of a SQL row, whatever types its driver gives.

        :raises UnfitError: if a column cannot hold its value
        """
        document: Document = {}
        for name, field, read, nullable in self._readers:
            value = row.get(name)
            if value is not None:
                try:
                    value = read(value)
                except ValidationError as error:
                    shown = repr(value)[:SHOWN_OF_A_VALUE]
                    raise UnfitError(name, f"{error.messages[0]}: {shown}") from error
            elif not nullable:
                raise UnfitError(name, "may not be empty")
            document[field] = value
        return document

    def plain(self, stored: Mapping[str, Any]) -> Document:
        """Return a document of the store without its private fields."""
        get = stored.get
        return {
            field: int(value) if (value := get(field)).__class__ is Int64 else value
            for field, _name in self._fields
        }

    def row(self, document: Document) -> dict[str, Any]:
        """Return the SQL row of a plain document."""
        return {name: document[field] for field, name in self._fields}


def as_read(row: Mapping[str, Any]) -> dict[str, str]:
    """Return a row that no column can hold, for the checksum of its side."""
    return {column: repr(value) for column, value in sorted(row.items())}


def long_texts(spec: TableSpec) -> list[str]:
    """Return the columns whose texts may be of any length."""
    return [
        name
        for name, column in spec.columns.items()
        if isinstance(column, Text) and not isinstance(column, String)
    ]
