"""Translators of the driver's errors to ours, in a registry, most specific first.

The docstring of each translator is an example of the driver's message. A server's message may quote
the command, and with it values of rows, so no message of ours contains it: ours have the error code
and its name. The server's message is also removed from the driver's exception, which is kept as the
cause; it remains in ``details`` of ``inner_exception``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import bson.errors
import pymongo.errors

from nova_docdb import exception
from nova_docdb.config import CONF
from nova_docdb.mongo.store import deadlines
from nova_docdb.mongo.store.server_errors import (
    AUTHENTICATION_FAILED,
    BAD_VALUE,
    UNAUTHORIZED,
    WRITE_CONFLICT,
    failures,
    is_uncertain,
)
from nova_docdb.urls import masked

# Its arguments: the driver's error, the name of the table, and whether the command only reads.
Translator = Callable[[BaseException, str, bool], Exception]

_translators: list[tuple[tuple[type[BaseException], ...], Translator]] = []

# The server's codes for an update whose document would become larger than 16 MiB.
TOO_LARGE = frozenset({10334, 17419, 17420})
UPDATES = ("findAndModify", "update")
# The server's codes for an expression that is invalid, too large, or too slow.
REGULAR_EXPRESSION = (51091, 51111, 51156)
# The driver's message for a value that no document can hold; it contains the value.
ENCODED = re.compile(r"cannot encode object: .*, of type", re.DOTALL)
# The server's message for a command that a user may not run; it contains the whole command.
DENIED = re.compile(r"execute command \{ (\w+): \"?([\w.]*)")


def translates(*errors: type[BaseException]) -> Callable[[Translator], Translator]:
    """Register a function that translates these errors to ours."""

    def register(translator: Translator) -> Translator:
        _translators.append((errors, translator))
        return translator

    return register


@contextmanager
def translated(table: str, *, reads: bool = False) -> Iterator[None]:
    """Raise our exceptions instead of the driver's.

    :param table: the name of the table for messages
    :param reads: whether the block only reads, so that a lost connection changes nothing
    :raises DBConnectionError: also if the deadline of the running call has passed
    """
    call = deadlines.running()
    if call is not None:
        call.require_time()
    sent = True
    try:
        yield
    except _KNOWN as error:
        sent = not isinstance(error, pymongo.errors.ServerSelectionTimeoutError)
        raise translate(error, table, reads=reads) from error
    finally:
        if call is not None and sent and not reads:
            call.has_written = True


@contextmanager
def raising_on_duplicate(taken: Exception, *columns: str) -> Iterator[None]:
    """Raise ``taken`` if a unique key over any of these columns refuses a write."""
    try:
        yield
    except exception.DBDuplicateEntry as error:
        # The embedded store does not report which key an update violates.
        if error.columns and set(columns).isdisjoint(error.columns):
            raise
        raise taken from error


def is_missing_index(error: exception.DBError) -> bool:
    """Return whether a command failed because the index of its hint is missing."""
    inner = error.inner_exception
    if not isinstance(inner, pymongo.errors.OperationFailure) or inner.code != BAD_VALUE:
        return False
    return "hint provided does not correspond" in _errmsg(inner)


def translate(error: BaseException, table: str, *, reads: bool = False) -> Exception:
    """Return our exception for one of the driver's; remove the server's text from the latter."""
    for errors, translator in _translators:
        if isinstance(error, errors):
            ours = translator(error, table, reads)
            break
    else:
        ours = exception.DBError(error)
    _remove_server_texts(error, table)
    if isinstance(ours, exception.DBError):
        if ours.inner_exception is error:
            ours.args = (str(error),)
        ours.inner_exception = error
    return ours


def code_and_name(error: BaseException) -> str:
    """Return the code and name of a server's error, without its text."""
    return ", ".join(dict.fromkeys(name for _code, name in failures(error))) or "an error"


def _errmsg(error: pymongo.errors.OperationFailure) -> str:
    """Return the server's text, which may contain values of rows and must not be shown."""
    return str((error.details or {}).get("errmsg", ""))


