"""Arguments of ``create_index``, from the indexes of the schemas."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING

from nova_docdb.schemas import Index, TableSpec

Specification = tuple[list[tuple[str, int]], dict[str, Any]]


def specification(spec: TableSpec, index: Index) -> Specification:
    """Return the keys and the options that ``create_index`` takes."""
    keys = [("_id" if column == spec.key else column, ASCENDING) for column in index.columns]
    options: dict[str, Any] = {"name": index.name, "unique": index.unique}
    if partial := _partial_filter(spec, index):
        options["partialFilterExpression"] = partial
    return keys, options


def _partial_filter(spec: TableSpec, index: Index) -> dict[str, Any]:
    """Return the partial filter of an index, in the few operators that MongoDB allows there."""
    partial: dict[str, Any] = {}
    for name in index.present:
        # Private fields are text.
        lowest = spec.columns[name].lowest if name in spec.columns else ""
        partial[name] = {"$gte": lowest}
    if index.only_deleted:
        partial["deleted"] = {"$gt": spec.live_value}
    return partial
