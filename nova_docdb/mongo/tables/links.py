"""Rows related through a column: lookups by many keys, in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.reads import IN_ANY_ORDER
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Table

T = TypeVar("T")

# With this many keys of 100 bytes, a command is far from 16 MiB.
LONGEST_IN = 10_000

# The length of the first list of keys; a side with fewer rows is small.
FEW = 100


@dataclass(frozen=True)
class Side:
    """One side of a relation between two sets of rows.

    :param rows: the table
    :param column: the column that is equal on both sides
    :param where: the filter for the rows of the set
    """

    rows: Table
    column: str
    where: Filter

    def among(self, keys: Iterable[Any]) -> Filter:
        """Return the filter for the rows of the set whose column has one of the keys."""
        return {"$and": [self.where, {self.field: {"$in": list(keys)}}]}

    @property
    def field(self) -> str:
        """The field of the column in documents."""
        return self.rows.format.field(self.column)


def linked(rows: Side, owners: Side, *, whole: bool = False) -> Iterator[list[Row]]:
    """Yield the rows whose column has the key of one of the owners, in chunks.

    The query starts at the side with fewer rows, so the cost depends on the smaller side.

    :param owners: rows with distinct keys
    :param whole: whether to return all columns, not only the primary key and the column of the side
    """
    first = list(owners.rows.values(owners.column, owners.where, FEW))
    if len(first) < FEW:
        yield _found(rows, rows.among(first), whole=whole)
    elif fewer(owners, rows) is owners:
        for keys in chunks(owners.rows.values(owners.column, owners.where)):
            yield _found(rows, rows.among(keys), whole=whole)
    else:
        for some in chunks(_documents(rows, rows.where)):
            among = owners.among({row[rows.column] for row in some})
            known = set(owners.rows.values(owners.column, among))
            found = [row for row in some if row[rows.column] in known]
            by_id = {"_id": {"$in": [row[rows.rows.spec.key] for row in found]}}
            yield _found(rows, by_id, whole=True) if whole else found


def fewer(first: Side, second: Side) -> Side:
    """Return the side with fewer rows, approximately, without counting the larger one.

    :param first: a side that has at least ``FEW`` rows
    """
    limit = FEW
    while True:
        if second.rows.count(second.where, limit) < limit:
            return second
        limit *= 100
        if first.rows.count(first.where, limit) < limit:
            return first


def chunks(items: Iterable[T], first: int | None = None) -> Iterator[list[T]]:
    """Yield items in lists that fit into a query.

    :param first: the length of the first list, for a caller that may stop early; each list is ten
        times as long as the one before
    """
    rest = iter(items)
    size = first or LONGEST_IN
    while some := list(islice(rest, size)):
        yield some
        size = min(10 * size, LONGEST_IN)


def find_by(related: Table, column: str, keys: Iterable[Any], where: Filter) -> list[Row]:
    """Return the rows, in any order, whose column has one of the keys.

    :param keys: distinct stored values
    :param where: a further filter
    """
    rows: list[Row] = []
    for some in chunks(keys):
        rows += related.find(
            {related.format.field(column): {"$in": some}, **where}, sort=IN_ANY_ORDER
        )
    return rows


def _found(side: Side, where: Filter, *, whole: bool) -> list[Row]:
    if whole:
        return side.rows.find(where, sort=IN_ANY_ORDER)
    return list(_documents(side, where))


def _documents(side: Side, where: Filter) -> Iterator[Row]:
    """Yield the primary key and the column of the side for each row."""
    with translated(side.rows.name, reads=True):
        for document in side.rows.collection.find(where, {"_id": 1, side.field: 1}):
            yield {side.column: document.get(side.field), side.rows.spec.key: document["_id"]}
