"""Reads a Grizzly SQL database of any engine.

Values are read as the driver returns them and converted by the columns of the schema, so that a row
that cannot be imported is reported instead of failing its whole batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from nova_docdb import exception
from nova_docdb.mongo.tables.rows import HIGHEST_ID
from nova_docdb.schemas import TableSpec
from nova_docdb.schemas.columns import Integer
from nova_docdb.sql.engine import connect, open_engine, shown, sql_errors
from nova_docdb.sql.rows import BATCH_CHARACTERS, long_texts
from nova_docdb.sql.store import collections
from nova_docdb.sql.tables import GRIZZLY, VERSION_TABLE, metadata, version

# The maximum number of rows that a streaming driver buffers.
STREAMED_ROWS = 250


@dataclass(frozen=True)
class SourceTable:
    """A table of the source and the collection that it is imported into.

    :param spec: the schema, which a table shares with its shadow table
    :param name: the name on both sides
    :param columns: the columns that both sides have
    :param unknown_columns: columns of the source that the schema does not have
    """

    spec: TableSpec
    name: str
    columns: tuple[str, ...]
    unknown_columns: tuple[str, ...]


class Source:
    """An open SQL database, read in one snapshot, taken when its first row is read.

    :param url: the SQLAlchemy URL
    :raises ConfigurationError: if the URL cannot be used
    :raises DBError: if the database cannot be opened
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self.name = shown(self._engine)
        self._connection = connect(self._engine)
        with sql_errors(self._engine, "be opened"):
            if self._engine.dialect.name != "sqlite":
                # All queries then read the same snapshot.
                self._connection.execution_options(isolation_level="REPEATABLE READ")
            inspector = sa.inspect(self._connection)
            self._found = {
                name: {column["name"] for column in inspector.get_columns(name)}
                for name in inspector.get_table_names()
            }

    def __enter__(self) -> Source:  # noqa: PYI034 - Self requires Python 3.11
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()
        self._engine.dispose()

    def tables(self) -> list[SourceTable]:
        """Return the tables of Nova's API that the source has, with their shadow tables."""
        return [
            SourceTable(
                spec,
                name,
                tuple(column for column in spec.columns if column in self._found[name]),
                tuple(sorted(self._found[name] - spec.columns.keys())),
            )
            for spec, name in collections()
            if name in self._found
        ]

    def require_grizzly(self) -> None:
        """Reject a database that is not a Grizzly database.

        A database without a version is accepted.

        :raises ConfigurationError: if it has another version, or none of Nova's tables
        :raises DBError: if the version cannot be read
        """
        if (found := self._version()) not in {None, GRIZZLY}:
            self._refuse(f"its schema version is {found}, Grizzly's is {GRIZZLY}")
        if not self.tables():
            self._refuse("it has none of Nova's tables")
        for table in self.tables():
            if table.spec.key not in table.columns:
                self._refuse(f"its table {table.name} has no column {table.spec.key}")

    def notes(self) -> list[str]:
        """Return remarks for the operator about how values are read, one sentence each."""
        if self._engine.dialect.name != "postgresql":
            return []
        if self._scalar(sa.text("SHOW server_encoding")) != "SQL_ASCII":
            return []
        encoding = self._engine.url.query.get("client_encoding", "utf8")
        note = (
            f"The database has the encoding SQL_ASCII, so its text was read as {encoding}: if "
            "it is in another encoding, name it in the URL, as in "
            "postgresql://.../nova?client_encoding=latin1."
        )
        return [note]

    def lacking(self) -> list[str]:
        """Return the tables and columns of a Grizzly database that the source lacks."""
        wanted = {name: t for name, t in metadata().tables.items() if name != VERSION_TABLE}
        tables = [name for name in wanted if name not in self._found]
        columns = [
            f"{name}.{column}"
            for name in wanted.keys() - set(tables)
            for column in set(wanted[name].columns.keys()) - self._found[name]
        ]
        return [*tables, *sorted(columns)]

    def _refuse(self, reason: str) -> NoReturn:
        raise exception.ConfigurationError(
            f"{self.name} is not a Grizzly database of Nova: {reason}."
        )

    def _version(self) -> Any:
        """Return the version of Nova's tables, or None if it is not stored."""
        if VERSION_TABLE not in self._found:
            return None
        with sql_errors(self._engine, "be read"):
            return version(self._connection)

    def unknown_tables(self) -> dict[str, int]:
        """Return the other tables of the source with their row counts."""
        known = {table.name for table in self.tables()}
        return {name: self.count(name) for name in sorted(self._found) if name not in known}

    def count(self, name: str) -> int:
        """Return the number of rows of a table."""
        return int(self._scalar(sa.select(sa.func.count()).select_from(sa.table(name))))

    def highest_id(self, table: SourceTable) -> int:
        """Return the highest importable id of a table with integer ids, or 0."""
        if not isinstance(table.spec.columns[table.spec.key], Integer):
            return 0
        key: sa.ColumnClause[Any] = sa.column(table.spec.key)
        query = sa.select(sa.func.max(key)).select_from(sa.table(table.name))
        return int(self._scalar(query.where(key.between(1, HIGHEST_ID - 1))) or 0)

    def filled(self, table: SourceTable, column: str) -> int:
        """Return the number of rows in which a column is not NULL."""
        counted = sa.func.count(sa.column(column))
        return int(self._scalar(sa.select(counted).select_from(sa.table(table.name))))

    def batches(self, table: SourceTable, size: int) -> Iterator[list[dict[str, Any]]]:
        """Yield all rows in batches, as the driver returns them.

        Each batch is a separate query that starts after the last row, so no cursor stays open.

        NOTE: SQLite allows empty, duplicate and unreadable keys, which a query for keys above the
        last one would skip, so it is read by rowid. Other engines can have unreadable text keys
        too: such tables are read by offset, which is fast enough for the few of them.
        """
        key: sa.ColumnClause[Any] = sa.column(table.spec.key)
        marker: Any = sa.literal_column("rowid") if self._has_rowid(table.name) else key
        counted = marker is key and not isinstance(table.spec.columns[table.spec.key], Integer)
        query: Any = (
            sa.select(marker.label("marker"), *(sa.column(name) for name in table.columns))
            .select_from(sa.table(table.name))
            .order_by(marker)
            .limit(size)
        )
        texts = long_texts(table.spec)
        long = [place for place, name in enumerate(table.columns) if name in texts]
        read = 0
        rows, last = self._rows(query, table.columns, long)
        while rows:
            yield rows
            read += len(rows)
            following = query.offset(read) if counted else query.where(marker > last)
            rows, last = self._rows(following, table.columns, long)

    def _has_rowid(self, name: str) -> bool:
        if self._engine.dialect.name != "sqlite":
            return False
        rowid: Any = sa.select(sa.literal_column("rowid")).select_from(sa.table(name)).limit(0)
        try:
            self._connection.execute(rowid).close()
        except OperationalError:
            # The table is WITHOUT ROWID, which does not allow empty or duplicate keys.
            return False
        return True

    def _rows(
        self, query: Any, names: tuple[str, ...], long: list[int]
    ) -> tuple[list[dict[str, Any]], Any]:
        """Return the rows of a query, fewer if their texts are long, and the last one's marker.

        :param names: the columns after the marker
        :param long: those of them with long texts
        """
        rows: list[dict[str, Any]] = []
        last = None
        left = BATCH_CHARACTERS
        options = {"stream_results": True, "max_row_buffer": STREAMED_ROWS}
        with (
            sql_errors(self._engine, "be read"),
            self._connection.execute(query, execution_options=options) as result,
        ):
            for last, *values in result:  # noqa: B007 - used behind the loop
                rows.append(dict(zip(names, values, strict=True)))
                left -= sum(len(values[n]) for n in long if isinstance(values[n], (str, bytes)))
                if left <= 0:
                    break
        return rows, last

    def _scalar(self, query: Any) -> Any:
        with sql_errors(self._engine, "be read"):
            return self._connection.execute(query).scalar_one()
