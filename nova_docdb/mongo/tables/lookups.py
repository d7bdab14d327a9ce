"""The related rows of one row, in one trip to the server.

`joins` asks once a relation, which is cheap for a list. For one row the trips are what it costs:
here one aggregation with a $lookup for each relation brings all of it. The embedded store, whose
$lookup takes no pipeline, and rows with more related rows than one document can hold are joined in
steps; the answers are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import itemgetter

from nova_docdb import exception
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.store.transactions import in_transaction
from nova_docdb.mongo.tables.joins import heads, join, one_of
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Table, table

# The server's codes of a document that grew beyond 16 MiB.
TOO_LARGE = frozenset({4568, 10334})


def get_joined(owner: Table, where: Filter, *paths: str) -> Row | None:
    """Return the row that a unique key names, with related rows in it, or None.

    :param paths: as for ``join``
    """
    if not _takes_steps():
        with _unless_too_large():
            document = _looked_up(owner, where, paths)
            return None if document is None else _joined_row(owner, document, paths)
    row = owner.get(where)
    return None if row is None else join(owner, [row], *paths)[0]


def join_one(owner: Table, row: Row, *paths: str) -> Row:
    """Put related rows into a row and return it.

    :param paths: as for ``join``
    """
    if not _takes_steps():
        with _unless_too_large():
            columns = {owner.spec.relations[name].local for name in heads(paths)}
            fields = {"_id": 1, **{owner.format.field(column): 1 for column in columns}}
            where = {"_id": row[owner.spec.key]}
            document = _looked_up(owner, where, paths, {"$project": fields})
            if document is not None:
                return _put(owner, row, document, paths)
    return join(owner, [row], *paths)[0]


def _takes_steps() -> bool:
    """Tell whether the store refuses the aggregation.

    A cluster of MongoDB 5.1 to 7 takes no $lookup of a sharded collection in a transaction.
    """
    opened = connection.current()
    return opened.store is not None or (in_transaction() and opened.is_cluster)


@contextmanager
def _unless_too_large() -> Iterator[None]:
    try:
        yield
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
    for name, deeper in heads(paths).items():
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
    related = {name: document.pop(name) for name in heads(paths)}
    return _put(owner, owner.format.row(document), related, paths)


def _put(
    owner: Table, row: Row, related: Mapping[str, list[Document]], paths: Iterable[str]
) -> Row:
    """Put documents of relations into a row, as rows."""
    alive = row["deleted"] == owner.spec.live_value
    for name, deeper in heads(paths).items():
        relation = owner.spec.relations[name]
        other = table(relation.table)
        documents = related[name] if alive or not relation.while_live else []
        found = [_joined_row(other, document, deeper) for document in documents]
        found.sort(key=itemgetter(other.spec.key))
        row[name] = found if relation.many else one_of(found)
    return row
