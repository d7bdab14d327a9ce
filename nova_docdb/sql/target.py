"""Writes a Grizzly SQL database: tables, rows, foreign keys and version.

The tables are created here, or already exist, empty, after ``nova-manage db sync``. The table
``nova_docdb_export`` records the export, so that exported rows can be distinguished from others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import DATETIME
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.schema import AddConstraint

from nova_docdb import clock, exception
from nova_docdb.sql import files, tables
from nova_docdb.sql.engine import connect, driver_message, open_engine, shown, sql_errors

EXPORTS = sa.Table(
    "nova_docdb_export",
    sa.MetaData(),
    sa.Column("source", sa.String(255), primary_key=True),
    sa.Column("begun_at", tables.MOMENT),
    sa.Column("finished_at", tables.MOMENT),
    sa.Column("made_tables", sa.Boolean, nullable=False),
    mysql_engine="InnoDB",
)

MIN_INT32, MAX_INT32 = -(2**31), 2**31 - 1

SHOWN = 5

# The number of keys looked up per query.
LOOKED_FOR = 500


@dataclass(frozen=True)
class Export:
    """The content of the table ``nova_docdb_export``.

    :param finished_at: None until the export is finished
    :param made_tables: whether the export created the tables
    """

    source: str
    finished_at: datetime | None
    made_tables: bool


@dataclass(frozen=True)
class Refusal:
    """A row that the database rejected."""

    key: Any
    column: str
    reason: str


class Target:
    """An open SQL database to export to.

    :param url: the SQLAlchemy URL
    :raises ConfigurationError: if the URL cannot be used
    :raises DBError: if the database cannot be opened
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url, create=True)
        self.name = shown(self._engine)
        self._made = tables.metadata()
        self._tables: dict[str, sa.Table] = {}
        self._filled: set[str] = set()
        connect(self._engine).close()

    def __enter__(self) -> Target:  # noqa: PYI034 - Self requires Python 3.11
        return self

    def __exit__(self, *_error: object) -> None:
        self._engine.dispose()

    def begin(self, source: str) -> Export:
        """Begin or resume an export: create the tables, and return its record.

        :param source: the name of the exported store
        :raises ConfigurationError: if the database cannot be exported to; nothing is written then
        """
        with sql_errors(self._engine, "be written to"):
            known = self._known()
            if known is None:
                found = self._tables_of_nova()
            elif known.source != source:
                raise exception.ConfigurationError(
                    f"{self.name} holds an export of {known.source}, not of {source}: "
                    "export into an empty database."
                )
            self._restrict()
            export = known or self._new(source, made_tables=not found)
            if export.made_tables and export.finished_at is None:
                self._make_tables()
            self._reflect()
        return export

    def _restrict(self) -> None:
        """Restrict a SQLite file to its owner, because exported rows include passwords."""
        if self._engine.dialect.name != "sqlite":
            return
        try:
            files.restrict(str(self._engine.url.database))
        except files.UnsuitableFileError as error:
            raise exception.ConfigurationError(
                f"The SQL database {self.name} cannot be written to: {error}."
            ) from error

    def _known(self) -> Export | None:
        if not sa.inspect(self._engine).has_table(EXPORTS.name):
            return None
        with self._engine.connect() as connected:
            row = connected.execute(sa.select(EXPORTS)).one_or_none()
        return None if row is None else Export(row.source, row.finished_at, row.made_tables)

    def _new(self, source: str, *, made_tables: bool) -> Export:
        """Record a new export."""
        export = Export(source, None, made_tables=made_tables)
        EXPORTS.create(self._engine, checkfirst=True)
        with self._engine.begin() as connected:
            connected.execute(
                EXPORTS.insert().values(
                    source=source, begun_at=clock.utcnow(), made_tables=export.made_tables
                )
            )
        return export

    def _tables_of_nova(self) -> set[str]:
        """Return the tables of Nova's API that the database has: all of them, all empty, or none.

        :raises ConfigurationError: if it has only some of them, or rows, or tables or views of
            another program
        """
        inspector = sa.inspect(self._engine)
        present = set(inspector.get_table_names())
        views = set(inspector.get_view_names())
        if foreign := sorted((present | views) - tables.of_grizzly() - {EXPORTS.name}):
            raise exception.ConfigurationError(
                f"{self.name} has tables of another program: {', '.join(foreign[:SHOWN])}"
                f"{_more(foreign)}: export into an empty database."
            )
        wanted = self._made.tables.keys()
        if found := present & wanted:
            self._require_empty_grizzly(sorted(found), sorted(wanted - present))
        elif present - {EXPORTS.name}:
            self._require_empty_grizzly([], sorted(wanted))
        return found

    def _require_empty_grizzly(self, found: list[str], missing: list[str]) -> None:
        """Reject a database whose tables of Nova are not exactly those of Grizzly, all empty.

        :raises ConfigurationError: if the database is not empty or not of Grizzly
        """
        if missing:
            raise exception.ConfigurationError(
                f"{self.name} has tables of Nova but not {', '.join(missing[:SHOWN])}: export into "
                "an empty database, or into one that Grizzly's nova-manage db sync created."
            )
        inspector = sa.inspect(self._engine)
        for name in found:
            lacking = set(self._made.tables[name].columns.keys()) - {
                column["name"] for column in inspector.get_columns(name)
            }
            if lacking:
                raise exception.ConfigurationError(
                    f"{self.name}: the table {name} has no column {', '.join(sorted(lacking))}: "
                    "it is not a table of Grizzly."
                )
        with self._engine.connect() as connected:
            version = tables.version(connected)
            if version != tables.GRIZZLY:
                raise exception.ConfigurationError(
                    f"{self.name} has schema version {version}: the export writes that of Grizzly, "
                    f"{tables.GRIZZLY}."
                )
            full = [name for name in found if self._has_rows(connected, name)]
        full.remove(tables.VERSION_TABLE)
        if full:
            raise exception.ConfigurationError(
                f"{self.name} already has rows that were not exported, in "
                f"{', '.join(full[:SHOWN])}: export into an empty database. The flavors "
                "that nova-manage db sync creates, in instance_types, must be deleted too."
            )

    def _has_rows(self, connected: sa.Connection, name: str) -> bool:
        one = sa.select(sa.literal(1)).select_from(self._made.tables[name]).limit(1)
        return connected.execute(one).first() is not None

    def _make_tables(self) -> None:
        """Create the missing tables, without foreign keys if those can be added later."""
        present = set(sa.inspect(self._engine).get_table_names())
        with self._engine.begin() as connected:
            for name in self._made.tables.keys() - {tables.VERSION_TABLE}:
                table = self._made.tables[name]
                if name not in present:
                    table.create(connected, checkfirst=False)
                    continue
                # NOTE: MySQL commits each statement, so an interrupted export may have a table
                # without its indexes.
                for index in table.indexes:
                    index.create(connected, checkfirst=True)

    def _reflect(self) -> None:
        """Read the definitions of the tables: their own types decide how values are sent."""
        found = sa.MetaData()
        names = self._made.tables.keys() - {tables.VERSION_TABLE}
        found.reflect(self._engine, only=sorted(names), resolve_fks=False)
        self._tables = dict(found.tables)
        with self._engine.connect() as connected:
            self._filled = {name for name in names if self._has_rows(connected, name)}

    def whole_seconds(self, name: str) -> frozenset[str]:
        """Return the columns without fractions of a second, such as MySQL's plain DATETIME."""
        return frozenset(
            column.name
            for column in self._tables[name].columns
            if isinstance(column.type, DATETIME) and not column.type.fsp
        )

    def present(self, name: str, keys: list[Any]) -> dict[Any, dict[str, Any]]:
        """Return the existing rows by key."""
        if name not in self._filled:
            return {}
        table = self._tables[name]
        (key,) = table.primary_key.columns
        # Untyped, so that values are read as those of a source.
        wanted: list[Any] = [sa.column(column.name) for column in self._made.tables[name].columns]
        found = {}
        with sql_errors(self._engine, "be read"), self._engine.connect() as connected:
            for start in range(0, len(keys), LOOKED_FOR):
                query = sa.select(*wanted).select_from(sa.table(name))
                query = query.where(sa.column(key.name).in_(keys[start : start + LOOKED_FOR]))
                for row in connected.execute(query):
                    found[row._mapping[key.name]] = dict(row._mapping)  # noqa: SLF001 - its public name
        return found

    def store(self, name: str, rows: list[dict[str, Any]]) -> list[Refusal]:
        """Insert rows in one transaction, and return those that the database rejects."""
        if not rows:
            return []
        table = self._tables[name]
        with sql_errors(self._engine, "be written to"):
            try:
                with self._engine.begin() as connected:
                    connected.execute(table.insert(), rows)
            except (DataError, IntegrityError):
                return self._store_singly(table, rows)
        return []

    def _store_singly(self, table: sa.Table, rows: list[dict[str, Any]]) -> list[Refusal]:
        refusals = []
        (key,) = table.primary_key.columns
        with self._engine.begin() as connected:
            for row in rows:
                try:
                    with connected.begin_nested():
                        connected.execute(table.insert(), row)
                except (DataError, IntegrityError) as error:  # noqa: PERF203 - each for itself
                    column, reason = _misfit(table, row) or _missing_parent(table, error)
                    refusals.append(Refusal(row[key.name], column, reason))
        return refusals

    def advance_ids_past(self, name: str, number: int) -> None:
        """Make new rows get ids above ``number``."""
        (key,) = self._tables[name].primary_key.columns
        if not 1 <= number < MAX_INT32 or not isinstance(key.type, sa.Integer):
            return
        numbered = {
            # The name is from the schema; MySQL does not accept a parameter here.
            "mysql": f"ALTER TABLE {name} AUTO_INCREMENT = {number + 1}",
            "postgresql": f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {number})",
        }
        if statement := numbered.get(self._engine.dialect.name):
            with sql_errors(self._engine, "be written to"), self._engine.begin() as connected:
                connected.execute(sa.text(statement))

    def add_foreign_keys(self) -> list[str]:
        """Add the missing foreign keys; return those that rows violate."""
        left_out: list[str] = []
        for name, found in self._tables.items():
            there = [key.column_keys for key in found.foreign_key_constraints]
            left_out += (
                f"{name}.{key.column_keys[0]}"
                for key in self._made.tables[name].foreign_key_constraints
                if key.column_keys not in there and not self._add(key)
            )
        return left_out

    def _add(self, key: sa.ForeignKeyConstraint) -> bool:
        with sql_errors(self._engine, "be written to"):
            try:
                with self._engine.begin() as connected:
                    connected.execute(AddConstraint(key))
            except IntegrityError:
                return False
        return True

    def finish(self, export: Export) -> None:
        """Record that the export is complete, and the version of the created tables."""
        versions = self._made.tables[tables.VERSION_TABLE]
        with sql_errors(self._engine, "be written to"):
            if export.made_tables:
                versions.create(self._engine, checkfirst=True)
            with self._engine.begin() as connected:
                if export.made_tables:
                    connected.execute(sa.delete(versions))
                    connected.execute(
                        versions.insert().values(
                            repository_id=tables.REPOSITORY,
                            repository_path=tables.REPOSITORY_PATH,
                            version=tables.GRIZZLY,
                        )
                    )
                connected.execute(sa.update(EXPORTS).values(finished_at=clock.utcnow()))


def _more(names: list[str]) -> str:
    return f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""


def _missing_parent(table: sa.Table, error: DataError | IntegrityError) -> tuple[str, str]:
    """Return the column and reason of an error that may be a foreign key violation."""
    words = driver_message(error)
    if "foreign key" not in words.lower():
        return "-", words
    columns = sorted(name for key in table.foreign_key_constraints for name in key.column_keys)
    return ", ".join(columns), "refers to a missing row, which violates a foreign key"


def _misfit(table: sa.Table, row: dict[str, Any]) -> tuple[str, str] | None:
    """Return the first column that is too small for its value, and why; or None."""
    for column in table.columns:
        value = row.get(column.name)
        length = getattr(column.type, "length", None)
        if isinstance(value, str) and length and len(value) > length:
            return column.name, f"is longer than {length} characters"
        narrow = isinstance(column.type, sa.Integer) and not isinstance(column.type, sa.BigInteger)
        if isinstance(value, int) and narrow and not MIN_INT32 <= value <= MAX_INT32:
            return column.name, f"does not fit into 32 bits: {value}"
    return None
