r"""Regular expressions in callers' filters, with the same meaning on a server and embedded.

An expression means what it means to Python's ``re.search``. It may contain only what MongoDB's
engine interprets in the same way: characters, plain or after ``\``, ``\d \w \s \b \n \r \t \xhh``,
classes, groups, lookahead and lookbehind, alternatives, repeats, ``^ $ .``, and ``(?i)`` in front.
Anything else is refused: ``\Z``, for example, is valid in MongoDB but means something else.

Some expressions take very long: the time of ``(a+)+$`` doubles with every further character. On a
server ``[mongo] regex_timeout_ms`` limits each query that searches with one. In the embedded store
there is no limit, because Python's engine cannot be interrupted.
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

# Tokens that both engines interpret alike. In classes, those that Python warns about are excluded:
# [, -- and &&.
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


def search_filter(of: RowFormat, column: str, value: Any) -> Filter:
    """Return the filter for rows whose value, as text, matches an expression.

    The text is as in SQL: the digits of a number, 0 or 1, "2013-04-01 12:00:00.000000".

    :raises InvalidInput: if the value is not an expression that both stores can search with
    """
    if isinstance(value, (list, tuple, set, frozenset, dict, bytes)):
        raise exception.InvalidInput(
            reason=f"the filter {column} must be an expression, not {exception.shown(value)}"
        )
    declared, field = of.spec.columns[column], of.field(column)
    expression = _checked(column, _as_text(column, value))
    # NOTE: if the server aborts a search, $regex matches nothing, whereas $regexMatch fails.
    pattern = {"$literal": _for_engine(expression)}
    matches = {"input": _as_expression(declared, field), "regex": pattern}
    return {"$and": [{field: {"$ne": None}}, {"$expr": {"$regexMatch": matches}}]}


def _as_text(column: str, value: Any) -> str:
    try:
        return str(value)
    except Exception as error:  # str() of a caller's value may raise anything
        raise exception.InvalidInput(
            reason=f"the filter {column} has no text: {exception.shown(value)}"
        ) from error


@contextmanager
def time_limit() -> Iterator[None]:
    """Limit the time of the queries of a block to ``regex_timeout_ms``.

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
        if not _has_timed_out(error):
            raise
        raise exception.InvalidInput(
            reason=f"the search with a regular expression takes longer than {limit} ms "
            "([mongo] regex_timeout_ms): simplify the expression, or add filters"
        ) from error


def _has_timed_out(error: exception.DBError) -> bool:
    """Return whether a query of a block failed because of its time limit.

    :raises DBConnectionError: if the server does not respond

    The server checks the limit between two values, and the driver may time out before that. It
    reports a lost connection then, so a ping distinguishes the two cases.
    """
    call = deadlines.running()
    if call is not None and not call.has_time:
        return False
    if isinstance(error.__cause__, NetworkTimeout):
        with translated("instances", reads=True):
            connection.get_database().command("ping")
        return True
    return isinstance(error.__cause__, ExecutionTimeout)


def _as_expression(column: Column, field: str) -> Any:
    """Return the aggregation expression for the text of a value."""
    path = f"${field}"
    if isinstance(column, Boolean):
        return {"$cond": [path, "1", "0"]}
    if isinstance(column, DateTime):
        seconds = {"$dateToString": {"format": "%Y-%m-%d %H:%M:%S.", "date": path}}
        # The embedded store has no %L: adding 1000 pads the milliseconds to three digits.
        thousands = {"$toString": {"$add": [1000, {"$millisecond": path}]}}
        return {"$concat": [seconds, {"$substr": [thousands, 1, 3]}, "000"]}
    return {"$toString": path}


def _for_engine(expression: str) -> str:
    """Return an expression in the form that the configured store needs."""
    # Python's classes match all letters and digits of Unicode, the server's only with (*UCP).
    return expression if connection.is_embedded() else f"(*UCP){expression}"


def _checked(column: str, expression: str) -> str:
    """Return an expression.

    :raises InvalidInput: if it is too long, not valid, or not the same in both engines
    """

    def refusal(why: str) -> exception.InvalidInput:
        return exception.InvalidInput(
            reason=f"the filter {column} {why}: {exception.shown(expression)}"
        )

    if len(expression) > LONGEST_EXPRESSION:
        raise refusal(f"is longer than {LONGEST_EXPRESSION} characters")
    if not _is_portable(expression):
        raise refusal("is not a regular expression with the same meaning in every store")
    try:
        re.compile(expression)
        expression.encode()
    except (re.error, OverflowError, RecursionError, UnicodeEncodeError) as error:
        raise refusal(f"is not a regular expression ({error})") from error
    return expression


def _is_portable(expression: str) -> bool:
    at = len(IGNORE_CASE) if expression.startswith(IGNORE_CASE) else 0
    while at < len(expression):
        token = TOKEN.match(expression, at)
        if token is None:
            return False
        at = token.end()
    return True
