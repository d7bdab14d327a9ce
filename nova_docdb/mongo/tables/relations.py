"""Related rows: those that the relations of the schemas name, put into rows.

A relation means the same however it is followed. For a list, each relation is one query (``$in``,
in chunks), whatever the length of the list. For one row, a single aggregation with a ``$lookup``
for each relation saves the trips. Where ``$lookup`` cannot be used, a row is joined as a list of
one:

- the embedded store has no ``$lookup`` with a pipeline
- in a transaction, servers 5.1 to 7 refuse it on sharded collections (error 3904800)
- one document cannot hold more than 16 MiB of related rows
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, TypeVar

from nova_docdb import exception
from nova_docdb.mongo.store import connection, transactions
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import IN_ANY_ORDER, Table, table
from nova_docdb.schemas import Relation, Through

T = TypeVar("T")

# A query document holds 16 MiB: that many keys of 100 bytes are far from it.
LONGEST_IN = 10_000

# The first list of keys that is asked for, and the most that is read to choose a side.
FEW = 100

# The server's codes of a document that grew beyond 16 MiB.
TOO_LARGE = frozenset({4568, 10334})


def join(
    owner: Table, rows: list[Row], *paths: str, seen: Mapping[str, Filter] | None = None
) -> list[Row]:
    """Put related rows into rows and return these.

    :param paths: names of relations of the table, with dots for relations of relations
    :param seen: for some of the relations, the filter of the related rows, in place of the
        schema's (a context's read_deleted, for the few functions that follow it there)
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
    """Put related rows into a row and return it.

    :param paths: as for ``join``
    """
    if _can_look_up():
        with _unless_too_large():
            columns = {owner.spec.relations[name].local for name in _heads(paths)}
            fields = {"_id": 1, **{owner.format.field(column): 1 for column in columns}}
            where = {"_id": row[owner.spec.key]}
            document = _looked_up(owner, where, paths, {"$project": fields})
            if document is not None:
                return _put(owner, row, document, paths)
    return join(owner, [row], *paths)[0]


def get_joined(owner: Table, where: Filter, *paths: str) -> Row | None:
    """Return the row that a unique key names, with related rows in it, or None.

    :param paths: as for ``join``
    """
    if _can_look_up():
        with _unless_too_large():
            document = _looked_up(owner, where, paths)
            return None if document is None else _joined_row(owner, document, paths)
    row = owner.get(where)
    return None if row is None else join(owner, [row], *paths)[0]


def copies(rows: list[Row]) -> list[Row]:
    """Return copies of rows and of the rows in them: rows of an answer share nothing."""
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


@dataclass(frozen=True)
class Side:
    """One side of a relation between many rows.

    :param column: the column that is equal on both sides
    :param where: which rows of the table are meant
    """

    rows: Table
    column: str
    where: Filter

    def among(self, keys: Iterable[Any]) -> Filter:
        """Return the filter for those of the rows whose column has one of the keys."""
        return {"$and": [self.where, {self.field: {"$in": list(keys)}}]}

    @property
    def field(self) -> str:
        """The name under which the column is stored."""
        return self.rows.format.field(self.column)


def linked(rows: Side, owners: Side, *, whole: bool = False) -> Iterator[list[Row]]:
    """Yield those rows whose column holds a key of one of the owners, a chunk at a time.

    It starts at the side with fewer rows, so the cost follows the smaller one.

    :param owners: no two of them have the same key
    :param whole: whether the rows have all columns, not only the key and the column of the side
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
    """Return the side with fewer rows, or nearly so, without counting the other to its end.

    :param first: a side that is known to have ``FEW`` rows
    """
    limit = FEW
    while True:
        if second.rows.count(second.where, limit) < limit:
            return second
        limit *= 100
        if first.rows.count(first.where, limit) < limit:
            return first


def chunks(items: Iterable[T], first: int | None = None) -> Iterator[list[T]]:
    """Yield items in lists that a query document can hold.

    :param first: the length of the first list, for a caller who may stop early; each list is ten
        times as long as the one before
    """
    rest = iter(items)
    size = first or LONGEST_IN
    while some := list(islice(rest, size)):
        yield some
        size = min(10 * size, LONGEST_IN)


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
    for row in find_by(association, through.local, keys, association.live):
        links[row[through.local]].add(row[through.foreign])
    return {key: sorted(linked - {None}) for key, linked in links.items()}


def find_by(related: Table, column: str, keys: Iterable[Any], where: Filter) -> list[Row]:
    """Return the rows, in any order, whose column has one of the keys.

    :param keys: as they are stored; none of them twice
    :param where: what else must hold of a row
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
    """Yield the key and the column of the side for each row, as the server sends them."""
    with translated(side.rows.name, reads=True):
        for document in side.rows.collection.find(where, {"_id": 1, side.field: 1}):
            yield {side.column: document.get(side.field), side.rows.spec.key: document["_id"]}


# One row: one aggregation


def _can_look_up() -> bool:
    """Tell whether the running call may use ``$lookup``."""
    if connection.is_embedded():
        return False
    return not (transactions.in_transaction() and connection.current().is_cluster)


@contextmanager
def _unless_too_large() -> Iterator[None]:
    try:
        yield
    except exception.DBRowError:
        return  # in steps, the row has a name
    except exception.DBError as error:
        if getattr(error.inner_exception, "code", None) not in TOO_LARGE:
            raise


def _looked_up(
    owner: Table, where: Filter, paths: Iterable[str], *stages: Document
) -> Document | None:
    """Return the document that a filter names, the documents of its relations in it."""
    pipeline: list[Document] = [{"$match": where}, {"$limit": 1}, *stages]
    return next(owner.aggregate(pipeline + _lookups(owner, paths)), None)


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
        # Two empty columns are equal to $lookup; to a relation they are nothing.
        match = {foreign: {"$ne": None}, **(related.live if relation.live else {})}
        sides = {"from": related.name, "localField": local, "foreignField": foreign}
        pipeline = [{"$match": match}, *_lookups(related, deeper)]
        stages.append({"$lookup": {**sides, "pipeline": pipeline, "as": name}})
    return stages


def _joined_row(owner: Table, document: Document, paths: Iterable[str]) -> Row:
    related = {name: document.pop(name) for name in _heads(paths)}
    return _put(owner, owner.format.row(document), related, paths)


def _put(
    owner: Table, row: Row, related: Mapping[str, list[Document]], paths: Iterable[str]
) -> Row:
    """Put documents of relations into a row, as rows."""
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
    """Return the live row, else the newest deleted one."""
    for row in found:
        if not row["deleted"]:
            return row
    return found[-1] if found else None


def _heads(paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the names that paths begin with, each with the rests of its paths."""
    rests: dict[str, list[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        rests.setdefault(head, [])
        if rest:
            rests[head].append(rest)
    return rests
