"""Converts between rows of a SQL table and documents of the store.

Both sides are compared as documents without private fields, with the columns in the order of the
schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson.int64 import Int64
from marshmallow import ValidationError

from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.tables.rows import HIGHEST_ID
from nova_docdb.schemas import TableSpec
from nova_docdb.schemas.columns import Column, String, Text

SHOWN_OF_A_VALUE = 60

# The maximum number of characters in a batch, so that batches of rows with long texts are shorter;
# a batch has at least one row.
BATCH_CHARACTERS = 4 * 2**20


class UnfitError(Exception):
    """A value that a column of the schema cannot hold."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column} {reason}")
        self.column = column
        self.reason = reason


class Translator:
    """Converts rows of one table in both directions."""

    def __init__(self, spec: TableSpec) -> None:
        self.key = spec.key
        self._live_value = spec.live_value
        self._fields = [("_id" if name == spec.key else name, name) for name in spec.columns]
        self._readers = [
            (name, field, spec.columns[name], spec.columns[name].read)
            for field, name in self._fields
        ]

    def document(self, row: Mapping[str, Any]) -> Document:
        """Return the document of a SQL row, whatever types the driver returns.

        :raises UnfitError: if a column cannot hold its value, or the id is not usable
        """
        document: Document = {}
        for name, field, column, read in self._readers:
            value = row.get(name)
            if value is not None:
                try:
                    value = read(value)
                except ValidationError as error:
                    raise UnfitError(name, _reason(column, value, error)) from error
            elif not column.nullable:
                raise UnfitError(name, "may not be empty")
            document[field] = value
        self._check_id(document["_id"])
        return document

    def _check_id(self, key: Any) -> None:
        """Reject an id that equals ``deleted`` of a live row, or leaves no room for new ids."""
        if isinstance(key, int) and not 0 < key < HIGHEST_ID:
            raise UnfitError(self.key, f"must be above 0 and below 2**53: {key}")
        if key == self._live_value:
            raise UnfitError(self.key, "is the value of deleted in live rows")

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
    """Return an unconverted row, for the checksum of its side."""
    return {column: repr(value) for column, value in sorted(row.items())}


def long_texts(spec: TableSpec) -> list[str]:
    """Return the columns whose text has no maximum length."""
    return [
        name
        for name, column in spec.columns.items()
        if isinstance(column, Text) and not isinstance(column, String)
    ]


def _reason(column: Column, value: Any, error: ValidationError) -> str:
    """Return why a column cannot hold a value; text is never shown because it may be secret."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _why_not_text(bytes(value))
    reason = str(error.messages[0])
    return reason if isinstance(column, Text) else f"{reason}: {_shown(value)}"


def _shown(value: Any) -> str:
    return repr(value)[:SHOWN_OF_A_VALUE]


def _why_not_text(value: bytes) -> str:
    try:
        value.decode()
    except UnicodeDecodeError as error:
        return f"is not UTF-8 text, from byte {error.start + 1} on"
    return "is binary, not text"
