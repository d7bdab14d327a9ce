"""Opens a SQL database so that every value can be read; errors are one sentence."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    SAWarning,
    SQLAlchemyError,
)

from nova_docdb import exception
from nova_docdb.sql import files
from nova_docdb.urls import UNENCODED, masked

# The drivers of this package's extras, for URLs without a driver or with nova.conf's.
DRIVERS = {
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}
EXTRAS = {"pymysql": "mysql", "psycopg": "postgresql"}

# MySQL must reject values that do not fit, not truncate them, and keep an id of 0.
MYSQL_MODES = "STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO"

# PostgreSQL types with values that psycopg may reject: text in another encoding, "infinity", years
# before 1 and after 9999.
TEXT_TYPES = ("text", "varchar", "bpchar", "name")
TIME_TYPES = ("timestamp", "timestamptz", "date")

# What SQLAlchemy and the drivers raise for an invalid URL option, or for a file that it names.
UNUSABLE_OPTION = (ArgumentError, SAWarning, TypeError, ValueError, OSError)


def open_engine(url: str, *, create: bool = False) -> sa.Engine:
    """Return the engine for a URL, without connecting.

    :param create: whether to create a missing SQLite file, with permissions for its owner only
    :raises ConfigurationError: if the URL cannot be used
    """
    try:
        parsed = _with_driver(_parsed(url))
        engine = _engine(parsed)
    except ModuleNotFoundError as error:
        raise exception.ConfigurationError(_missing_driver(error)) from error
    except NoSuchModuleError as error:
        scheme = url.partition(":")[0]
        reason = f"unknown engine {scheme!r}: use mysql://, postgresql:// or sqlite:///."
        raise _cannot_be_opened(reason) from error
    except UNUSABLE_OPTION as error:
        raise _unusable(parsed, error) from error
    if engine.dialect.name == "sqlite":
        _check_file(engine.url, create=create)
        sa.event.listen(engine, "connect", _read_any_text)
    if engine.dialect.name == "mysql":
        sa.event.listen(engine, "connect", _set_strict_mode)
    if engine.dialect.driver == "psycopg":
        sa.event.listen(engine, "connect", _read_any_value)
    return engine


def connect(engine: sa.Engine) -> sa.Connection:
    """Return a connection to the database.

    :raises ConfigurationError: if the driver rejects an option of the URL
    :raises DBError: if the database cannot be opened
    """
    with sql_errors(engine, "be opened"):
        try:
            return engine.connect()
        except UNUSABLE_OPTION as error:
            raise _unusable(engine.url, error) from error


def shown(engine: sa.Engine) -> str:
    """Return the URL without its password and options."""
    return _plain(engine.url)


@contextmanager
def sql_errors(engine: sa.Engine, doing: str) -> Iterator[None]:
    """Convert SQLAlchemy's exceptions to a DBError with one sentence.

    :param doing: what cannot be done, such as "be opened"
    :raises DBError: instead of SQLAlchemy's exceptions
    """
    try:
        yield
    except (SQLAlchemyError, UnicodeError) as error:
        raise exception.DBError(
            f"The SQL database {shown(engine)} cannot {doing}: {driver_message(error)}"
        ) from error


def driver_message(error: BaseException) -> str:
    """Return the first line of the driver's message."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    # MySQL drivers put an error code before the message.
    text = str(error.args[-1] if len(error.args) > 1 else error)
    return text.splitlines()[0].strip() if text.strip() else type(error).__name__


def _parsed(url: str) -> sa.URL:
    """Parse a URL; the error for an invalid one does not show its password."""
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise _cannot_be_opened(f"{masked(url)!r} is not a SQLAlchemy URL.") from None
    if "@" in (parsed.host or ""):
        raise _cannot_be_opened(f"{masked(url)!r}: {UNENCODED}")
    return parsed


def _plain(url: sa.URL) -> str:
    plain = url.set(drivername=url.get_backend_name(), query={})
    return plain.render_as_string(hide_password=True)


def _engine(url: sa.URL) -> sa.Engine:
    options = {"native_inet_types": False} if url.drivername.endswith("psycopg") else {}
    with warnings.catch_warnings():
        # SQLAlchemy warns of an option that it ignores.
        warnings.simplefilter("error", SAWarning)
        return sa.create_engine(url, **options)