def _remove_server_texts(error: BaseException | None, table: str) -> None:
    """Replace the server's text in an error of the driver and in its causes.

    A traceback shows the causes too.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, pymongo.errors.DuplicateKeyError):
            columns = ", ".join(_duplicate_columns(error)) or "a unique key"
            error.args = (f"E11000 duplicate key in {table}: {columns}",)
        elif isinstance(error, pymongo.errors.OperationFailure | pymongo.errors.NotPrimaryError):
            error.args = (f"MongoDB refused a command on {table}: {code_and_name(error)}",)
        error = error.__cause__ or error.__context__


def _duplicate_columns(error: BaseException) -> list[str]:
    """Return the columns of the unique key that refused a row; empty if not reported."""
    details = getattr(error, "details", None) or {}
    return ["id" if name == "_id" else name for name in details.get("keyPattern", {})]


@translates(pymongo.errors.DuplicateKeyError)
def duplicate_key(error: BaseException, table: str, _reads: bool) -> Exception:
    """E11000 duplicate key error collection: nova.networks index: vlan_deleted dup key: {...}."""
    return exception.DBDuplicateEntry(_duplicate_columns(error), error, table)


@translates(pymongo.errors.ServerSelectionTimeoutError)
def no_server(error: BaseException, _table: str, _reads: bool) -> Exception:
    """localhost:27017: [Errno 111] Connection refused (configured timeouts: ...), Timeout: 30s."""
    reason = str(error).split(" (configured timeouts", maxsplit=1)[0].split(", Timeout:")[0]
    call = deadlines.running()
    # Earlier commands of the call were sent.
    after = f"; {deadlines.consequence(reads=False)}" if call and call.has_written else ""
    return exception.DBConnectionError(f"No MongoDB server can be reached: {reason}{after}")


@translates(pymongo.errors.NotPrimaryError)
def not_primary(error: BaseException, table: str, reads: bool) -> Exception:
    """Not primary, full error: {'ok': 0.0, 'errmsg': 'not primary', 'code': 10107, ...}."""
    return _uncertain(error, table, reads)


@translates(pymongo.errors.ConnectionFailure, pymongo.errors.ProtocolError)
def connection_lost(error: BaseException, _table: str, reads: bool) -> Exception:
    """localhost:27017: connection closed."""
    return exception.DBConnectionError(
        f"The connection to MongoDB was lost, {deadlines.consequence(reads=reads)}: {error}"
    )


@translates(bson.errors.InvalidBSON)
def unreadable(error: BaseException, table: str, _reads: bool) -> Exception:
    """Year 10000 is out of range (Consider Using CodecOptions(...) or MongoClient(...))."""
    reason = str(error).split(" (Consider", maxsplit=1)[0]
    advice = 'run "nova-docdb db check" to find it'
    return exception.DBRowError(f"{table}: a stored document cannot be read ({reason}): {advice}")


def row_too_large(table: str) -> exception.InvalidInput:
    """Return the exception for a row that is larger than a document can be."""
    return exception.InvalidInput(
        reason=f"{table}: a row, or the values of a call, would be larger than 16 MiB"
    )


@translates(pymongo.errors.DocumentTooLarge)
def too_large(_error: BaseException, table: str, _reads: bool) -> Exception:
    """BSON document too large (20971633 bytes) - the connected server supports 16777216 bytes."""
    return row_too_large(table)


@translates(
    pymongo.errors.InvalidName,
    bson.errors.BSONError,
    OverflowError,
    UnicodeEncodeError,
)
def cannot_be_stored(error: BaseException, table: str, _reads: bool) -> Exception:
    """Key names must not contain the NULL byte."""
    # The driver's message contains the value that it cannot encode.
    reason = ENCODED.sub("cannot encode an object, of type", str(error))
    if isinstance(error, bson.errors.InvalidDocument):
        error.args = (reason,)
    return exception.InvalidInput(reason=f"{table}: a value cannot be stored: {reason}")


@translates(pymongo.errors.ConfigurationError)
def cannot_be_used(error: BaseException, _table: str, _reads: bool) -> Exception:
    """Server at localhost:27017 reports wire version 6, but this version of PyMongo requires 9."""
    return exception.ConfigurationError(f"[mongo] connection cannot be used: {error}")


@translates(pymongo.errors.OperationFailure)
def refused(error: BaseException, table: str, reads: bool) -> Exception:
    """Not authorized on nova to execute command { find: "instances", ... }, full error: {...}."""
    failure = cast("pymongo.errors.OperationFailure", error)
    if is_uncertain(failure):
        return _uncertain(failure, table, reads)
    if failure.code == AUTHENTICATION_FAILED:
        return exception.DBConnectionError(
            f"MongoDB refused the login to {masked(CONF.mongo.connection)}: "
            f"{_errmsg(failure) or code_and_name(failure)}"
        )
    if failure.code == UNAUTHORIZED:
        return _denied(failure, table)
    if failure.code == WRITE_CONFLICT:
        return exception.DBDeadlock(failure)
    return _caused_by_values(failure, table) or exception.DBError(failure)


def _caused_by_values(
    failure: pymongo.errors.OperationFailure, table: str
) -> exception.InvalidInput | None:
    """Return the exception for a command that failed because of its values, or None."""
    if _grew_too_large(failure.details or {}):
        return row_too_large(table)
    if failure.code in REGULAR_EXPRESSION:
        return exception.InvalidInput(reason=_errmsg(failure) or code_and_name(failure))
    return None


def _uncertain(error: BaseException, table: str, reads: bool) -> Exception:
    return exception.DBConnectionError(
        f"MongoDB did not finish a command on {table}, "
        f"{deadlines.consequence(reads=reads)}: {code_and_name(error)}"
    )


def _denied(failure: pymongo.errors.OperationFailure, table: str) -> Exception:
    """Return the exception for a command that the user may not run."""
    text = _errmsg(failure)
    if "requires authentication" in text:
        return exception.DBNotAuthorized(
            f"MongoDB requires a login for the collection {table}: "
            "give [mongo] connection a user and a password."
        )
    found = DENIED.search(text)
    action = found[1] if found else "this command"
    collection = (found[2] if found else "") or table
    return exception.DBNotAuthorized(
        f"MongoDB does not let the user of [mongo] connection run {action} on the collection "
        f"{collection}: grant a role that allows it."
    )


def _grew_too_large(failure: Mapping[str, Any]) -> bool:
    """Return whether an update failed because its row became too large.

    A ``$lookup`` may fail with the same code.
    """
    return any(
        each.get("code") in TOO_LARGE
        and any(command in str(each.get("errmsg")) for command in UPDATES)
        for each in (failure, *failure.get("writeErrors", ()))
    )


_KNOWN = (
    pymongo.errors.PyMongoError,
    bson.errors.BSONError,
    OverflowError,
    UnicodeEncodeError,
)
