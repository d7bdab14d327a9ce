"""The consoles of instances, and the pools that proxy hosts serve them from.

    console_pools: {_id: 1, host: "proxy1", compute_host: "host1", console_type: "xvp",
                    address: "10.0.0.9", username, password, public_hostname, ..., deleted: 0}
    consoles: {_id: 1, pool_id: 1, instance_uuid: "...", instance_name, port: 5900, password, ...}

Nothing is unique: lookups return the lowest id. Consoles are removed instead of soft-deleted, so
``deleted`` is not checked.
"""

from __future__ import annotations

from typing import Any

from nova_docdb import exception
from nova_docdb.context import Context
from nova_docdb.mongo.tables.relations import get_joined, join
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

POOLS = table("console_pools")
CONSOLES = table("consoles")


def console_create(context: Context, values: Values) -> Row:
    return CONSOLES.insert(values)


def console_delete(context: Context, console_id: int) -> None:
    CONSOLES.remove(CONSOLES.equals({"id": console_id}))


def console_get(context: Context, console_id: int, instance_uuid: str | None = None) -> Row:
    columns: dict[str, Any] = {"id": console_id}
    missing: Exception = exception.ConsoleNotFound(console_id=console_id)
    if instance_uuid is not None:
        columns["instance_uuid"] = instance_uuid
    if instance_uuid:
        missing = exception.ConsoleNotFoundForInstance(
            console_id=console_id, instance_uuid=instance_uuid
        )
    return require(get_joined(CONSOLES, CONSOLES.equals(columns), "pool"), missing)


def console_get_all_by_instance(context: Context, instance_uuid: str) -> list[Row]:
    return CONSOLES.find(CONSOLES.equals({"instance_uuid": instance_uuid}))


def console_get_by_pool_instance(context: Context, pool_id: int, instance_uuid: str) -> Row:
    console = CONSOLES.lowest(CONSOLES.equals({"pool_id": pool_id, "instance_uuid": instance_uuid}))
    missing = exception.ConsoleNotFoundInPoolForInstance(
        pool_id=pool_id, instance_uuid=instance_uuid
    )
    return join(CONSOLES, [require(console, missing)], "pool")[0]


def console_pool_create(context: Context, values: Values) -> Row:
    return POOLS.insert(values)


def console_pool_get_all_by_host_type(context: Context, host: str, console_type: str) -> list[Row]:
    return join(
        POOLS, POOLS.find(POOLS.where_live(host=host, console_type=console_type)), "consoles"
    )


def console_pool_get_by_host_type(
    context: Context, compute_host: str, proxy_host: str, console_type: str
) -> Row:
    pool = POOLS.lowest(
        POOLS.where_live(compute_host=compute_host, host=proxy_host, console_type=console_type)
    )
    missing = exception.ConsolePoolNotFoundForHostType(
        host=proxy_host, compute_host=compute_host, console_type=console_type
    )
    return join(POOLS, [require(pool, missing)], "consoles")[0]
