r"""Regular expressions that callers search with, on a server and in the embedded store alike.

An expression means what Python's ``re.search`` makes of it. It may hold what MongoDB's engine reads
in the same way: characters and ``\`` before one of them, ``\d \w \s \b \n \r \t \xhh``, classes,
groups, looks ahead and behind, alternatives, repeats, ``^ $ .``, and ``(?i)`` in front. Anything
else is refused: ``\Z``, for one, is no error to MongoDB but something else.

Some expressions take very long: ``(a+)+$`` takes twice the time with every character more. On a
server ``[mongo] regex_timeout_ms`` bounds each query that searches with one. In the embedded store
nothing bounds it: nothing interrupts Python's engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo.errors import ExecutionTimeout, NetworkTimeout

from nova_docdb import exception
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection, deadlines
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.tables.rows import RowFormat
from nova_docdb.schemas.columns import Boolean, Column, DateTime

LONGEST_EXPRESSION = 1000

IGNORE_CASE = "(?i)"

# What both engines read alike. Of classes this leaves out what Python warns of: a [ inside, --, &&.
TOKEN = re.compile(
    r"""
      (?: [*+?] | \{ \d{1,4} (?: , \d{0,4} )? \} ) \?? (?!\+)
    | \( (?: \?[:=!] | \?<[=!] | (?!\?) )
    | \)
    | \|
    | \\ (?: [AbBdDsSwWnrt] | x[0-9a-fA-F]{2} | [^0-9A-Za-z\0] )
    | \[ \^? \]?
      (?: \\ (?: [dDsSwWnrt] | x[0-9a-fA-F]{2} | [^0-9A-Za-z\0] )
      | (?! -- | && | ~~ | \|\| ) [^\[\]\\\0]
      )* \]
    | \{ (?! ,\d*\} | \d+,?\d*\} )
    | [^\\\[\{()|*+?\0]
    """,
    re.VERBOSE | re.DOTALL,
)


def searched(of: RowFormat, column: str, value: Any) -> Filter:
    """Return the filter for rows in whose value, as text, an expression is found.

    The text is what SQL shows: a number's digits, 0 or 1, "2013-04-01 12:00:00.000000".

    :raises InvalidInput: if the value is not an expression that both stores can search with
    """
    if isinstance(value, (list, tuple, set, frozenset, dict, bytes)):
        raise exception.InvalidInput(
            reason=f"the filter {column} must be an expression, not {exception.shown(value)}"
        )
    declared, field = of.spec.columns[column], of.field(column)
    expression = _checked(column, _as_text(column, value))
    # NOTE: where the server gives up a search, $regex finds nothing and $regexMatch fails.
    matches = {"input": _text(declared, field), "regex": {"$literal": _spelt(expression)}}
    return {"$and": [{field: {"$ne": None}}, {"$expr": {"$regexMatch": matches}}]}


def _as_text(column: str, value: Any) -> str:
    try:
        return str(value)
    except Exception as error:  # the text of a caller's value may raise anything
        raise exception.InvalidInput(
            reason=f"the filter {column} has no text: {exception.shown(value)}"
        ) from error


@contextmanager
def time_limit() -> Iterator[None]:
    """Limit the queries of a block to the time that a search may take.

    :raises InvalidInput: if they take longer
    """
    limit = int(CONF.mongo.regex_timeout_ms)
    if not limit or connection.is_embedded():
        yield
        return
    try:
        with deadlines.limited(limit / 1000):
            yield
    except exception.DBError as error:
        if not _was_stopped(error):
            raise
        raise exception.InvalidInput(
            reason=f"the search with a regular expression takes longer than {limit} ms "
            "([mongo] regex_timeout_ms): simplify the expression, or add filters"
        ) from error


def _was_stopped(error: exception.DBError) -> bool:
    """Return whether a query of a block failed because of its time limit.

    :raises DBConnectionError: if the server does not respond

    The server checks the limit between two texts, and the driver may time out before. That is
    reported as a lost connection, so a ping tells the two cases apart.
    """
    call = deadlines.running()
    if call is not None and not call.has_time:
        return False
    if isinstance(error.__cause__, NetworkTimeout):
        with translated("instances", reads=True):
            connection.get_database().command("ping")
        return True
    return isinstance(error.__cause__, ExecutionTimeout)


def _text(column: Column, field: str) -> Any:
    """Return the aggregation expression for the text of a value."""
    path = f"${field}"
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


def _checked(column: str, expression: str) -> str:
    def refusal(why: str) -> exception.InvalidInput:
        return exception.InvalidInput(
            reason=f"the filter {column} {why}: {exception.shown(expression)}"
        )

    if len(expression) > LONGEST_EXPRESSION:
        raise refusal(f"is longer than {LONGEST_EXPRESSION} characters")
    if not _is_read_alike(expression):
        raise refusal("is not a regular expression that every store reads alike")
    try:
        re.compile(expression)
        expression.encode()
    except (re.error, OverflowError, RecursionError, UnicodeEncodeError) as error:
        raise refusal(f"is not a regular expression ({error})") from error
    return expression


def _is_read_alike(expression: str) -> bool:
    at = len(IGNORE_CASE) if expression.startswith(IGNORE_CASE) else 0
    while at < len(expression):
        token = TOKEN.match(expression, at)
        if token is None:
            return False
        at = token.end()
    return True
