"""Joins: the related rows of the schemas' relations, added to rows.

There are two ways with the same result. For a list of rows, each relation is one query (``$in``, in
chunks). For one row, a single aggregation with a ``$lookup`` for each relation saves round trips.
If ``$lookup`` cannot be used, a row is joined as a list of one:

- the embedded store has no ``$lookup`` with a pipeline
- in a transaction, servers 5.1 to 7 refuse it on sharded collections (error 3904800)
- a document cannot hold more than 16 MiB of related rows
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

from nova_docdb import exception
from nova_docdb.mongo.store import confirmations, connection, transactions
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.snapshots import UNAVAILABLE
from nova_docdb.mongo.tables.links import find_by
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Table, table
from nova_docdb.schemas import Relation, Through

# The server's codes for a document larger than 16 MiB.
TOO_LARGE = frozenset({4568, 10334})


def join(
    owner: Table, rows: list[Row], *paths: str, seen: Mapping[str, Filter] | None = None
) -> list[Row]:
    """Add related rows to rows, in place, and return these.

    :param paths: names of relations of the table, with dots for relations of relations
    :param seen: filters of the related rows by relation, in place of the schema's (for the few
        functions that apply a context's read_deleted to them)
    """
    for name, deeper in _heads(paths).items():
        relation = owner.spec.relations[name]
        related = table(relation.table)
        visible = (seen or {}).get(name)
        if visible is None:
            visible = related.live if relation.live else {}
        _attach(owner, rows, relation, deeper, visible)
    return rows


def join_one(owner: Table, row: Row, *paths: str) -> Row:
    """Add related rows to a row and return it.

    On a replica set, a call that has changed the row outside a transaction reads the related rows
    as they were right after that.

    :param paths: as for ``join``
    """
    if _can_look_up():
        at = confirmations.right_after_write()
        with _unless(TOO_LARGE | UNAVAILABLE if at else TOO_LARGE):
            columns = {owner.spec.relations[name].local for name in _heads(paths)}
            fields = {"_id": 1, **{owner.format.field(column): 1 for column in columns}}
            where = {"_id": row[owner.spec.key]}
            document = _aggregated(owner, where, paths, {"$project": fields}, **at)
            if document is not None:
                return _with_related(owner, row, document, paths)
    return join(owner, [row], *paths)[0]


def get_joined(owner: Table, where: Filter, *paths: str) -> Row | None:
    """Return the row of a unique key with its related rows, or None.

    :param paths: as for ``join``
    """
    if _can_look_up():
        with _unless(TOO_LARGE):
            document = _aggregated(owner, where, paths)
            return None if document is None else _joined_row(owner, document, paths)
    row = owner.get(where)
    return None if row is None else join(owner, [row], *paths)[0]


def copies(rows: list[Row]) -> list[Row]:
    """Return deep copies of rows: a caller may change one row of a result without another."""
    return [copy(row) for row in rows]


def copy(row: Row) -> Row:
    """Return a deep copy of a row."""
    copied = dict(row)
    for name, value in row.items():
        # Columns are scalars; a list has related rows, a dict is one.
        if isinstance(value, (list, dict)):
            copied[name] = copies(value) if isinstance(value, list) else copy(value)
    return copied


# A list: one query a relation


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
    children = find_by(table(relation.table), relation.foreign, wanted, visible)
    if deeper:
        join(table(relation.table), children, *deeper)
    related = _Related(children, relation.foreign, table(relation.table).spec.key)
    for row, key in zip(rows, keys, strict=True):
        if relation.through:
            found = [child for foreign in links.get(key, ()) for child in related.take(foreign)]
        else:
            found = related.take(key)
        row[relation.name] = found if relation.many else _one_of(found)


class _Related:
    """Related rows by key; no two rows of a result share one.

    :param rows: the rows, in any order
    :param column: the column of the key
    :param order: the column by which rows with the same key are sorted
    """

    def __init__(self, rows: list[Row], column: str, order: str) -> None:
        self._by_key: dict[Any, list[Row]] = defaultdict(list)
        self._taken: set[Any] = set()
        for key, of_key in groupby(rows, itemgetter(column)):
            self._by_key[key] += of_key
        for siblings in self._by_key.values():
            siblings.sort(key=itemgetter(order))

    def take(self, key: Any) -> list[Row]:
        """Return the rows of a key; copies of them from the second call on."""
        rows = self._by_key.get(key)
        if rows is None:
            return []
        if key in self._taken:
            return copies(rows)
        self._taken.add(key)
        return rows


def _links(through: Through, keys: set[Any]) -> dict[Any, list[Any]]:
    """Return the distinct keys of the other side for each key, in ascending order."""
    association = table(through.table)
    links: dict[Any, set[Any]] = defaultdict(set)
    for row in find_by(association, through.local, keys, association.live):
        links[row[through.local]].add(row[through.foreign])
    return {key: sorted(linked - {None}) for key, linked in links.items()}


# One row: one aggregation


def _can_look_up() -> bool:
    """Return whether the running call may use ``$lookup``."""
    if connection.is_embedded():
        return False
    return not (transactions.in_transaction() and connection.current().is_cluster)


@contextmanager
def _unless(codes: frozenset[int]) -> Iterator[None]:
    """End a block early on an error that the join by queries avoids.

    :param codes: the server's codes of such errors
    """
    try:
        yield
    except exception.DBRowError:
        return  # the join by queries raises again and names the row
    except exception.DBError as error:
        if getattr(error.inner_exception, "code", None) not in codes:
            raise


def _aggregated(
    owner: Table, where: Filter, paths: Iterable[str], *stages: Document, **options: Any
) -> Document | None:
    """Return the document of a unique key with the documents of its relations, or None."""
    pipeline: list[Document] = [{"$match": where}, {"$limit": 1}, *stages]
    return next(owner.aggregate(pipeline + _lookups(owner, paths), **options), None)


def _lookups(owner: Table, paths: Iterable[str]) -> list[Document]:
    stages: list[Document] = []
    for name, deeper in _heads(paths).items():
        relation = owner.spec.relations[name]
        related = table(relation.table)
        local = owner.format.field(relation.local)
        if through := relation.through:
            links = {"from": through.table, "localField": local, "foreignField": through.local}
            live = {"$match": table(through.table).live}
            stages.append({"$lookup": {**links, "pipeline": [live], "as": name}})
            local = f"{name}.{through.foreign}"
        foreign = related.format.field(relation.foreign)
        # $lookup treats two empty columns as equal; a relation does not.
        match = {foreign: {"$ne": None}, **(related.live if relation.live else {})}
        sides = {"from": related.name, "localField": local, "foreignField": foreign}
        pipeline = [{"$match": match}, *_lookups(related, deeper)]
        stages.append({"$lookup": {**sides, "pipeline": pipeline, "as": name}})
    return stages


def _joined_row(owner: Table, document: Document, paths: Iterable[str]) -> Row:
    related = {name: document.pop(name) for name in _heads(paths)}
    return _with_related(owner, owner.format.row(document), related, paths)


def _with_related(
    owner: Table, row: Row, related: Mapping[str, list[Document]], paths: Iterable[str]
) -> Row:
    """Convert the documents of relations to rows, add them to a row and return it."""
    alive = row["deleted"] == owner.spec.live_value
    for name, deeper in _heads(paths).items():
        relation = owner.spec.relations[name]
        other = table(relation.table)
        documents = related[name] if alive or not relation.while_live else []
        found = [_joined_row(other, document, deeper) for document in documents]
        found.sort(key=itemgetter(other.spec.key))
        row[name] = found if relation.many else _one_of(found)
    return row


# Both


def _one_of(found: list[Row]) -> Row | None:
    """Return the live row, else the newest deleted one, else None."""
    for row in found:
        if not row["deleted"]:
            return row
    return found[-1] if found else None


def _heads(paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the first names of paths, each with the rests of its paths."""
    rests: dict[str, list[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        rests.setdefault(head, [])
        if rest:
            rests[head].append(rest)
    return rests
