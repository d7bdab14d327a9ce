"""The contract of services.

Bodies: ``nova_docdb/mongo/families/services.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import ServiceRow, ServiceWithComputeNode
from nova_docdb.db.values import Values


@backend_function
def service_create(context: Context, values: Values) -> ServiceRow:
    """Create a service.

    Services are not unique; if enable_new_services is false, the service starts disabled.

    :param values: host, binary, topic, report_count, disabled
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's

    >>> service = db.service_create(
    ...     admin, {"host": "host1", "binary": "nova-compute", "topic": "compute"}
    ... )
    >>> service["id"], service["report_count"], service["disabled"]
    (1, 0, False)
    """


@backend_function
def service_destroy(context: Context, instance_id: int) -> None:
    """Soft-delete a service and its compute nodes.

    Follows read_deleted; of two concurrent calls, one succeeds.

    :param instance_id: the id of the service
    :raises AdminRequired: if the context is not an admin's
    :raises ServiceNotFound: if no visible row matches
    """


@backend_function
def service_get(context: Context, service_id: int) -> ServiceWithComputeNode:
    """Return a service.

    Follows read_deleted.

    :param service_id: the id of the service
    :returns: the row with compute_node, a list of live nodes
    :raises AdminRequired: if the context is not an admin's
    :raises ServiceNotFound: if no visible row matches
    """


@backend_function
def service_get_all(context: Context, disabled: bool | None = None) -> list[ServiceRow]:
    """Return all services.

    Follows read_deleted.

    :param disabled: True: only disabled ones, False: only enabled ones, None: all
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def service_get_all_by_host(context: Context, host: str) -> list[ServiceRow]:
    """Return the live services of a host, enabled or not.

    :param host: the name of the host
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def service_get_all_by_topic(context: Context, topic: str) -> list[ServiceRow]:
    """Return the live, enabled services of a topic.

    :param topic: the topic
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's

    >>> for host in ("host1", "host2"):
    ...     _ = db.service_create(admin, {"host": host, "topic": "compute"})
    >>> [service["host"] for service in db.service_get_all_by_topic(admin, "compute")]
    ['host1', 'host2']
    """


@backend_function
def service_get_by_args(context: Context, host: str, binary: str) -> ServiceRow:
    """Return the service of a host and binary, disabled or not.

    Follows read_deleted.

    :param host: the name of the host
    :param binary: the name of the binary, such as "nova-compute"
    :returns: the row
    :raises AdminRequired: if the context is not an admin's
    :raises HostBinaryNotFound: if no visible row matches
    """


@backend_function
def service_get_by_compute_host(context: Context, host: str) -> ServiceWithComputeNode:
    """Return the live compute service of a host, enabled or not.

    :param host: the name of the host
    :returns: the row with compute_node, a list of live nodes
    :raises AdminRequired: if the context is not an admin's
    :raises ComputeHostNotFound: if there is none
    """


@backend_function
def service_get_by_host_and_topic(context: Context, host: str, topic: str) -> ServiceRow | None:
    """Return the live, enabled service of a host and topic.

    :param host: the name of the host
    :param topic: the topic
    :returns: the row or None
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def service_update(context: Context, service_id: int, values: Values) -> ServiceRow:
    """Change a service; concurrent changes of different columns are both kept.

    Follows read_deleted.

    :param service_id: the id of the service
    :param values: columns and their values; keys that are not columns are ignored
    :returns: the changed row
    :raises AdminRequired: if the context is not an admin's
    :raises ServiceNotFound: if no visible row matches

    >>> service = db.service_create(admin, {"host": "host1", "topic": "compute"})
    >>> db.service_update(admin, service["id"], {"report_count": 1})["report_count"]
    1
    """
