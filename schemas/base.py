"""The base of the schemas: how a table declares its columns, keys, indexes and relations.

A schema is the single definition of a table. The backend derives documents, indexes and joins from
it; the import and the export derive the SQL table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields

from nova_docdb.schemas.columns import Boolean, Column, DateTime, Integer, String


@dataclass(frozen=True)
class Index:
    """An index over columns, in their order.

    :param columns: names of columns, or of private fields of the document
    :param unique: whether it is a unique key
    :param present: columns that must not be empty for a row to be indexed: SQL exempts a row with
        an empty column from a unique key, MongoDB only in a partial index
    :param only_deleted: whether only soft-deleted rows are indexed
    """

    columns: tuple[str, ...]
    unique: bool = False
    present: tuple[str, ...] = ()
    only_deleted: bool = False

    @property
    def name(self) -> str:
        """The name of the index in the database."""
        return "_".join(self.columns) + ("_only_deleted" if self.only_deleted else "")


def index(*columns: str) -> Index:
    """Return a plain index."""
    return Index(columns)


def unique(*columns: str, present: tuple[str, ...] = ()) -> Index:
    """Return a unique key; rows with an empty column of ``present`` are exempt."""
    return Index(columns, unique=True, present=present)


@dataclass(frozen=True)
class Through:
    """The association table of a relation; only its live rows are used."""

    table: str
    local: str
    foreign: str


@dataclass(frozen=True)
class Relation:
    """A relation of a row to rows of another table.

    :param name: the key of the related rows in a returned row
    :param table: the other table
    :param local: the column of this table
    :param foreign: the column of the other table that must be equal
    :param many: whether it is a list; otherwise it is one row or None
    :param live: whether only live rows of the other table are included; otherwise, if ``many`` is
        false, a live row is preferred to a deleted one
    :param while_live: whether deleted rows of this table have no related rows
    :param through: the association table, if there is one
    """

    name: str
    table: str
    local: str
    foreign: str
    many: bool = False
    live: bool = True
    while_live: bool = False
    through: Through | None = None


@dataclass(frozen=True)
class ShardKey:
    """The shard key of a table.

    :param column: the shard key: every unique key begins with it, and every write to a single row
        filters by it
    :param why: why this column was chosen
    :param hashed: whether it is hashed, for ids that only increase
    """

    column: str
    why: str
    hashed: bool = False

    @property
    def pattern(self) -> dict[str, Any]:
        """The key as MongoDB's commands take it."""
        return {self.column: "hashed" if self.hashed else 1}

    @property
    def index_name(self) -> str | None:
        """The name of the index of a hashed key, or None: other indexes serve a plain key."""
        return f"{self.column}_hashed" if self.hashed else None


Indexes = tuple[Index, ...]
Relations = tuple[Relation, ...]
Purposes = dict[str, str]


class TableMeta:
    """What ``class Meta`` of a table may declare in addition to marshmallow's own options.

    :cvar table: the name of the table
    :cvar key: the column stored as ``_id``
    :cvar indexes: the keys and indexes
    :cvar relations: the relations
    :cvar listed: whether a function lists all live rows, which then has its own index
    :cvar shadow: whether soft-deleted rows can be archived
    :cvar private: fields of the document that are not columns, with their purpose
    :cvar computed: keys of a returned row that are not stored, with how they are computed
    :cvar accepted: keys that are accepted in values but are neither columns nor returned, with
        their purpose
    :cvar shard_key: the shard key
    :cvar unsharded: why a table that grows with the cloud is not sharded
    """

    table: str
    key: str = "id"
    indexes: Indexes = ()
    relations: Relations = ()
    listed: bool = False
    shadow: bool = True
    private: Purposes = {}
    computed: Purposes = {}
    accepted: Purposes = {}
    shard_key: ShardKey | None = None
    unsharded: str = ""


