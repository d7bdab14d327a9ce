"""Reading a Grizzly SQL database, whatever engine keeps it.

Values are read as the driver gives them and brought into their stored form by the columns of the
schema, so that one row that does not fit can be named instead of failing its whole batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from nova_docdb import exception
from nova_docdb.schemas import TABLES, TableFacts
from nova_docdb.urls import UNENCODED, masked

SHADOW = "shadow_"


@dataclass(frozen=True)
class SourceTable:
    """A table of the source and the collection that it goes to.

    :param facts: the schema, which a shadow table shares with its table
    :param name: the name on both sides
    :param columns: the columns that both sides have
    :param unknown_columns: columns of the source that the schema does not have
    """

    facts: TableFacts
    name: str
    columns: tuple[str, ...]
    unknown_columns: tuple[str, ...]


class Source:
    """An open SQL database, read only.

    :param url: its SQLAlchemy URL
    :raises ConfigurationError: if the URL cannot be used or the database cannot be opened
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = sa.create_engine(_parsed(url))
            self.name = self._engine.url.render_as_string(hide_password=True)
            _refuse_missing_file(self._engine.url)
            self._connection = self._engine.connect()
            self._found = {
                name: {column["name"] for column in self._inspector().get_columns(name)}
                for name in self._inspector().get_table_names()
            }
        except (ArgumentError, SQLAlchemyError, ModuleNotFoundError) as error:
            raise exception.ConfigurationError(
                f"The SQL database cannot be opened: {_first_line(error)}"
            ) from error

    def __enter__(self) -> Source:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()
        self._engine.dispose()

    def tables(self) -> list[SourceTable]:
        """Return the tables that belong to Nova's API and stand in the source, with shadows."""
        wanted = [(facts, facts.name) for facts in TABLES.values()]
        wanted += [(facts, SHADOW + facts.name) for facts in TABLES.values() if facts.shadow]
        return [
            SourceTable(
                facts,
                name,
                tuple(column for column in facts.columns if column in self._found[name]),
                tuple(sorted(self._found[name] - facts.columns.keys())),
            )
            for facts, name in wanted
            if name in self._found
        ]

    def unknown_tables(self) -> dict[str, int]:
        """Return the other tables of the source with their numbers of rows."""
        known = {table.name for table in self.tables()}
        return {name: self.count(name) for name in sorted(self._found) if name not in known}

    def count(self, name: str) -> int:
        """Return the number of rows of a table."""
        return int(
            self._connection.execute(
                sa.select(sa.func.count()).select_from(sa.table(name))
            ).scalar_one()
        )

    def filled(self, table: SourceTable, column: str) -> int:
        """Return in how many rows a column is not empty."""
        return int(
            self._connection.execute(
                sa.select(sa.func.count(sa.column(column))).select_from(sa.table(table.name))
            ).scalar_one()
        )

    def batches(self, table: SourceTable, size: int) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows in the order of their keys, as the driver gives them.

        Each batch is a query of its own that starts behind the last key: nothing is held between.
        """
        key: sa.ColumnClause[Any] = sa.column(table.facts.key)
        query: Any = (
            sa.select(*(sa.column(name) for name in table.columns))
            .select_from(sa.table(table.name))
            .order_by(key)
            .limit(size)
        )
        behind = query
        while rows := [dict(row._mapping) for row in self._connection.execute(behind)]:  # noqa: SLF001 - its public name
            yield rows
            behind = query.where(key > rows[-1][table.facts.key])

    def _inspector(self) -> sa.Inspector:
        return sa.inspect(self._connection)


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


def _refuse_missing_file(url: sa.URL) -> None:
    """Refuse a SQLite file that is not there: opening it would make an empty one."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return
    from pathlib import Path  # noqa: PLC0415 - for SQLite only

    if not Path(url.database).is_file():
        raise exception.ConfigurationError(f"There is no SQLite database {url.database}.")


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
