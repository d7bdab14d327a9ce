r"""Regular expressions that callers search with, on a server and in the embedded store alike.

An expression means what Python's ``re.search`` makes of it. It may hold what MongoDB's engine reads
in the same way: characters and ``\`` before one of them, ``\d \w \s \b \n \r \t \xhh``, classes,
groups, looks ahead and behind, alternatives, repeats, ``^ $ .``, and ``(?i)`` in front. What else
Python knows is refused: ``\Z``, for one, is no error to MongoDB but something else.

Both engines try one way to match after the other, and neither can be stopped while it searches a
text: ``(a+)+$`` takes twice the time with every character more, ``a*a*b`` days in a text of 64 KB.
So the ways are counted before anything is searched, and an expression with too many is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nova_docdb import exception
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.tables.rows import RowFormat
from nova_docdb.schemas.columns import Boolean, Column, DateTime, String, Text

LONGEST_EXPRESSION = 1000

# Three repeats without a bound in a text of 255 characters: 0.2 s at the worst.
MOST_WAYS = 2**24

# More rounds than this need not be told apart: two ways in each are too many already.
MANY = 25

# How long a value is for which a schema names no length: large texts, and numbers and times.
LONGEST_TEXT = 2**16
LONGEST_NUMBER = 32

IGNORE_CASE = "(?i)"

# What is searched for anywhere in a text is found with and without these at its ends.
LEADING = re.compile(r"\A(\(\?i\))?(?:\.\*\??)+(?![*+?{])")
TRAILING = re.compile(r"(?<!\\)((?:\\\\)*)(?:\.\*\??)+\Z")

TOKEN = re.compile(
    r"""
      (?P<repeat>
          (?: (?P<sign>[*+?]) | \{ (?P<least>\d{1,4}) (?: , (?P<most>\d{0,4}) )? \} )
          \?? (?!\+)
      )
    | (?P<open> \( (?: \?[:=!] | \?<[=!] | (?!\?) ) )
    | (?P<close> \) )
    | (?P<either> \| )
    | \\ (?: [AbBdDsSwWnrt] | x[0-9a-fA-F]{2} | [^0-9A-Za-z\0] )
    | \[ \^? \]? (?: \\ (?: [dDsSwWnrt] | x[0-9a-fA-F]{2} | [^0-9A-Za-z\0] ) | [^\[\]\\\0] )* \]
    | \{ (?! ,\d*\} | \d+,?\d*\} )
    | [^\\\[\{()|*+?\0]
    """,
    re.VERBOSE | re.DOTALL,
)

SIGNS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


def searched(of: RowFormat, column: str, value: Any) -> Filter:
    """Return the filter for rows in whose value, as text, an expression is found.

    The text is what SQL shows: a number's digits, 0 or 1, "2013-04-01 12:00:00.000000".

    :raises InvalidInput: if the value is no expression that both stores can search with
    """
    if isinstance(value, (list, tuple, set, frozenset, dict, bytes)):
        raise exception.InvalidInput(
            reason=f"the filter {column} must be an expression, not {exception.shown(value)}"
        )
    declared, field = of.spec.columns[column], of.field(column)
    expression = _checked(column, _as_text(column, value), _longest(declared))
    # NOTE: $regex would not tell when the server gives a search up; $regexMatch fails then.
    matches = {"input": _text(declared, field), "regex": {"$literal": _spelt(expression)}}
    return {"$and": [{field: {"$ne": None}}, {"$expr": {"$regexMatch": matches}}]}


def _as_text(column: str, value: Any) -> str:
    try:
        return str(value)
    except Exception as error:  # the text of a caller's value may raise anything
        raise exception.InvalidInput(
            reason=f"the filter {column} has no text: {exception.shown(value)}"
        ) from error


def _longest(column: Column) -> int:
    if isinstance(column, String):
        return column.length
    return LONGEST_TEXT if isinstance(column, Text) else LONGEST_NUMBER


def _text(column: Column, field: str) -> Any:
    """Return the aggregation expression for the text of a value."""
    path = f"${field}"
    if isinstance(column, Text):
        # The ways were counted for a text of that length; nothing enforces it.
        first = "$substr" if connection.is_embedded() else "$substrCP"
        return {first: [path, 0, _longest(column)]}
    if isinstance(column, Boolean):
        return {"$cond": [path, "1", "0"]}
    if isinstance(column, DateTime):
        seconds = {"$dateToString": {"format": "%Y-%m-%d %H:%M:%S.", "date": path}}
        # The embedded store has no %L: the thousands digit makes three digits of any number.
        thousands = {"$toString": {"$add": [1000, {"$millisecond": path}]}}
        return {"$concat": [seconds, {"$substr": [thousands, 1, 3]}, "000"]}
    return {"$toString": path}


def _spelt(expression: str) -> str:
    """Return an expression as the configured store has to be given it."""
    # Python's classes know all letters and digits of Unicode, the server's only when told.
    return expression if connection.is_embedded() else f"(*UCP){expression}"


def _checked(column: str, expression: str, longest: int) -> str:
    def refusal(why: str) -> exception.InvalidInput:
        return exception.InvalidInput(
            reason=f"the filter {column} {why}: {exception.shown(expression)}"
        )

    if len(expression) > LONGEST_EXPRESSION:
        raise refusal(f"is longer than {LONGEST_EXPRESSION} characters")
    try:
        re.compile(expression)
        expression.encode()
    except (re.error, OverflowError, RecursionError, UnicodeEncodeError) as error:
        raise refusal(f"is no regular expression ({error})") from error
    expression = TRAILING.sub(r"\1", LEADING.sub(r"\1", expression))
    ways = _ways(expression, longest)
    if ways is None:
        raise refusal("holds what not every store reads alike")
    if ways > MOST_WAYS:
        raise refusal("repeats in too many ways")
    return expression


@dataclass
class _Group:
    """What was read of a group: in how many ways each part of it can match.

    :param branches: all of its finished branches
    :param before: the present branch up to its last item
    :param last: that item
    """

    branches: int = 0
    before: int = 1
    last: int = 1

    def add(self, ways: int) -> None:
        self.before *= self.last
        self.last = ways

    def repeat(self, least: int, most: int | None, longest: int) -> None:
        if self.last == 1:
            self.last = longest if most is None else most - least + 1
        elif most is None:
            self.last = MOST_WAYS + 1
        else:
            self.last = self.last ** min(most, MANY) * (most - least + 1)

    def end_branch(self) -> None:
        self.branches += self.before * self.last
        self.before = self.last = 1

    @property
    def ways(self) -> int:
        return self.branches + self.before * self.last


def _ways(expression: str, longest: int) -> int | None:
    """Return in how many ways an expression that compiles can match, about.

    :param longest: the length of the text
    :returns: more than ``MOST_WAYS`` as soon as it is; None if it is not read alike everywhere
    """
    groups = [_Group()]
    at = len(IGNORE_CASE) if expression.startswith(IGNORE_CASE) else 0
    while at < len(expression):
        token = TOKEN.match(expression, at)
        if token is None:
            return None
        at = token.end()
        if token["open"]:
            groups.append(_Group())
        elif token["close"]:
            closed = groups.pop()
            groups[-1].add(closed.ways)
        elif token["either"]:
            groups[-1].end_branch()
        elif token["repeat"]:
            groups[-1].repeat(*_bounds(token), longest)
        else:
            groups[-1].add(1)
        if groups[-1].ways > MOST_WAYS:
            return groups[-1].ways
    return groups[-1].ways


def _bounds(token: re.Match[str]) -> tuple[int, int | None]:
    if token["sign"]:
        return SIGNS[token["sign"]]
    least, most = int(token["least"]), token["most"]
    if most is None:
        return least, least
    return least, int(most) if most else None