@dataclass(frozen=True)
class TableSpec:
    """The definition of a table, computed once from its schema."""

    name: str
    key: str
    columns: dict[str, Column]
    indexes: tuple[Index, ...]
    relations: dict[str, Relation]
    private: dict[str, str]
    shadow: bool
    computed: dict[str, str]
    accepted: dict[str, str]
    shard_key: ShardKey | None
    unsharded: str

    @property
    def shadow_name(self) -> str:
        """The name of the shadow table, for archived rows."""
        return f"shadow_{self.name}"

    @property
    def live_value(self) -> Any:
        """The value of ``deleted`` in a live row."""
        return self.columns["deleted"].default

    def index(self, *columns: str) -> Index:
        """Return the index on these columns.

        :raises LookupError: if there is none
        """
        for found in self.indexes:
            if found.columns == columns:
                return found
        raise LookupError(f"{self.name} has no index over {', '.join(columns)}")

    @property
    def unique_keys(self) -> tuple[Index, ...]:
        """The unique keys other than the primary key."""
        return tuple(key for key in self.indexes if key.unique)


class TableSchema(Schema):
    """The base class of every table, with the columns that all tables have.

    Every table also has ``deleted``, with the type of its key.

    ``dump`` and ``dumps`` serialize a row to JSON, with times as Nova's RPC formats them; ``load``
    and ``loads`` deserialize it. ``unknown``, ``partial`` and ``many`` are marshmallow's own
    options.

    :param relations: the relations to nest, such as ``["metadata", "security_groups.rules"]``
    :raises ValueError: if a table does not have the relation
    """

    class Meta(TableMeta):
        table = ""

    def __init__(self, *, relations: Iterable[str] = (), **options: Any) -> None:
        nested: dict[str, list[str]] = {}
        for path in relations:
            name, _, deeper = path.partition(".")
            nested.setdefault(name, []).extend([deeper] if deeper else [])
        # marshmallow creates the fields of a schema from these.
        self._declared_fields = {
            **type(self)._declared_fields,  # noqa: SLF001 - marshmallow has no public name for them
            **{name: self._nested(name, deeper) for name, deeper in nested.items()},
        }
        super().__init__(**options)

    @classmethod
    def _nested(cls, name: str, deeper: list[str]) -> fields.Nested:
        """Return the field of a relation."""
        from nova_docdb.schemas import SCHEMAS  # noqa: PLC0415 - the tables import this module

        shown = {relation.name: relation for relation in cls.Meta.relations}
        if name not in shown or name.startswith("_") or name in cls._declared_fields:
            raise ValueError(f"{cls.Meta.table} has no relation {name!r}")
        relation = shown[name]
        (schema,) = (found for found in SCHEMAS if found.Meta.table == relation.table)
        return fields.Nested(
            schema(relations=deeper),
            many=relation.many,
            allow_none=not relation.many,
        )

    created_at: Column = DateTime()
    updated_at: Column = DateTime()
    deleted_at: Column = DateTime()

    @classmethod
    def spec(cls) -> TableSpec:
        """Return the spec of the table."""
        meta = cls.Meta
        columns = {name: c for name, c in cls().fields.items() if isinstance(c, Column)}
        return TableSpec(
            name=meta.table,
            key=meta.key,
            columns=columns,
            indexes=(*meta.indexes, _deleted_index(meta)),
            relations={relation.name: relation for relation in meta.relations},
            private=meta.private,
            computed=meta.computed,
            accepted=meta.accepted,
            shadow=meta.shadow,
            shard_key=meta.shard_key,
            unsharded=meta.unsharded,
        )


class KeyedSchema(TableSchema):
    """The base class of tables with an integer id."""

    id: Column = Integer(nullable=False, generated=True)
    deleted: Column = Integer(default=0)


class UuidKeyedSchema(TableSchema):
    """The base class of tables with a text id, whose ``deleted`` is text too."""

    id: Column = String(36, nullable=False, generated=True)
    deleted: Column = String(36, default="")


class DomainKeyedSchema(TableSchema):
    """The base class of dns_domains, whose ``deleted`` is a boolean."""

    deleted: Column = Boolean(default=False)


def _deleted_index(meta: type[TableMeta]) -> Index:
    """Return the index that archiving scans.

    If a function lists the live rows, the index includes them too, ordered by id. Its last column
    is deleted_at, so that rows too recent to be archived are skipped without being read.
    """
    return Index(("deleted", meta.key, "deleted_at"), only_deleted=not meta.listed)
