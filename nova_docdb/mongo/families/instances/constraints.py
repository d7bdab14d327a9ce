"""Conditions under which instance_destroy deletes an instance.

They become part of the filter of the deletion, so that check and deletion are one atomic step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nova_docdb import exception
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.tables.table import Table


@dataclass(frozen=True)
class Condition:
    """A condition on a column.

    :param values: the values to compare with; None is an empty column
    :param wanted: whether the column must equal one of them, or none of them
    """

    values: tuple[Any, ...]
    wanted: bool

    def filter(self, table: Table, column: str) -> Filter:
        """Return the filter for the rows that meet the condition."""
        among = table.any_of(column, self.values)
        return among if self.wanted else {"$nor": [among]}


@dataclass(frozen=True)
class Constraint:
    """Conditions by column, all of which must be met."""

    conditions: Mapping[str, Any]

    def filters(self, table: Table) -> list[Filter]:
        """Return the filters that the rows must meet.

        :raises InvalidInput: if the table lacks a column, or a value is not a condition
        """
        return [self._filter(table, *item) for item in self.conditions.items()]

    @staticmethod
    def _filter(table: Table, column: str, condition: Any) -> Filter:
        if column not in table.spec.columns:
            raise exception.InvalidInput(
                reason=f"constraint: {table.name} has no column {column!r}"
            )
        if not isinstance(condition, Condition):
            raise exception.InvalidInput(
                reason=f"constraint: {column} takes equal_any() or not_equal(), not {condition!r}"
            )
        return condition.filter(table, column)


def constraint(**conditions: Any) -> Constraint:
    return Constraint(conditions)


def equal_any(*values: Any) -> Condition:
    return Condition(values, wanted=True)


def not_equal(*values: Any) -> Condition:
    return Condition(values, wanted=False)
