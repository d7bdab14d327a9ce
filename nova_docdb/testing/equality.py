"""Compare two runs up to a consistent renaming of ids, times and uuids.

A run is reduced to a canonical form, in which a color replaces each generated value: a hash of the
places where the value occurs, computed by color refinement. Two forms are equal if a renaming takes
one run to the other; values that color refinement does not separate may be confused.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nova_docdb.testing.scheduler import Outcome

Documents = Mapping[str, Mapping[Any, Any]]

# The new ids of each table start at a multiple of this, so an id identifies its table.
IDS_OF_A_TABLE = 1_000_000

# A time this near to the start of a run is generated, unless the store had it before.
NEAR = timedelta(days=10)

NAMES = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9]{7,9}\b|\b[0-9a-f]{8}\b"
)

ROUNDS = 3


@dataclass(frozen=True)
class Token:
    """A generated value.

    :param kind: "time", "uuid", or "id" and the number of a table
    :param value: the value in this run
    """

    kind: str
    value: Any


@dataclass(frozen=True)
class Generated:
    """Distinguishes the generated values of a run from others.

    :param start: the time at which the run began
    :param uuids: the uuids that were generated
    :param known: the times that the store had before
    :param highest: the highest allocated id, by the number of the table
    """

    start: datetime
    uuids: frozenset[str]
    known: frozenset[datetime]
    highest: Mapping[int, int]

    def token(self, value: Any) -> Token | None:
        """Return the token of a generated value, or None."""
        if isinstance(value, datetime):
            if value not in self.known and abs(value - self.start) < NEAR:
                return Token("time", value)
        elif isinstance(value, int) and not isinstance(value, bool):
            table = value // IDS_OF_A_TABLE
            if table and value <= self.highest.get(table, -1):
                return Token(f"id{table}", value)
        return None

    def named(self, text: str) -> Token | None:
        """Return the token of a generated value within a text, or None."""
        if text in self.uuids:
            return Token("uuid", text)
        if text.isdigit() and (found := self.token(int(text))):
            return found
        return self.token(int(text, 16)) if len(text) == 8 else None  # noqa: PLR2004 - %08x


def form(outcomes: Iterable[Outcome], changed: Documents, generated: Generated) -> tuple[Any, ...]:
    """Return the canonical form of a run: its outcomes and the documents that it changed.

    :param changed: the documents that the run changed, by collection and id; None is a document
        that it deleted
    """
    read = _Reading(generated)
    items: list[tuple[Any, ...]] = [("outcome", n, read.outcome(o)) for n, o in enumerate(outcomes)]
    items += [
        ("document", name, read.tree([key, document]))
        for name, documents in changed.items()
        for key, document in documents.items()
    ]
    colors: dict[Token, Any] = {token: token.kind for token in read.tokens}
    for _round in range(ROUNDS if colors else 0):
        places: dict[Token, list[Any]] = defaultdict(list)
        for item in items:
            whole = hash(_colored(item, colors))
            for path, token in _occurrences(item):
                places[token].append(hash((path, whole)))
        colors = {token: hash((colors[token], tuple(sorted(places[token])))) for token in colors}
    colored = [_colored(item, colors) for item in items]
    return tuple(sorted(colored, key=repr))


@dataclass
class _Reading:
    generated: Generated
    tokens: set[Token] = field(default_factory=set)

    def outcome(self, outcome: Outcome) -> Any:
        if outcome.gone:
            return "gone"
        if outcome.error is not None:
            return (type(outcome.error).__name__, self.tree(str(outcome.error)))
        return ("returns", self.tree(outcome.value))

    def tree(self, value: Any) -> Any:
        """Return a value as nested tuples, with tokens in place of generated values."""
        if isinstance(value, Mapping):
            return ("dict", self._several((k, v) for k, v in value.items()))
        if isinstance(value, (set, frozenset)):
            return ("set", self._several(value))
        if isinstance(value, (list, tuple)):
            parts = tuple(self.tree(item) for item in value)
            rows = value and all(isinstance(item, Mapping) for item in value)
            # Rows are sorted by id, and ids are renamed.
            return ("rows", frozenset_of(parts)) if rows else ("list", parts)
        if isinstance(value, str):
            return self._text(value)
        if found := self.generated.token(value):
            self.tokens.add(found)
            return found
        return value if isinstance(value, (int, float, bool, type(None))) else repr(value)

    def _several(self, values: Iterable[Any]) -> Any:
        return frozenset_of(tuple(self.tree(value) for value in values))

    def _text(self, text: str) -> Any:
        parts: list[Any] = []
        end = 0
        for match in NAMES.finditer(text):
            if found := self.generated.named(match[0]):
                self.tokens.add(found)
                parts += [text[end : match.start()], found]
                end = match.end()
        return ("text", *parts, text[end:]) if parts else text


@dataclass(frozen=True)
class frozenset_of:  # noqa: N801 - a marker
    """Parts whose order does not matter."""

    parts: tuple[Any, ...]


def _colored(tree: Any, colors: Mapping[Token, Any]) -> Any:
    if isinstance(tree, Token):
        return ("token", colors[tree])
    if isinstance(tree, frozenset_of):
        return tuple(sorted((_colored(part, colors) for part in tree.parts), key=repr))
    if isinstance(tree, tuple):
        return tuple(_colored(part, colors) for part in tree)
    return tree


def _occurrences(tree: Any, path: tuple[Any, ...] = ()) -> Iterable[tuple[Any, Token]]:
    if isinstance(tree, Token):
        yield path, tree
    elif isinstance(tree, frozenset_of):
        for part in tree.parts:
            # A value of a mapping is found under its key.
            head = part[1][0] if _is_pair(part) else "*"
            yield from _occurrences(part, (*path, head if isinstance(head, str) else "*"))
    elif isinstance(tree, tuple):
        for number, part in enumerate(tree):
            yield from _occurrences(part, (*path, number))


def _is_pair(part: Any) -> bool:
    return isinstance(part, tuple) and len(part) == 2 and part[0] == "list" and bool(part[1])  # noqa: PLR2004 - a key and a value


def changes(
    before: Documents, after: Documents, leaves_out: Callable[[str, Any], bool]
) -> Documents:
    """Return the documents that differ, by collection and id; None is a deleted document.

    :param leaves_out: receives a collection and a document; returns whether to leave it out
    """
    changed: dict[str, dict[Any, Any]] = {}
    for name in {*before, *after}:
        old, new = before.get(name, {}), after.get(name, {})
        if old is new:
            continue
        changed[name] = {
            key: new.get(key)
            for key in {*old, *new}
            if old.get(key) != new.get(key) and not leaves_out(name, new.get(key))
        }
    return changed


# The maximum number of differences to show.
SHOWN = 4


def difference(expected: tuple[Any, ...], found: tuple[Any, ...]) -> str:
    """Return the first differences between the form of a run and the expected form, as text."""
    missing = [item for item in expected if item not in found]
    added = [item for item in found if item not in expected]
    parts = []
    for item in missing:
        other = next((a for a in added if a[:2] == item[:2]), None)
        if other is not None:
            added.remove(other)
        parts.append(_compared(item, other))
    parts += [_compared(None, item) for item in added]
    return "; ".join(parts[:SHOWN])


def _compared(expected: Any, found: Any) -> str:
    head = " ".join(map(str, (expected or found)[:2]))
    if expected is None or found is None:
        return f"{head}: {'missing' if found is None else 'one more'}"
    one, other = (dict(_leaves(item[2])) for item in (expected, found))
    different = [
        f"{path or 'it'} is {_shown(other.get(path))}, not {_shown(one.get(path))}"
        for path in sorted({*one, *other})
        if one.get(path) != other.get(path)
    ]
    return f"{head}: " + (", ".join(different[:SHOWN]) or "other places of ids or times")


def _leaves(tree: Any, path: str = "") -> Iterable[tuple[str, Any]]:
    """Yield the values of a colored tree with their paths."""
    if isinstance(tree, tuple) and tree and tree[0] == "dict":
        for _list, (key, value) in tree[1]:
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, tuple) and tree and tree[0] in {"list", "rows", "returns", "set"}:
        parts = tree[1] if isinstance(tree[1], tuple) else (tree[1],)
        if tree[0] == "returns":
            parts = tree[1:]
        for number, part in enumerate(parts):
            yield from _leaves(part, f"{path}[{number}]" if tree[0] != "returns" else path)
    else:
        yield path, tree


def _shown(value: Any) -> str:
    if isinstance(value, tuple) and value and value[0] == "token":
        return "an id or a time elsewhere"
    return f"{value!r}"[:60]
