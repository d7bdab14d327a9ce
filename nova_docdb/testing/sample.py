"""Store sample rows through the API: a small cloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nova_docdb import data, db
from nova_docdb.context import get_admin_context
from nova_docdb.fixtures import load

Row = Mapping[str, Any]

CREATE: dict[str, Callable[[Any, Row], Row]] = {
    "compute_nodes": db.compute_node_create,
    "fixed_ips": lambda context, row: db.fixed_ip_get_by_address(
        context, db.fixed_ip_create(context, row)
    ),
    "floating_ips": lambda context, row: db.floating_ip_get_by_address(
        context, db.floating_ip_create(context, row)
    ),
    "instance_types": db.instance_type_create,
    "instances": db.instance_create,
    "key_pairs": db.key_pair_create,
    "networks": db.network_create_safe,
    "quotas": lambda context, row: db.quota_create(context, **row),
    "services": db.service_create,
}


def small_cloud() -> dict[str, list[Row]]:
    """Store the rows of ``fixtures/small_cloud.json`` and return them by table.

    Two hosts with their hypervisors; the five default flavors; a network with five addresses,
    three of them taken; three floating addresses, one of them taken; the projects acme, with the
    instances web1 and web2, a key pair and quotas, and umbrella, with the instance db1. The store
    must be fresh: ids count from 1.

    :raises DBDuplicateEntry: if the store already has such rows
    """
    admin = get_admin_context()
    tables = {"instance_types": data.load("default_flavors.json"), **load("small_cloud.json")}
    return {name: [CREATE[name](admin, row) for row in rows] for name, rows in tables.items()}
