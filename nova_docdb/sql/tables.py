"""The SQL tables of a Grizzly database, derived from the schemas."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from nova_docdb.schemas import SQL_KEYS, TABLES, SqlKeys, TableSpec, columns

# The schema version after Grizzly's last migration, as sqlalchemy-migrate stores it.
GRIZZLY = 161
REPOSITORY = "nova"
REPOSITORY_PATH = "migrate_repo"
VERSION_TABLE = "migrate_version"

# Tables that Grizzly creates but no function of the API uses.
UNUSED = (
    *("sm_backend_config", "sm_flavors", "sm_volume", "virtual_storage_arrays"),
    *("volume_metadata", "volume_types", "volume_type_extra_specs"),
)

MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=3), "mysql", "mariadb")

# The store has milliseconds, double precision and texts of 8 MB; MySQL's plain types hold less.
TYPES: dict[type[columns.Column], TypeEngine[Any]] = {
    columns.BigInteger: sa.BigInteger(),
    columns.Integer: sa.Integer(),
    columns.Boolean: sa.Boolean(),
    columns.Float: sa.Float(53),
    columns.DateTime: MOMENT,
    columns.Text: sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb"),
    # It is declared as an integer but holds uuids.
    columns.IntegerOrText: sa.String(36),
}

LONGEST_MYSQL_KEY = 3072
BYTES_A_CHARACTER = 4
PREFIX = 100

NAMES = {
    "uq": "uniq_%(table_name)s_%(column_0_N_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
}


def metadata() -> sa.MetaData:
    """Return every table and shadow table, and migrate_version.

    Foreign keys are separate from their tables if an engine can add them later.
    """
    found = sa.MetaData(naming_convention=NAMES)
    for name, spec in TABLES.items():
        keys = SQL_KEYS.get(name, SqlKeys())
        _table(found, spec, name, *_constraints(keys))
        for index in keys.indexes:
            _index(found.tables[name], index)
        if spec.shadow:
            _table(found, spec, spec.shadow_name)
    sa.Table(
        VERSION_TABLE,
        found,
        sa.Column("repository_id", sa.String(250), primary_key=True),
        sa.Column("repository_path", sa.Text),
        sa.Column("version", sa.Integer),
        mysql_engine="InnoDB",
    )
    return found


def version(connection: sa.Connection) -> Any:
    """Return the version of Nova's tables in a database, or None if it is not stored."""
    versions = metadata().tables[VERSION_TABLE]
    query = sa.select(versions.c.version).where(versions.c.repository_id == REPOSITORY)
    return connection.execute(query).scalar()


def parents_first() -> list[str]:
    """Return the names of the tables, each after those that its foreign keys refer to."""
    parents = {
        name: {target.partition(".")[0] for target in _references(name).values()} - {name}
        for name in TABLES
    }
    return list(TopologicalSorter(parents).static_order())


def of_grizzly() -> set[str]:
    """Return the names of all tables of a Grizzly database."""
    return {*metadata().tables, *UNUSED, *(f"shadow_{name}" for name in UNUSED)}


def _references(name: str) -> dict[str, str]:
    return SQL_KEYS.get(name, SqlKeys()).references


def _constraints(keys: SqlKeys) -> Iterator[sa.Constraint]:
    for unique in keys.unique:
        yield sa.UniqueConstraint(*unique)
    for column, target in keys.references.items():
        yield sa.ForeignKeyConstraint([column], [target], use_alter=True)


def _table(found: sa.MetaData, spec: TableSpec, name: str, *constraints: sa.Constraint) -> None:
    numbered = name == spec.name and isinstance(spec.columns[spec.key], columns.Integer)
    sa.Table(
        name,
        found,
        *(
            sa.Column(
                column,
                _type(spec.columns[column]),
                primary_key=column == spec.key,
                nullable=spec.columns[column].nullable,
                autoincrement=numbered and column == spec.key,
            )
            for column in spec.columns
        ),
        *constraints,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
    )


def _index(table: sa.Table, names: tuple[str, ...]) -> None:
    lengths = {
        name: PREFIX
        for name in names
        if isinstance(kind := table.c[name].type, sa.String) and (kind.length or 0) > PREFIX
    }
    characters = sum(getattr(table.c[name].type, "length", None) or 0 for name in names)
    short = lengths if characters * BYTES_A_CHARACTER > LONGEST_MYSQL_KEY else {}
    # PostgreSQL truncates names to 63 characters.
    sa.Index(
        f"{table.name}_{'_'.join(names)}"[:59] + "_idx",
        *(table.c[name] for name in names),
        mysql_length=short,
    )


def _type(column: columns.Column) -> TypeEngine[Any]:
    if isinstance(column, columns.String):
        return sa.String(column.length)
    for kind, sql_type in TYPES.items():
        if isinstance(column, kind):
            return sql_type
    raise TypeError(f"no SQL type for {type(column).__name__}")
