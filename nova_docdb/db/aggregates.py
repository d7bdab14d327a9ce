"""The contract of host aggregates.

Bodies: ``nova_docdb/mongo/families/aggregates.py``.
"""

from __future__ import annotations

from typing import Any

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import AggregateRow
from nova_docdb.db.values import Values


@backend_function
def aggregate_create(
    context: Context, values: Values, metadata: dict[str, Any] | None = None
) -> AggregateRow:
    """Create an aggregate with its metadata.

    Of two concurrent calls with the same name, one fails.

    :param values: name is required (None is not compared); availability_zone is stored in the
        metadata
    :param metadata: the pairs
    :returns: the row with hosts, metadetails and availability_zone
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNameExists: if a live aggregate has the name
    :raises InvalidInput: if values has no name
    :raises DBError: if a key or value of the metadata is None

    >>> rack = db.aggregate_create(admin, {"name": "rack1", "availability_zone": "north"})
    >>> rack["hosts"], rack["metadetails"]
    ([], {'availability_zone': 'north'})
    """


@backend_function
def aggregate_delete(context: Context, aggregate_id: int) -> None:
    """Soft-delete an aggregate and its metadata; its host rows stay.

    Follows read_deleted.

    :param aggregate_id: the id of the aggregate
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if no visible row matches
    """


@backend_function
def aggregate_get(context: Context, aggregate_id: int) -> AggregateRow:
    """Return an aggregate.

    Follows read_deleted.

    :param aggregate_id: the id of the aggregate
    :returns: the row with hosts, metadetails and availability_zone, which are empty if it is
        deleted
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if no visible row matches
    """


@backend_function
def aggregate_get_all(context: Context) -> list[AggregateRow]:
    """Return all aggregates.

    Follows read_deleted.

    :returns: the rows with hosts, metadetails and availability_zone
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def aggregate_get_by_host(
    context: Context, host: str, key: str | None = None
) -> list[AggregateRow]:
    """Return the live aggregates that a host is in.

    :param host: the name of the host
    :param key: only those with this metadata key; None or empty means all
    :returns: the rows, without duplicates, with all hosts, metadetails and availability_zone
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def aggregate_host_add(context: Context, aggregate_id: int, host: str) -> None:
    """Add a host to an aggregate.

    The aggregate follows read_deleted; of two concurrent calls with the same host, one fails.

    :param aggregate_id: the id of the aggregate
    :param host: the name of the host
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if no such aggregate is visible
    :raises AggregateHostExists: if the host is already in it

    >>> rack = db.aggregate_create(admin, {"name": "rack1"})
    >>> db.aggregate_host_add(admin, rack["id"], "host1")
    >>> db.aggregate_get(admin, rack["id"])["hosts"]
    ['host1']
    """


@backend_function
def aggregate_host_delete(context: Context, aggregate_id: int, host: str) -> None:
    """Remove a host from an aggregate.

    Follows read_deleted; adding the host again creates a new row.

    :param aggregate_id: the id of the aggregate
    :param host: the name of the host
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if no such aggregate is visible
    :raises AggregateHostNotFound: if the host is not in it
    """


@backend_function
def aggregate_host_get_all(context: Context, aggregate_id: int) -> list[str]:
    """Return the names of the hosts of an aggregate.

    Follows read_deleted.

    :param aggregate_id: the id of the aggregate
    :returns: the names; with deleted rows visible a host that was removed and added again is listed
        twice
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if no such aggregate is visible
    """


@backend_function
def aggregate_host_get_by_metadata_key(context: Context, key: str) -> dict[str, set[str]]:
    """Return the values of a metadata key for each host, over all live aggregates.

    :param key: the key
    :returns: host -> set of values, such as {"host1": {"az1", "az2"}}
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def aggregate_metadata_add(
    context: Context, aggregate_id: int, metadata: dict[str, Any], set_delete: bool = False
) -> None:
    """Set metadata keys of an aggregate, in place or as new rows.

    The aggregate follows read_deleted; a key has one live row, also under concurrent calls.

    :param aggregate_id: the id of the aggregate
    :param metadata: the pairs
    :param set_delete: whether to remove keys that are not named
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if no such aggregate is visible
    :raises DBError: if a key or value is None; nothing is stored then
    """


@backend_function
def aggregate_metadata_delete(context: Context, aggregate_id: int, key: str) -> None:
    """Soft-delete a metadata key of an aggregate.

    Follows read_deleted.

    :param aggregate_id: the id of the aggregate
    :param key: the key
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if no such aggregate is visible
    :raises AggregateMetadataNotFound: if it does not have the key
    """


@backend_function
def aggregate_metadata_get(context: Context, aggregate_id: int) -> dict[str, str]:
    """Return the metadata of an aggregate.

    Follows read_deleted; if a key has several rows, the live one is used, else the newest.

    :param aggregate_id: the id of the aggregate
    :returns: key -> value
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if no such aggregate is visible
    """


@backend_function
def aggregate_metadata_get_by_host(
    context: Context, host: str, key: str | None = None
) -> dict[str, set[str]]:
    """Return the metadata of all live aggregates that a host is in.

    :param host: the name of the host
    :param key: only this key; None or empty means all
    :returns: key -> set of values
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def aggregate_update(context: Context, aggregate_id: int, values: Values) -> AggregateRow:
    """Change an aggregate.

    Follows read_deleted.

    :param aggregate_id: the id of the aggregate
    :param values: name is changed; metadata replaces all metadata; availability_zone is one
        metadata pair, and given alone it leaves the other pairs unchanged
    :returns: the changed row with hosts, metadetails and availability_zone
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if no visible row matches
    :raises AggregateNameExists: if another live aggregate has the name; nothing is changed then
    """
