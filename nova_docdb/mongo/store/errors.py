"""From the driver's errors to ours: a registry, most special first.

Each translator's docstring is what the driver says, word for word where it always says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import bson.errors
import pymongo.errors

from nova_docdb import exception
from nova_docdb.config import CONF
from nova_docdb.urls import masked

E = TypeVar("E", bound=BaseException)

Translator = Callable[[BaseException, str], Exception]

_translators: list[tuple[tuple[type[BaseException], ...], Translator]] = []

DUPLICATE_KEY = 11000
BAD_VALUE = 2
# What a server says of an update whose document would grow beyond 16 MiB.
TOO_LARGE = frozenset({10334, 17419, 17420})
UPDATES = ("findAndModify", "update")
AUTHENTICATION_FAILED = 18
UNAUTHORIZED = 13
# The server stops or is no primary any more: shut down, stepped down, interrupted by either.
SERVER_GOES = frozenset({91, 189, 10107, 11600, 11602, 13435, 13436})
# The expression is invalid or too large, or matching it took too long.
REGULAR_EXPRESSION = (51091, 51111, 51156)


def translates(*errors: type[BaseException]) -> Callable[[Translator], Translator]:
    """Register what turns these errors into one of ours."""

    def register(translator: Translator) -> Translator:
        _translators.append((errors, translator))
        return translator

    return register


@contextmanager
def translated(table: str) -> Iterator[None]:
    """Raise our exceptions instead of the driver's; ``table`` is named in them."""
    try:
        yield
    except _KNOWN as error:
        raise translate(error, table) from error


@contextmanager
def raising_on_duplicate(taken: Exception, *columns: str) -> Iterator[None]:
    """Raise ``taken`` where a unique key over any of these columns refuses what is written."""
    try:
        yield
    except exception.DBDuplicateEntry as error:
        # The embedded store does not say which key an update met.
        if error.columns and set(columns).isdisjoint(error.columns):
            raise
        raise taken from error


def is_missing_index(error: exception.DBError) -> bool:
    """Tell whether the store lacks the index that a command named."""
    inner = error.inner_exception
    refused = isinstance(inner, pymongo.errors.OperationFailure) and inner.code == BAD_VALUE
    return refused and "hint provided does not correspond" in str(inner)


def translate(error: BaseException, table: str) -> Exception:
    """Return our exception for one of the driver's."""
    for errors, translator in _translators:
        if isinstance(error, errors):
            return translator(error, table)
    return exception.DBError(error)


@translates(pymongo.errors.DuplicateKeyError)
def duplicate_key(error: BaseException, table: str) -> Exception:
    """E11000 duplicate key error collection: nova.networks index: vlan_deleted dup key: {...}."""
    details = getattr(error, "details", None) or {}
    columns = ["id" if name == "_id" else name for name in details.get("keyPattern", {})]
    return exception.DBDuplicateEntry(columns, error, table)


@translates(pymongo.errors.ServerSelectionTimeoutError)
def no_server(error: BaseException, _table: str) -> Exception:
    """localhost:27017: [Errno 111] Connection refused (configured timeouts: ...), Timeout: 30s."""
    reason = str(error).split(" (configured timeouts", maxsplit=1)[0].split(", Timeout:")[0]
    return exception.DBConnectionError(f"No MongoDB server can be reached: {reason}")


@translates(pymongo.errors.ConnectionFailure, pymongo.errors.WTimeoutError)
def connection_lost(error: BaseException, _table: str) -> Exception:
    """localhost:27017: connection closed."""
    return exception.DBConnectionError(
        f"The connection to MongoDB was lost, it is unknown whether the call took effect: {error}"
    )


@translates(bson.errors.InvalidBSON)
def unreadable(error: BaseException, table: str) -> Exception:
    """Year 10000 is out of range (Consider Using CodecOptions(...) or MongoClient(...))."""
    reason = str(error).split(" (Consider", maxsplit=1)[0]
    advice = 'run "nova-docdb db check" to find it'
    return exception.DBRowError(f"{table}: a stored document cannot be read ({reason}): {advice}")


def row_too_large(table: str) -> exception.InvalidInput:
    """Return what a write raises whose row would be larger than a document can be."""
    return exception.InvalidInput(
        reason=f"{table}: a row, or the values of a call, would be larger than 16 MiB"
    )


@translates(pymongo.errors.DocumentTooLarge)
def too_large(_error: BaseException, table: str) -> Exception:
    """BSON document too large (20971633 bytes) - the connected server supports 16777216 bytes."""
    return row_too_large(table)


@translates(
    pymongo.errors.InvalidName,
    bson.errors.BSONError,
    OverflowError,
    UnicodeEncodeError,
)
def cannot_be_stored(error: BaseException, table: str) -> Exception:
    """Key names must not contain the NULL byte."""
    return exception.InvalidInput(reason=f"{table}: a value cannot be stored: {error}")


@translates(pymongo.errors.BulkWriteError)
def one_of_several(error: BaseException, table: str) -> Exception:
    """Batch op errors occurred, full error: {'writeErrors': [...], 'writeConcernErrors': [...]}."""
    details = getattr(error, "details", None) or {}
    gone = any(failure.get("code") in SERVER_GOES for failure in details.get("writeErrors", ()))
    if any(_grew_too_large(failure) for failure in details.get("writeErrors", ())):
        return row_too_large(table)
    if gone or details.get("writeConcernErrors"):
        return connection_lost(error, table)
    return exception.DBError(error)


@translates(pymongo.errors.OperationFailure)
def refused(error: BaseException, table: str) -> Exception:
    """Authentication failed., full error: {'ok': 0.0, 'code': 18, ...}."""
    failure = error if isinstance(error, pymongo.errors.OperationFailure) else None
    if failure is not None and failure.code in {AUTHENTICATION_FAILED, UNAUTHORIZED}:
        return exception.DBConnectionError(
            f"MongoDB refused the login to {masked(CONF.mongo.connection)}: "
            f"{(failure.details or {}).get('errmsg', failure)}"
        )
    if failure is not None and failure.code in SERVER_GOES:
        return connection_lost(error, table)
    if failure is not None and _grew_too_large(failure.details or {}):
        return row_too_large(table)
    if failure is not None and failure.code in REGULAR_EXPRESSION:
        return exception.InvalidInput(reason=(failure.details or {}).get("errmsg", failure))
    return exception.DBError(error)


def _grew_too_large(failure: Mapping[str, Any]) -> bool:
    """Tell whether a write failed as its row would be too large; a join may fail with that code."""
    text = str(failure.get("errmsg"))
    return failure.get("code") in TOO_LARGE and any(command in text for command in UPDATES)


_KNOWN = (
    pymongo.errors.PyMongoError,
    bson.errors.BSONError,
    OverflowError,
    UnicodeEncodeError,
)
