"""The tables as JSON Schema (draft 2020-12): rows as ``nova-docdb rows --json`` prints them."""

from __future__ import annotations

from typing import Any

from nova_docdb.schemas.base import TableSpec
from nova_docdb.schemas.columns import (
    INT64,
    Boolean,
    Cidr,
    Column,
    DateTime,
    Float,
    Integer,
    IntegerOrText,
    IPAddress,
    String,
    Text,
)

DRAFT = "https://json-schema.org/draft/2020-12/schema"

# UTC without a time zone, which "format": "date-time" does not allow.
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?$"

_INTEGER = {"type": "integer", "minimum": INT64[0], "maximum": INT64[-1]}

# The first class that a column is an instance of.
TYPES: tuple[tuple[type[Column], dict[str, Any]], ...] = (
    (Boolean, {"type": "boolean"}),
    (Integer, _INTEGER),
    (Float, {"type": "number"}),
    (DateTime, {"type": "string", "pattern": MOMENT}),
    (IntegerOrText, {"type": ["integer", "string"]}),
    (IPAddress, {"type": "string", "description": "an IPv4 or IPv6 address"}),
    (Cidr, {"type": "string", "description": "an IPv4 or IPv6 network"}),
    (Text, {"type": "string"}),
)


def table_schema(spec: TableSpec, description: str = "") -> dict[str, Any]:
    """Return the JSON Schema of the rows of a table, without its relations.

    :param description: a description of a row
    """
    properties = {name: _column(spec, name, column) for name, column in spec.columns.items()}
    properties |= {name: {"description": rule} for name, rule in spec.computed.items()}
    return {
        "$schema": DRAFT,
        "title": spec.name,
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(spec.columns),
        "x-key": spec.key,
        "x-unique": [list(key.columns) for key in spec.unique_keys],
    }


def _column(spec: TableSpec, name: str, column: Column) -> dict[str, Any]:
    found = dict(next(declared for kind, declared in TYPES if isinstance(column, kind)))
    if column.nullable and name != spec.key:
        kinds = found["type"]
        found["type"] = [*(kinds if isinstance(kinds, list) else [kinds]), "null"]
    if isinstance(column, String):
        # The length is part of the SQL schema; the store does not enforce it.
        found["x-sql-length"] = column.length
    if column.default is not None:
        found["default"] = column.default
    return found
