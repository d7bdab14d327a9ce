"""The indexes of a table, as MongoDB is told of them."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING

from nova_docdb.schemas import Index, TableFacts

Specification = tuple[list[tuple[str, int]], dict[str, Any]]


def specification(facts: TableFacts, index: Index) -> Specification:
    """Return the keys and the options that ``create_index`` takes."""
    keys = [("_id" if column == facts.key else column, ASCENDING) for column in index.columns]
    options: dict[str, Any] = {"name": index.name, "unique": index.unique}
    if partial := _partial_filter(facts, index):
        options["partialFilterExpression"] = partial
    return keys, options


def _partial_filter(facts: TableFacts, index: Index) -> dict[str, Any]:
    """Return which documents are in an index, in the few operators that MongoDB allows there."""
    partial: dict[str, Any] = {}
    for name in index.present:
        # Private fields are text.
        lowest = facts.columns[name].lowest if name in facts.columns else ""
        partial[name] = {"$gte": lowest}
    if index.only_deleted:
        partial["deleted"] = {"$gt": facts.live_value}
    return partial
