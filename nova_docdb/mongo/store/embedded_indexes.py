"""Ordered indexes over the documents of a collection in the embedded store.

An index is a sorted list of keys, where a server has a B-tree. A key consists of the values of the
index's fields and, last, the document's ``_id``. An index returns the candidates of a filter: the
documents with equal values in its leading fields and a value in a range in the next one, in the
order of the other fields. mongomock decides which of these candidates match.

Documents are replaced, never changed in place, so copies of the contents share them.
"""

from __future__ import annotations

import operator
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

Document = dict[str, Any]

# The place of a value in the sort order: the rank of its type, then the value. A key is a sequence
# of places.
Key = tuple[Any, ...]

# The order of types in MongoDB. Values of other types (a list, a dict, ...) have no place here.
RANKS = {type(None): 5, int: 10, float: 10, str: 15, bool: 40, datetime: 45}
LAST = (99,)

# Fields and directions, as a cursor's ``sort`` takes them.
Order = Sequence[tuple[str, int]]
BY_ID: Order = (("_id", 1),)

COMPARISONS = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}
# Operators that never raise if their argument has a place, or is a list of values that have one.
HARMLESS = COMPARISONS.keys() | {"$eq", "$exists", "$in", "$ne", "$nin"}


def place(value: Any) -> Key | None:
    """Return the place of a value, or None if it has none."""
    rank = RANKS.get(type(value))
    if rank is None or value != value:  # noqa: PLR0124 - NaN is not equal to itself
        return None
    return (rank, 0 if value is None else value)


def _equal_places(value: Any) -> list[Key]:
    """Return the places of all values that mongomock treats as equal: False is 0, and True is 1."""
    if type(value) in {bool, int, float} and value in {0, 1}:
        return [(10, int(value)), (40, bool(value))]
    found = place(value)
    return [] if found is None else [found]


@dataclass
class Conditions:
    """The conditions of a filter on single fields.

    :ivar equal: the places that a field may have
    :ivar between: operators of comparison and their places
    :ivar either: for each ``$or`` the conditions of its branches
    :ivar complete: whether the whole filter was parsed. The rest of any other filter may raise, so
        it must be compared with every document that meets the conditions before it.
    """

    equal: dict[str, list[Key]] = field(default_factory=dict)
    between: dict[str, list[tuple[str, Key]]] = field(default_factory=dict)
    either: list[list[Conditions]] = field(default_factory=list)
    complete: bool = True


def conditions(where: Any) -> Conditions:
    """Return the conditions of a filter, as far as an index can serve them."""
    found = Conditions()
    found.complete = _parse_filter(where, found)
    for name in found.equal.keys() & found.between.keys():
        # Many documents lack the value that a partial index requires: they are not candidates.
        between = found.between[name]
        found.equal[name] = [
            at
            for at in found.equal[name]
            if all(
                at[0] == limit[0] and COMPARISONS[operator](at, limit)
                for operator, limit in between
            )
        ]
    return found


def _parse_filter(where: Any, found: Conditions) -> bool:
    """Parse a filter in the order of its evaluation; stop and return False if it cannot go on."""
    if not isinstance(where, dict):
        return False
    return all(_parse_field(name, asked, found) for name, asked in where.items())


def _parse_field(name: str, asked: Any, found: Conditions) -> bool:
    if name.startswith("$"):
        return _parse_logical(name, asked, found)
    if not isinstance(asked, dict):
        asked = {"$eq": asked}
    if not asked or not asked.keys() <= HARMLESS:
        return False
    return all(_parse_operator(name, sign, value, found) for sign, value in asked.items())


def _parse_logical(name: str, asked: Any, found: Conditions) -> bool:
    if name not in {"$and", "$or", "$nor"} or not isinstance(asked, list) or not asked:
        return False
    if name == "$and":
        return all(_parse_filter(inner, found) for inner in asked)
    branches = [conditions(inner) for inner in asked]
    if name == "$or":
        found.either.append(branches)
    return all(branch.complete for branch in branches)


def _parse_operator(name: str, sign: str, value: Any, found: Conditions) -> bool:
    members = value if sign in {"$in", "$nin"} else [value]
    if not isinstance(members, list) or any(place(member) is None for member in members):
        return False
    if sign in {"$eq", "$in"}:
        found.equal[name] = sorted({at for member in members for at in _equal_places(member)})
    elif sign in COMPARISONS:
        found.between.setdefault(name, []).append((sign, place(value) or ()))
    return True


