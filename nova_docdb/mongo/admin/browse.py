"""Rows of any table for operators: live, deleted or archived, by text values of columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError

from nova_docdb import exception
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.batches import batches
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Table, table
from nova_docdb.schemas import TABLES
from nova_docdb.schemas.columns import Boolean, Column

LIVE, DELETED, ARCHIVED = "live", "deleted", "archived"

# Columns with credentials, or with private data of users.
SECRET_COLUMNS: Mapping[str, frozenset[str]] = {
    "block_device_mapping": frozenset({"connection_info"}),
    "cells": frozenset({"password"}),
    "console_pools": frozenset({"password"}),
    "consoles": frozenset({"password"}),
    "instances": frozenset({"user_data"}),
    "volumes": frozenset({"provider_auth"}),
}
# The keys of the parts of an encrypted administrator's password.
SECRET_KEYS = {"instance_system_metadata": "password_"}
MASK = "***"

WORDS = {"true": True, "false": False, "1": True, "0": False}


def rows(
    name: str, where: Mapping[str, str], state: str = LIVE, limit: int | None = None
) -> Iterator[Row]:
    """Yield the rows of a table, by id.

    :param where: columns and the text of their values; empty text matches empty columns
    :param state: ``LIVE``, ``DELETED`` or ``ARCHIVED``
    :param limit: the maximum number of rows; None is unlimited
    :raises InvalidInput: if the table or a column does not exist, if a column cannot hold its
        value, or if rows of the table are not archived
    :raises DBConnectionError: if the store cannot be reached
    """
    if name not in TABLES:
        raise exception.InvalidInput(reason=f"there is no table {name!r}")
    found = table(name)
    filters = _parse_conditions(found, where)
    if state == ARCHIVED:
        if not found.spec.shadow:
            raise exception.InvalidInput(reason=f"rows of {name} are not archived")
        collection = found.spec.shadow_name
    else:
        collection = name
        filters |= found.live if state == LIVE else found.deleted
    return itertools.islice(_found(found, collection, filters, limit), limit)


def masked(name: str, row: Row) -> Row:
    """Return a row with ``MASK`` in place of each value that is secret."""
    secret = SECRET_COLUMNS.get(name, frozenset())
    prefix = SECRET_KEYS.get(name)
    if prefix is not None and str(row.get("key", "")).startswith(prefix):
        secret |= {"value"}
    return {column: MASK if value and column in secret else value for column, value in row.items()}


def _found(found: Table, collection: str, where: Filter, limit: int | None) -> Iterator[Row]:
    if limit is None:
        for batch in batches(collection, where):
            # Converted documents lose their _id, which the next batch needs.
            yield from found.format.rows([dict(document) for document in batch])
        return
    with translated(collection):
        cursor = connection.get_database()[collection].find(where).sort("_id").limit(limit)
        documents = list(cursor) if limit else []
    yield from found.format.rows(documents)


def _parse_conditions(found: Table, where: Mapping[str, str]) -> Filter:
    filters: Filter = {}
    for name, text in where.items():
        column = found.spec.columns.get(name)
        if column is None:
            known = ", ".join(found.spec.columns)
            raise exception.InvalidInput(reason=f"{found.name} has no column {name!r}, but {known}")
        filters[found.format.field(name)] = _value(f"{found.name}.{name}", column, text)
    return filters


def _value(name: str, column: Column, text: str) -> Any:
    if not text:
        return {"$in": [None, ""]} if column.lowest == "" else None
    value = WORDS.get(text.lower(), text) if isinstance(column, Boolean) else text
    try:
        return column.read(value)
    except ValidationError as error:
        raise exception.InvalidInput(reason=f"{name} {error.messages[0]}: {text!r}") from error
