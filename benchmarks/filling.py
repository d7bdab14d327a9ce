"""Fills a MongoDB database with a cloud, as the API stores it, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from pymongo.write_concern import WriteConcern

from benchmarks import cloud
from nova_docdb.mongo.store import connection, ids
from nova_docdb.mongo.tables.table import table

Document = dict[str, Any]

# The number of instances per batch.
CHUNK = 500


def fill_instances(instances: Iterable[dict[str, Any]], *, deleted: bool = False) -> None:
    """Store instances and their related rows.

    :param deleted: whether all rows are soft-deleted
    """
    rest = iter(instances)
    groups: dict[str, int] = {}
    while some := list(islice(rest, CHUNK)):
        for project in {values["project_id"] for values in some} - groups.keys():
            groups[project] = _group(project)
        for name, documents in _documents(some, groups).items():
            _insert(name, documents, deleted=deleted)


def fill_rest() -> None:
    """Store what the benchmark rows without instances use."""
    project = {"project_id": cloud.PROJECT}
    network = _one("networks", label="private", cidr="10.0.0.0/16")
    _insert_rows("fixed_ips", ({"address": a, "network_id": network} for a in cloud.addresses()))
    _insert_rows(
        "quota_usages",
        ({**project, "resource": name, "in_use": 0, "reserved": 0} for name in cloud.QUOTA),
        _reservations={},
        _outstanding=0,
        _refreshes=0,
    )
    for number in range(cloud.NODES):
        host = {"host": f"host{number}"}
        service = _one("services", **host, binary="nova-compute", topic="compute")
        node = _one("compute_nodes", service_id=service, **cloud.node(number))
        _insert_rows(
            "compute_node_stats",
            ({"compute_node_id": node, "key": k, "value": v} for k, v in cloud.STATS.items()),
        )


def _documents(some: list[Document], groups: dict[str, int]) -> dict[str, list[Document]]:
    """Return the documents of instances by table, without ids."""
    owners = [{"instance_uuid": values["uuid"]} for values in some]
    memberships = [
        {**owner, "security_group_id": groups[values["project_id"]]}
        for owner, values in zip(owners, some, strict=True)
    ]
    return {
        "instances": _like("instances", some),
        "instance_info_caches": _like(
            "instance_info_caches", ({**owner, "network_info": "[]"} for owner in owners)
        ),
        "instance_metadata": _like("instance_metadata", _pairs(owners, cloud.METADATA)),
        "instance_system_metadata": _like(
            "instance_system_metadata", _pairs(owners, cloud.SYSTEM_METADATA)
        ),
        "security_group_instance_association": _like(
            "security_group_instance_association", memberships
        ),
    }


def _pairs(owners: list[Document], pairs: dict[str, str]) -> Iterator[Document]:
    for owner in owners:
        for key, value in pairs.items():
            yield {**owner, "key": key, "value": value}


def _like(name: str, rows: Iterable[Document]) -> list[Document]:
    """Return the documents of rows with the same columns; only the first is converted."""
    documents: list[Document] = []
    for values in rows:
        pattern = documents[0] if documents else table(name).format.document(values)
        documents.append({**pattern, **values})
    return documents


def _group(project: str) -> int:
    groups = table("security_groups")
    key = {"project_id": project, "name": cloud.GROUP}
    group = groups.first(groups.where_live(**key)) or groups.insert(
        {**key, "description": cloud.GROUP}
    )
    return int(group["id"])


def _one(table_name: str, **values: Any) -> int:
    row = table(table_name).insert(values)
    return int(row["id"])


def _insert_rows(name: str, rows: Iterable[Document], **private: Any) -> None:
    _insert(name, [{**document, **private} for document in _like(name, rows)])


def _insert(name: str, documents: list[Document], *, deleted: bool = False) -> None:
    for document, number in zip(documents, ids.allocate(name, len(documents)), strict=True):
        document["_id"] = number
        if deleted:
            document.update(deleted=number, deleted_at=cloud.EPOCH)
    collection = connection.get_database().get_collection(name, write_concern=WriteConcern(w=1))
    collection.insert_many(documents, ordered=False)