@dataclass
class Span:
    """A range of an index whose keys share a prefix.

    :ivar prefix: the common prefix
    :ivar start: the position of the first key
    :ivar stop: the position after the last key
    """

    prefix: Key
    start: int
    stop: int


class Index:
    """A sorted list of the keys of a collection's documents.

    :param fields: the names of its fields, without dots
    """

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        self.keys: list[Key] = []
        # Documents with a value that has no place are candidates for every filter.
        self.others: dict[Any, None] = {}

    def copy(self) -> Index:
        """Return a copy over the same documents."""
        other = Index(self.fields)
        other.keys = self.keys.copy()
        other.others = self.others.copy()
        return other

    def key(self, document: Document) -> Key | None:
        """Return the key of a document, or None if one of its values has no place."""
        key: Key = ()
        for name in self.fields:
            at = place(document.get(name))
            if at is None:
                return None
            key += at
        if self.fields[-1] == "_id":
            return key
        at = place(document["_id"])
        return None if at is None else key + at

    def replace(self, identity: Any, old: Document | None, new: Document | None) -> None:
        """Replace a document by another one with the same ``_id``; None is an absent one."""
        before = None if old is None else self.key(old)
        after = None if new is None else self.key(new)
        if before is not None and before != after:
            del self.keys[bisect_left(self.keys, before)]
        if after is not None and before != after:
            insort(self.keys, after)
        self.others.pop(identity, None)
        if new is not None and after is None:
            self.others[identity] = None

    def spans(self, asked: Conditions) -> tuple[list[Span], int]:
        """Return the spans of the candidates, and how many leading fields are equal in each."""
        spans = [Span((), 0, len(self.keys))]
        for depth, name in enumerate(self.fields):
            places = asked.equal.get(name)
            if places is None:
                between = asked.between.get(name, ())
                return [self._between(span, between) for span in spans] if between else spans, depth
            spans = [
                inner
                for span in spans
                for at in places
                if (inner := self._beginning(span, at)).start < inner.stop
            ]
        return spans, len(self.fields)

    def sorts(self, spans: list[Span], depth: int, order: Order) -> bool:
        """Return whether the candidates are sorted in an order, or in its reverse."""
        if len(spans) > 1 or self.others or not order or order[-1][0] != "_id":
            return False
        if len({direction for _, direction in order}) > 1:
            return False
        # All candidates have the same values in the leading fields.
        same, rest = self.fields[:depth], (*self.fields[depth:], "_id")
        wanted = tuple(name for name, _ in order if name not in same)
        return rest[: len(wanted)] == wanted

    def _beginning(self, span: Span, at: Key) -> Span:
        prefix = span.prefix + at
        start = bisect_left(self.keys, prefix, span.start, span.stop)
        return Span(prefix, start, bisect_left(self.keys, prefix + LAST, start, span.stop))

    def _between(self, span: Span, between: Iterable[tuple[str, Key]]) -> Span:
        start, stop = span.start, span.stop
        for sign, at in between:
            # A comparison matches values of its own type only.
            lowest, highest = span.prefix + at[:1], (*span.prefix, at[0] + 1)
            if sign == "$gt":
                lowest = span.prefix + at + LAST
            elif sign == "$gte":
                lowest = span.prefix + at
            elif sign == "$lt":
                highest = span.prefix + at
            else:
                highest = span.prefix + at + LAST
            start = bisect_left(self.keys, lowest, start, stop)
            stop = bisect_left(self.keys, highest, start, stop)
        return Span(span.prefix, start, stop)


@dataclass
class Plan:
    """How the candidates of a filter are found.

    :ivar index: the index to use; None for a scan
    :ivar spans: the ranges of the index; documents without a place are candidates too
    :ivar is_sorted: whether the candidates are in the requested order
    :ivar cost: a number that compares plans
    """

    index: Index | None
    spans: list[Span]
    is_sorted: bool
    cost: int


