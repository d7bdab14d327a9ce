"""The services of Nova: which run where, and their last reports.

    {_id: 1, host: "host1", binary: "nova-compute", topic: "compute", report_count: 7,
     disabled: false, created_at, updated_at, deleted_at, deleted: 0}

Nothing is unique: services look themselves up before they register. Every write is one update of
one document.
"""

from __future__ import annotations

from typing import Any

from nova_docdb import exception
from nova_docdb.config import CONF
from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo.joins import join, table
from nova_docdb.mongo.rows import Filter, Row
from nova_docdb.mongo.table import Values

SERVICES = table("services")
COMPUTE_NODES = table("compute_nodes")


@require_admin_context
def service_create(context: Context, values: Values) -> Row:
    if not CONF.enable_new_services:
        values = {**values, "disabled": True}
    return SERVICES.insert(values)


@require_admin_context
def service_destroy(context: Context, instance_id: int) -> None:
    # NOTE: the service goes first: of two callers one finds it live, and a crash in between
    # leaves nodes of a deleted service, which destroying them by hand or a new service replaces.
    visible = SERVICES.visible(context)
    if not SERVICES.soft_delete(SERVICES.equals({"id": instance_id}), visible):
        raise exception.ServiceNotFound(service_id=instance_id)
    COMPUTE_NODES.soft_delete(COMPUTE_NODES.equals({"service_id": instance_id}), visible)


@require_admin_context
def service_get(context: Context, service_id: int) -> Row:
    return _with_nodes(_visible_service(context, service_id))


@require_admin_context
def service_get_all(context: Context, disabled: bool | None = None) -> list[Row]:
    where = {} if disabled is None else SERVICES.equals({"disabled": disabled})
    return SERVICES.find({**where, **SERVICES.visible(context)})


@require_admin_context
def service_get_all_by_host(context: Context, host: str) -> list[Row]:
    return SERVICES.find(_live(host=host))


@require_admin_context
def service_get_all_by_topic(context: Context, topic: str) -> list[Row]:
    return SERVICES.find(_live(topic=topic, disabled=False))


@require_admin_context
def service_get_by_args(context: Context, host: str, binary: str) -> Row:
    where = SERVICES.equals({"host": host, "binary": binary})
    service = SERVICES.first({**where, **SERVICES.visible(context)})
    if service is None:
        raise exception.HostBinaryNotFound(host=host, binary=binary)
    return service


@require_admin_context
def service_get_by_compute_host(context: Context, host: str) -> Row:
    service = SERVICES.first(_live(host=host, topic=CONF.compute_topic))
    if service is None:
        raise exception.ComputeHostNotFound(host=host)
    return _with_nodes(service)


@require_admin_context
def service_get_by_host_and_topic(context: Context, host: str, topic: str) -> Row | None:
    return SERVICES.first(_live(host=host, topic=topic, disabled=False))


@require_admin_context
def service_update(context: Context, service_id: int, values: Values) -> Row:
    where = {**SERVICES.equals({"id": service_id}), **SERVICES.visible(context)}
    service = SERVICES.update(where, values)
    if service is None:
        raise exception.ServiceNotFound(service_id=service_id)
    return service


def _visible_service(context: Context, service_id: int) -> Row:
    service = SERVICES.get({**SERVICES.equals({"id": service_id}), **SERVICES.visible(context)})
    if service is None:
        raise exception.ServiceNotFound(service_id=service_id)
    return service


def _live(**columns: Any) -> Filter:
    return {**SERVICES.equals(columns), **SERVICES.live}


def _with_nodes(service: Row) -> Row:
    return join(SERVICES, [service], "compute_node")[0]
