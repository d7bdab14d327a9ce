"""Related rows, for a whole list at once: one query a relation, whatever the length of the list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import IN_ANY_ORDER, Table, table
from nova_docdb.schemas import Relation, Through

# A query document holds 16 MiB: that many keys of 100 bytes are far from it.
LONGEST_IN = 50_000


def join(
    owner: Table, rows: list[Row], *paths: str, seen: Mapping[str, Filter] | None = None
) -> list[Row]:
    """Put related rows into rows and return these.

    :param paths: names of relations of the table, with dots for relations of relations
    :param seen: for some of the relations, which rows of the other table are seen, in place of
        what the schema says (a context's read_deleted, for the few functions that follow it there)
    """
    for name, deeper in heads(paths).items():
        relation = owner.spec.relations[name]
        related = table(relation.table)
        visible = (seen or {}).get(name)
        if visible is None:
            visible = related.live if relation.live else {}
        _attach(owner, rows, relation, deeper, visible)
    return rows


def _attach(
    owner: Table, rows: list[Row], relation: Relation, deeper: list[str], visible: Filter
) -> None:
    alive = owner.spec.live_value
    keys = [
        None if relation.while_live and row["deleted"] != alive else row[relation.local]
        for row in rows
    ]
    wanted = set(keys) - {None}
    links: dict[Any, list[Any]] = {}
    if relation.through:
        links = _links(relation.through, wanted)
        wanted = {foreign for linked in links.values() for foreign in linked}
    children = _find_by(table(relation.table), relation.foreign, wanted, visible)
    if deeper:
        join(table(relation.table), children, *deeper)
    related = _Related(children, relation.foreign, table(relation.table).spec.key)
    for row, key in zip(rows, keys, strict=True):
        if relation.through:
            found = [child for foreign in links.get(key, ()) for child in related.take(foreign)]
        else:
            found = related.take(key)
        row[relation.name] = found if relation.many else one_of(found)


class _Related:
    """Related rows by their key, handed out so that no two rows of an answer share anything.

    :param rows: in any order; the index that found them has those of a key side by side
    :param column: the key
    :param order: the column by which rows of a key are sorted
    """

    def __init__(self, rows: list[Row], column: str, order: str) -> None:
        self._by_key: dict[Any, list[Row]] = defaultdict(list)
        self._given: set[Any] = set()
        for key, of_key in groupby(rows, itemgetter(column)):
            self._by_key[key] += of_key
        for siblings in self._by_key.values():
            siblings.sort(key=itemgetter(order))

    def take(self, key: Any) -> list[Row]:
        """Return the rows of a key, copies of them where another has them already."""
        rows = self._by_key.get(key)
        if rows is None:
            return []
        if key in self._given:
            return copies(rows)
        self._given.add(key)
        return rows


def _links(through: Through, keys: set[Any]) -> dict[Any, list[Any]]:
    """Return the keys of the other side for each key, each once, lowest first."""
    association = table(through.table)
    links: dict[Any, set[Any]] = defaultdict(set)
    for row in _find_by(association, through.local, keys, association.live):
        links[row[through.local]].add(row[through.foreign])
    return {key: sorted(linked - {None}) for key, linked in links.items()}


def _find_by(related: Table, column: str, keys: set[Any], visible: Filter) -> list[Row]:
    rows: list[Row] = []
    for some in _chunks(keys):
        where = {related.format.field(column): {"$in": some}, **visible}
        rows += related.find(where, sort=IN_ANY_ORDER)
    return rows


def _chunks(keys: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(keys)
    while some := list(islice(rest, LONGEST_IN)):
        yield some


def copies(rows: list[Row]) -> list[Row]:
    """Return the same rows once more: no two rows of an answer share anything."""
    return [
        {
            name: copies(value)
            if isinstance(value, list)
            else copies([value])[0]
            if isinstance(value, dict)
            else value
            for name, value in row.items()
        }
        for row in rows
    ]


def one_of(found: list[Row]) -> Row | None:
    """Return the live row, else the newest deleted one."""
    for row in found:
        if not row["deleted"]:
            return row
    return found[-1] if found else None


def heads(paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the names that paths begin with, each with the rests of its paths."""
    rests: dict[str, list[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        rests.setdefault(head, [])
        if rest:
            rests[head].append(rest)
    return rests