class Contents:
    """The documents of a collection and its indexes."""

    def __init__(self) -> None:
        self.documents: dict[Any, Document] = {}
        self._indexes: dict[tuple[str, ...], Index] = {("_id",): Index(("_id",))}
        # The order of insertion, in which a scan returns the documents.
        self._arrivals: dict[Any, int] = {}
        self._arrived = 0
        # Whether documents were inserted in the order of their ids.
        self._ascending = True

    def copy(self) -> Contents:
        """Return a copy that shares the documents."""
        other = Contents()
        other.documents = self.documents.copy()
        other._indexes = {fields: index.copy() for fields, index in self._indexes.items()}
        other._arrivals = self._arrivals.copy()
        other._arrived = self._arrived
        other._ascending = self._ascending
        return other

    def emptied(self) -> Contents:
        """Return empty contents with the same indexes."""
        other = Contents()
        other._indexes = {fields: Index(fields) for fields in self._indexes}
        return other

    def add_index(self, fields: tuple[str, ...]) -> None:
        """Add an index over these fields, unless there is one."""
        if fields in self._indexes or any("." in name for name in fields):
            return
        index = self._indexes[fields] = Index(fields)
        for identity, document in self.documents.items():
            index.replace(identity, None, document)

    def put(self, identity: Any, document: Document) -> None:
        """Insert a document, or replace the one with the same ``_id``."""
        old = self.documents.get(identity)
        if old is None:
            self._arrived += 1
            self._arrivals[identity] = self._arrived
            self._ascending = self._ascending and self._is_highest(document)
        self.documents[identity] = document
        for index in self._indexes.values():
            index.replace(identity, old, document)

    def remove(self, identity: Any) -> None:
        """Remove a document.

        :raises KeyError: if it does not exist
        """
        old = self.documents.pop(identity)
        del self._arrivals[identity]
        for index in self._indexes.values():
            index.replace(identity, old, None)

    def candidates(self, asked: Conditions, order: Order = ()) -> tuple[Iterable[Document], bool]:
        """Return the candidates of a filter, and whether they are in the requested order.

        Without an order they come in the order of insertion. Later changes do not affect the
        result, unless an order was requested.
        """
        wanted = order or (BY_ID if self._ascending else ())
        plan = self._cheapest(asked, wanted)
        for branches in asked.either:
            plans = [self._cheapest(branch) for branch in branches]
            if sum(branch.cost for branch in plans) < plan.cost:
                identities = dict.fromkeys(chain.from_iterable(map(self._identities, plans)))
                return self._as_scanned(identities), False
        if plan.index is None:
            return list(self.documents.values()), False
        if not plan.is_sorted:
            return self._as_scanned(self._identities(plan)), False
        found = self._along(plan.index, plan.spans, descending=wanted[0][1] < 0)
        return (found, True) if order else (list(found), False)

    def _cheapest(self, asked: Conditions, order: Order = ()) -> Plan:
        """Return the plan with the fewest candidates; sorted ones may be twice as many."""
        best = Plan(None, [], is_sorted=False, cost=2 * len(self.documents))
        for index in self._indexes.values():
            spans, depth = index.spans(asked)
            is_sorted = index.sorts(spans, depth, order)
            count = sum(span.stop - span.start for span in spans) + len(index.others)
            cost = count if is_sorted else 2 * count
            if cost < best.cost:
                best = Plan(index, spans, is_sorted, cost)
            if count <= 1:
                break
        return best

    def _identities(self, plan: Plan) -> Iterable[Any]:
        """Return the ids of the candidates of a plan, in no order."""
        if plan.index is None:
            return self.documents
        keys = plan.index.keys
        spans = (keys[span.start : span.stop] for span in plan.spans)
        return chain((key[-1] for key in chain.from_iterable(spans)), plan.index.others)

    def _along(self, index: Index, spans: list[Span], *, descending: bool) -> Iterator[Document]:
        for span in spans:
            positions = range(span.start, span.stop)
            for position in reversed(positions) if descending else positions:
                yield self.documents[index.keys[position][-1]]

    def _as_scanned(self, identities: Iterable[Any]) -> list[Document]:
        """Return documents in the order of insertion."""
        ordered = sorted(identities, key=self._arrivals.__getitem__)
        return [self.documents[identity] for identity in ordered]

    def _is_highest(self, document: Mapping[str, Any]) -> bool:
        at = place(document["_id"])
        keys = self._indexes[("_id",)].keys
        return at is not None and (not keys or keys[-1] < at)
