"""Conversion between rows, which callers pass and get, and stored documents.

A document has a field for every column, ``_id`` in place of the primary key, and sometimes private
fields, whose names start with an underscore and which callers never see.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import bson
from marshmallow import ValidationError

from nova_docdb import clock, exception
from nova_docdb.config import CONF
from nova_docdb.mongo.store.documents import LARGEST_DOCUMENT, Document, Filter
from nova_docdb.mongo.store.errors import row_too_large
from nova_docdb.mongo.tables.computed import COMPUTED
from nova_docdb.schemas import TableSpec
from nova_docdb.schemas.columns import NOTHING, BigInteger, Column, Integer

LOG = logging.getLogger(__name__)

Row = dict[str, Any]

HIGHEST_ID = 2**53

# The size of a document is only computed if it has a text longer than this.
LONG_TEXT = 2**18

# If the long texts of an update have more characters in total, they are not compared.
MOST_COMPARED = 2**22


class RowFormat:
    """The conversion in both directions for one table, prepared from its schema."""

    def __init__(self, spec: TableSpec) -> None:
        self.spec = spec
        # The order of the fields after _id has become the key. Documents of ours always have it;
        # another order means that another tool changed the document.
        self._order = (*(name for name in spec.columns if name != spec.key), spec.key)
        self._private = tuple(spec.private)
        self._wide = [name for name, c in spec.columns.items() if isinstance(c, BigInteger)]
        self._compute = COMPUTED.get(spec.name)
        self._plain = {name for name in spec.columns if name != spec.key}
        # The keys that a caller may pass: columns, and the other keys of rows.
        self._known = {
            *spec.columns,
            *(name.lstrip("_") for name in spec.relations),
            *spec.computed,
            *spec.accepted,
        }

    def field(self, column: str) -> str:
        """Return the name under which a column is stored."""
        return "_id" if column == self.spec.key else column

    def document(self, values: Mapping[str, Any]) -> Document:
        """Return the document of a new row, with ``_id`` only if the caller passes the key.

        :raises InvalidInput: if a column cannot hold its value
        :raises DBError: if a column that is not nullable is empty
        """
        self._drop_unknown(values)
        document: Document = {}
        for name, column in self.spec.columns.items():
            value = values.get(name)
            value = column.default if value is None else self._converted(name, column, value)
            if name == self.spec.key:
                if value is not None:
                    document["_id"] = self._checked_id(value)
                elif not isinstance(column, Integer):
                    raise self._empty(name)
                continue
            if value is None and not column.nullable:
                raise self._empty(name)
            document[name] = value
        if document["created_at"] is None:
            document["created_at"] = clock.utcnow()
        self._require_size(document)
        return document

    def changes(self, values: Mapping[str, Any]) -> Document:
        """Return the fields that an update sets, without the key, which cannot change.

        :raises InvalidInput: if a column cannot hold its value
        :raises DBError: if a column that is not nullable would be empty
        """
        self._drop_unknown(values)
        changes: Document = {}
        for name in values:
            if name not in self._plain:
                continue
            column, value = self.spec.columns[name], values[name]
            if value is not None:
                value = self._converted(name, column, value)
            elif not column.nullable:
                raise self._empty(name)
            changes[name] = value
        return changes

    def comparable(self, changes: Document) -> Document | None:
        """Return the changes, or None if their values are too long to be in an update twice."""
        long = sum(len(v) for v in changes.values() if isinstance(v, str) and len(v) > LONG_TEXT)
        return changes if long <= MOST_COMPARED else None

    def row(self, document: Document) -> Row:
        """Return the row of a document. The document is modified in place."""
        return self.rows([document])[0]

    def rows(self, documents: list[Document]) -> list[Row]:
        """Return the rows of documents. The documents are modified in place.

        :raises DBRowError: if a document lacks a column, or has a value that the column cannot hold
        """
        try:
            return self._rows(documents)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            self.require_fitting(documents)
            raise

    def require_fitting(self, documents: Iterable[Document]) -> None:
        """Raise for the first document or row that has a fault.

        :raises DBRowError: with the fault
        """
        for document in documents:
            if fault := self.fault(document):
                raise exception.DBRowError(f"{self.spec.name} {fault}")

    def fault(self, document: Mapping[str, Any]) -> str | None:
        """Return why a document, or a row, is not a valid row of the table; None if it is.

        The text contains the id and the field, but no value.
        """
        key = self.spec.key
        row = {key if name == "_id" else name: value for name, value in document.items()}
        row_id = exception.shown(row.get(key))
        unknown = [n for n in row if n not in self.spec.columns and not n.startswith("_")]
        aside = f" and has an unknown field {exception.shown(unknown[0])}" if unknown else ""
        for name, column in self.spec.columns.items():
            if name not in row:
                return f"{row_id} lacks the field {name!r}{aside}"
            if reason := column.misfit(row[name]):
                return f"{row_id}: {name} {reason}"
        if row["deleted"] is None:
            return f"{row_id}: deleted is empty: the row is neither live nor deleted"
        return f"{row_id}{aside.removeprefix(' and')}" if unknown else None

    def _rows(self, documents: list[Document]) -> list[Row]:
        key, order = self.spec.key, self._order
        for position, document in enumerate(documents):
            document[key] = document.pop("_id")
            for name in self._private:
                document.pop(name, None)
            if tuple(document) != order:
                documents[position] = self._filled(document)
        if self._wide:
            for row in documents:
                # The driver returns integers of 64 bits as bson.Int64.
                row.update((name, int(row[name])) for name in self._wide if row[name] is not None)
        if self._compute:
            self._compute(documents)
        return documents

    def changed(self, row: Row, changes: Document) -> Row:
        """Return a row after changes of its columns."""
        # Computed keys depend on columns only.
        stored = {name: row[name] for name in self.spec.columns}
        changed = {**stored, **changes}
        if self._compute:
            self._compute([changed])
        return changed

    def equals(self, columns: Mapping[str, Any]) -> Filter:
        """Return the filter for rows with exactly these values.

        A value that the column cannot hold matches nothing; None matches empty columns.
        """
        return {self.field(name): self._operand(name, value) for name, value in columns.items()}

    def any_of(self, column: str, values: Iterable[Any]) -> Filter:
        """Return the filter for rows with any of these values in a column."""
        match = self.spec.columns[column].match
        stored = {value for value in map(match, values) if value is not NOTHING}
        return {self.field(column): {"$in": list(stored)}}

    def _filled(self, row: Row) -> Row:
        """Return a row with every column and no other key.

        :raises DBRowError: if it lacks a column and has an unknown field, which may be the same one
            renamed
        """
        unknown = row.keys() - self.spec.columns.keys()
        missing = self.spec.columns.keys() - row.keys()
        if missing and unknown:
            self.require_fitting([row])
        for name in unknown:
            LOG.warning("%s %s has a field %r", self.spec.name, row[self.spec.key], name)
        return {name: row.get(name) for name in self.spec.columns} if missing or unknown else row

    def _operand(self, name: str, value: Any) -> Any:
        stored = self.spec.columns[name].match(value)
        return {"$in": []} if stored is NOTHING else stored

    def _converted(self, name: str, column: Column, value: Any) -> Any:
        try:
            return column.read(value)
        except ValidationError as error:
            raise exception.InvalidInput(
                reason=f"{self.spec.name}.{name} {error.messages[0]}: {exception.shown(value)}"
            ) from error

    def _checked_id(self, key: Any) -> Any:
        """Return an id that a caller chose for a new row.

        0 is not allowed because ``deleted`` is 0 in live rows. Ids above the limit would leave no
        range for later ones.

        :raises InvalidInput: if the id is out of range
        """
        if isinstance(key, int) and not 0 < key < HIGHEST_ID:
            raise exception.InvalidInput(
                reason=f"{self.spec.name}.{self.spec.key} must be above 0 and below 2**53: {key}"
            )
        return key

    def _require_size(self, document: Document) -> None:
        """Raise for a document that is too large for MongoDB.

        :raises InvalidInput: if the document is too large
        """
        if not any(v.__class__ is str and len(v) > LONG_TEXT for v in document.values()):
            return
        if len(bson.encode(document)) > LARGEST_DOCUMENT:
            raise row_too_large(self.spec.name)

    def _empty(self, name: str) -> exception.DBError:
        return exception.DBError(f"{self.spec.name}.{name} may not be empty")

    def _drop_unknown(self, values: Mapping[str, Any]) -> None:
        if not isinstance(values, Mapping):
            raise exception.InvalidInput(
                reason=f"{self.spec.name}: values must be a mapping, not {type(values).__name__}"
            )
        unknown = values.keys() - self._known
        if not unknown:
            return
        if CONF.mongo.strict:
            names = ", ".join(sorted(f"{exception.shown(name)}" for name in unknown))
            raise exception.InvalidInput(
                reason=f"{self.spec.name} has no column {names} ([mongo] strict is set)"
            )
        for name in unknown:
            LOG.debug("%s has no column %r: dropped", self.spec.name, name)
