"""The tables aggregates, aggregate_hosts and aggregate_metadata."""

from nova_docdb.schemas.base import KeyedSchema, Relation, index, unique
from nova_docdb.schemas.columns import Integer, String


class Aggregate(KeyedSchema):
    """A host aggregate."""

    class Meta:
        """Keys, indexes and relations."""

        table = "aggregates"
        listed = True
        private = {"_held": "changes when a transaction holds the row"}  # noqa: RUF012
        computed = {  # noqa: RUF012
            "hosts": "names of the live hosts",
            "metadetails": "the live metadata as a dict",
            "availability_zone": "its value in metadetails, or None",
        }
        indexes = (unique("name", "deleted", present=("name",)),)
        relations = (
            Relation("_hosts", "aggregate_hosts", "id", "aggregate_id", many=True, while_live=True),
            Relation(
                "_metadata", "aggregate_metadata", "id", "aggregate_id", many=True, while_live=True
            ),
        )

    name = String(255)


class AggregateHost(KeyedSchema):
    """The membership of a host in an aggregate."""

    class Meta:
        """Keys, indexes and relations."""

        table = "aggregate_hosts"
        indexes = (
            unique("aggregate_id", "host", "deleted"),
            index("host", "deleted"),
        )

    host = String(255)
    aggregate_id = Integer(nullable=False)


class AggregateMetadata(KeyedSchema):
    """A pair of an aggregate's metadata."""

    class Meta:
        """Keys, indexes and relations."""

        table = "aggregate_metadata"
        indexes = (
            unique("aggregate_id", "key", "deleted"),
            index("key", "deleted"),
        )

    key = String(255, nullable=False)
    value = String(255, nullable=False)
    aggregate_id = Integer(nullable=False)
