"""The services of Nova, their hosts and their last reports.

    {_id: 1, host: "host1", binary: "nova-compute", topic: "compute", report_count: 7,
     disabled: false, created_at, updated_at, deleted_at, deleted: 0}

No key is unique: a service looks for its row before it inserts one. Every write is one update of
one document, except for a destroy.
"""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.config import CONF
from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo.store.transactions import transactional
from nova_docdb.mongo.tables.arguments import require_mapping
from nova_docdb.mongo.tables.reads import BY_ID
from nova_docdb.mongo.tables.relations import get_joined, join
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

SERVICES = table("services")
COMPUTE_NODES = table("compute_nodes")

WITH_NODES = "compute_node"


@require_admin_context
def service_create(context: Context, values: Values) -> Row:
    if not CONF.enable_new_services:
        values = {**require_mapping("values", values), "disabled": True}
    return SERVICES.insert(values)


@require_admin_context
@transactional
def service_destroy(context: Context, instance_id: int) -> None:
    # NOTE: the service is deleted first, so that only one of two callers finds it live. Without
    # transactions, a crash after that leaves live nodes of a deleted service, until they are
    # destroyed or replaced by those of a new service.
    visible = SERVICES.where_visible(context)
    if not SERVICES.soft_delete(SERVICES.equals({"id": instance_id}), visible):
        raise exception.ServiceNotFound(service_id=instance_id)
    COMPUTE_NODES.soft_delete(COMPUTE_NODES.equals({"service_id": instance_id}), visible)


@require_admin_context
def service_get(context: Context, service_id: int) -> Row:
    service = get_joined(SERVICES, SERVICES.where_visible(context, id=service_id), WITH_NODES)
    return require(service, exception.ServiceNotFound(service_id=service_id))


@require_admin_context
def service_get_all(context: Context, disabled: bool | None = None) -> list[Row]:
    columns = {} if disabled is None else {"disabled": disabled}
    return SERVICES.find(SERVICES.where_visible(context, **columns), sort=BY_ID)


@require_admin_context
def service_get_all_by_host(context: Context, host: str) -> list[Row]:
    return SERVICES.find(SERVICES.where_live(host=host))


@require_admin_context
def service_get_all_by_topic(context: Context, topic: str) -> list[Row]:
    return SERVICES.find(SERVICES.where_live(topic=topic, disabled=False))


@require_admin_context
def service_get_by_args(context: Context, host: str, binary: str) -> Row:
    service = SERVICES.lowest(SERVICES.where_visible(context, host=host, binary=binary))
    return require(service, exception.HostBinaryNotFound(host=host, binary=binary))


@require_admin_context
def service_get_by_compute_host(context: Context, host: str) -> Row:
    service = SERVICES.lowest(SERVICES.where_live(host=host, topic=CONF.compute_topic))
    found = require(service, exception.ComputeHostNotFound(host=host))
    return join(SERVICES, [found], WITH_NODES)[0]


@require_admin_context
def service_get_by_host_and_topic(context: Context, host: str, topic: str) -> Row | None:
    return SERVICES.lowest(SERVICES.where_live(host=host, topic=topic, disabled=False))


@require_admin_context
def service_update(context: Context, service_id: int, values: Values) -> Row:
    service = SERVICES.update(SERVICES.where_visible(context, id=service_id), values)
    return require(service, exception.ServiceNotFound(service_id=service_id))
