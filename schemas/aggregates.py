"""The tables aggregates, aggregate_hosts and aggregate_metadata."""

from marshmallow import fields

from nova_docdb.schemas.base import (
    Indexes,
    KeyedSchema,
    Purposes,
    Relation,
    Relations,
    TableMeta,
    index,
    unique,
)
from nova_docdb.schemas.columns import Column, Integer, String


class Aggregate(KeyedSchema):
    """A host aggregate."""

    class Meta(TableMeta):
        """Keys, indexes and relations."""

        table = "aggregates"
        listed = True
        private: Purposes = {"_held": "changes when a transaction locks the row"}
        computed: Purposes = {
            "hosts": "names of the live hosts",
            "metadetails": "the live metadata as a dict",
            "availability_zone": "its value in metadetails, or None",
        }
        indexes: Indexes = (unique("name", "deleted", present=("name",)),)
        relations: Relations = (
            Relation("_hosts", "aggregate_hosts", "id", "aggregate_id", many=True, while_live=True),
            Relation(
                "_metadata", "aggregate_metadata", "id", "aggregate_id", many=True, while_live=True
            ),
        )

    hosts = fields.List(fields.String())
    metadetails = fields.Dict()
    availability_zone = fields.String(allow_none=True)
    name: Column = String(255)


class AggregateHost(KeyedSchema):
    """A host's membership in an aggregate."""

    class Meta(TableMeta):
        """Keys, indexes and relations."""

        table = "aggregate_hosts"
        indexes: Indexes = (
            unique("aggregate_id", "host", "deleted"),
            index("host", "deleted"),
        )

    host: Column = String(255)
    aggregate_id: Column = Integer(nullable=False)


class AggregateMetadata(KeyedSchema):
    """A key and value of an aggregate's metadata."""

    class Meta(TableMeta):
        """Keys, indexes and relations."""

        table = "aggregate_metadata"
        indexes: Indexes = (
            unique("aggregate_id", "key", "deleted"),
            index("key", "deleted"),
        )

    key: Column = String(255, nullable=False)
    value: Column = String(255, nullable=False)
    aggregate_id: Column = Integer(nullable=False)
