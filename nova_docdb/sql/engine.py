"""Opening a SQL database, and telling in one sentence what it or its driver objects to."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
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
from nova_docdb.urls import UNENCODED, masked

# The drivers that the extras of this package bring, for URLs that name none or nova.conf's.
DRIVERS = {
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}
EXTRAS = {"pymysql": "mysql", "psycopg": "postgresql"}

# A value that does not fit is refused, not cut; an id of 0 is kept, not counted on.
MYSQL_MODES = "STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO"

# What SQLAlchemy and the drivers raise for an option of a URL, or for a file that one names.
UNUSABLE_OPTION = (ArgumentError, SAWarning, TypeError, ValueError, OSError)


def open_engine(url: str, *, create: bool = False) -> sa.Engine:
    """Return the engine for a URL; nothing connects yet.

    :param create: whether a SQLite file may be made
    :raises ConfigurationError: if the URL cannot be used
    """
    try:
        parsed = _with_driver(_parsed(url))
        engine = _engine(parsed)
    except ModuleNotFoundError as error:
        raise exception.ConfigurationError(_missing_driver(error)) from error
    except NoSuchModuleError as error:
        raise exception.ConfigurationError(
            f"The SQL database cannot be opened: no engine is called {url.partition(':')[0]!r}: "
            "use mysql://, postgresql:// or sqlite:///."
        ) from error
    except UNUSABLE_OPTION as error:
        raise _unusable(parsed, error) from error
    if engine.dialect.name == "sqlite":
        _refuse_file(engine.url, create=create)
    if engine.dialect.name == "mysql":
        sa.event.listen(engine, "connect", _be_strict)
    return engine


def connect(engine: sa.Engine) -> sa.Connection:
    """Return a connection to the database.

    :raises ConfigurationError: if the driver does not take an option of the URL
    :raises DBError: if the database cannot be opened
    """
    with sql_errors(engine, "be opened"):
        try:
            return engine.connect()
        except UNUSABLE_OPTION as error:
            raise _unusable(engine.url, error) from error


def shown(engine: sa.Engine) -> str:
    """Return the URL without its password and its options."""
    return _plain(engine.url)


@contextmanager
def sql_errors(engine: sa.Engine, doing: str) -> Iterator[None]:
    """Raise one sentence instead of SQLAlchemy's exceptions.

    :param doing: what cannot be done, such as "be opened"
    :raises DBError: in place of theirs
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise exception.DBError(
            f"The SQL database {shown(engine)} cannot {doing}: {said(error)}"
        ) from error


def said(error: BaseException) -> str:
    """Return the first line of what the driver said."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    # MySQL's drivers put a number before the text.
    text = str(error.args[-1] if len(error.args) > 1 else error)
    return text.splitlines()[0].strip() if text.strip() else type(error).__name__


def _parsed(url: str) -> sa.URL:
    """Read a URL; where it cannot be, neither it nor what is said of it shows its password."""
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise exception.ConfigurationError(
            f"The SQL database cannot be opened: {masked(url)!r} is no SQLAlchemy URL."
        ) from None
    if "@" in (parsed.host or ""):
        raise exception.ConfigurationError(
            f"The SQL database cannot be opened: {masked(url)!r}: {UNENCODED}"
        )
    return parsed


def _plain(url: sa.URL) -> str:
    plain = url.set(drivername=url.get_backend_name(), query={})
    return plain.render_as_string(hide_password=True)


def _engine(url: sa.URL) -> sa.Engine:
    options = {"native_inet_types": False} if url.drivername.endswith("psycopg") else {}
    with warnings.catch_warnings():
        # An option that would be ignored.
        warnings.simplefilter("error", SAWarning)
        return sa.create_engine(url, **options)


def _unusable(url: sa.URL, error: Exception) -> exception.ConfigurationError:
    # A warning speaks of what would happen if it were none.
    reason = said(error).partition(" (Background on this")[0].replace(" and are being ignored", "")
    return exception.ConfigurationError(
        f"The SQL database {_plain(url)} cannot be opened: an option of its URL cannot be used: "
        f"{reason}"
    )


def _with_driver(url: sa.URL) -> sa.URL:
    url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
    if url.drivername == "mysql+pymysql":
        # nova.conf's charset=utf8 has no characters of four bytes and would give "?" for them.
        url = url.update_query_dict({"charset": "utf8mb4"})
    return url


def _missing_driver(error: ModuleNotFoundError) -> str:
    extra = EXTRAS.get(error.name or "")
    install = f"'nova_docdb[{extra}]'" if extra else error.name
    return f"The driver {error.name} is not installed: pip install {install}"


def _refuse_file(url: sa.URL, *, create: bool) -> None:
    """Refuse SQLite in memory, and a file that is not there: opening it would make an empty one."""
    if url.database in {None, "", ":memory:"}:
        raise exception.ConfigurationError(
            f"The SQL database {_plain(url)} cannot be opened: it is in memory, and would end with "
            "this command: name a file, as in sqlite:////var/lib/nova/nova.sqlite."
        )
    if not create and not Path(str(url.database)).is_file():
        raise exception.ConfigurationError(f"There is no SQLite database {url.database}.")


def _be_strict(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION sql_mode = CONCAT(@@sql_mode, ',{MYSQL_MODES}')")