def _unusable(url: sa.URL, error: Exception) -> exception.ConfigurationError:
    # The text of a warning says what happens if it is not raised as an error.
    reason = (
        driver_message(error)
        .partition(" (Background on this")[0]
        .replace(" and are being ignored", "")
    )
    return _cannot_be_opened(f"an option of its URL cannot be used: {reason}", url)


def _cannot_be_opened(reason: str, url: sa.URL | None = None) -> exception.ConfigurationError:
    name = "The SQL database" if url is None else f"The SQL database {_plain(url)}"
    return exception.ConfigurationError(f"{name} cannot be opened: {reason}")


def _with_driver(url: sa.URL) -> sa.URL:
    url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
    if url.drivername == "mysql+pymysql":
        # With charset=utf8, as in nova.conf, MySQL sends "?" for characters of four bytes.
        url = url.update_query_dict({"charset": "utf8mb4"})
    if url.drivername == "postgresql+psycopg" and "client_encoding" not in url.query:
        # Without it psycopg returns the text of a SQL_ASCII database as bytes.
        url = url.update_query_dict({"client_encoding": "utf8"})
    return url


def _missing_driver(error: ModuleNotFoundError) -> str:
    extra = EXTRAS.get(error.name or "")
    install = f"'nova_docdb[{extra}]'" if extra else error.name
    return f"The driver {error.name} is not installed: pip install {install}"


def _check_file(url: sa.URL, *, create: bool) -> None:
    """Reject SQLite in memory, a missing file to read, and a file that must not be written to.

    SQLite would create an empty database for a missing file.
    """
    path = url.database or ""
    if path in {"", ":memory:"}:
        raise _cannot_be_opened(
            "a database in memory would be lost: name a file, as in "
            "sqlite:////var/lib/nova/nova.sqlite.",
            url,
        )
    if path.startswith("file:"):
        raise _cannot_be_opened("name a path, not a file: URI.", url)
    if not create and not Path(path).is_file():
        raise exception.ConfigurationError(f"The SQLite database {path} does not exist.")
    if create:
        try:
            files.claim_database(path)
        except files.UnsuitableFileError as error:
            raise exception.ConfigurationError(
                f"The SQL database {_plain(url)} cannot be written to: {error}."
            ) from error


def _set_strict_mode(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION sql_mode = CONCAT(@@sql_mode, ',{MYSQL_MODES}')")


def _read_any_text(connection: Any, _record: Any) -> None:
    connection.text_factory = _text_or_bytes


def _text_or_bytes(value: bytes) -> str | bytes:
    """Return text, or the bytes if they are not UTF-8, so that the row is reported."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _read_any_value(connection: Any, _record: Any) -> None:
    """Make psycopg return a value that it rejects as PostgreSQL sends it."""
    server = connection.info.parameter_status("server_encoding")
    if server == "SQL_ASCII" and connection.info.encoding == "utf-8":
        # Otherwise the server checks all text, and aborts a query at the first that is not UTF-8.
        connection.execute("SET client_encoding TO 'SQL_ASCII'")
        connection.commit()
    for name in (*TEXT_TYPES, *TIME_TYPES):
        # 0 is the text format.
        strict = connection.adapters.get_loader(connection.adapters.types[name].oid, 0)
        unread = _ascii if name in TIME_TYPES else bytes
        connection.adapters.register_loader(name, _lenient(strict, unread))


def _ascii(value: Any) -> str:
    return bytes(value).decode("ascii", "replace")


def _lenient(strict: Any, unread: Callable[[Any], Any]) -> Any:
    """Return a loader that falls back to ``unread`` if another loader raises."""
    from psycopg import DataError  # noqa: PLC0415 - an extra, loaded by SQLAlchemy by now
    from psycopg.adapt import Loader  # noqa: PLC0415 - likewise

    class LenientLoader(Loader):
        def __init__(self, oid: int, context: Any = None) -> None:
            super().__init__(oid, context)
            self._strict = strict(oid, context)

        def load(self, data: Any) -> Any:
            try:
                value = self._strict.load(data)
            except (DataError, UnicodeDecodeError):
                return unread(data)
            # With the encoding SQL_ASCII psycopg does not decode text.
            return _text_or_bytes(value) if isinstance(value, bytes) else value

    return LenientLoader
