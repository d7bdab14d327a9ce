"""The contract of consoles and console pools.

Bodies: ``nova_docdb/mongo/families/consoles.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import ConsolePoolRow, ConsolePoolWithConsoles, ConsoleRow, ConsoleWithPool
from nova_docdb.db.values import Values


@backend_function
def console_create(context: Context, values: Values) -> ConsoleRow:
    """Create a console.

    The context is not checked.

    :param values: instance_name, instance_uuid, password, port, pool_id
    :returns: the new row
    """


@backend_function
def console_delete(context: Context, console_id: int) -> None:
    """Delete a console permanently; no error if there is none.

    The context is not checked.

    :param console_id: the id of the console
    """


@backend_function
def console_get(
    context: Context, console_id: int, instance_uuid: str | None = None
) -> ConsoleWithPool:
    """Return a console.

    The context is not checked; deleted rows are included.

    :param console_id: the id of the console
    :param instance_uuid: if given, the console must belong to this instance
    :returns: the row with pool
    :raises ConsoleNotFound: if there is none
    :raises ConsoleNotFoundForInstance: if there is none and instance_uuid was given
    """


@backend_function
def console_get_all_by_instance(context: Context, instance_uuid: str) -> list[ConsoleRow]:
    """Return the consoles of an instance.

    The context is not checked.

    :param instance_uuid: the uuid of the instance
    :returns: the rows
    """


@backend_function
def console_get_by_pool_instance(
    context: Context, pool_id: int, instance_uuid: str
) -> ConsoleWithPool:
    """Return the console of an instance in a pool.

    The context is not checked.

    :param pool_id: the id of the console pool
    :param instance_uuid: the uuid of the instance
    :returns: the row with pool
    :raises ConsoleNotFoundInPoolForInstance: if there is none
    """


@backend_function
def console_pool_create(context: Context, values: Values) -> ConsolePoolRow:
    """Create a console pool.

    The context is not checked.

    :param values: address, username, password, console_type, public_hostname, host, compute_host
    :returns: the new row
    """


@backend_function
def console_pool_get_all_by_host_type(
    context: Context, host: str, console_type: str
) -> list[ConsolePoolWithConsoles]:
    """Return the live console pools of a proxy host and type.

    The context is not checked.

    :param host: the name of the proxy host
    :param console_type: the type
    :returns: the rows with consoles
    """


@backend_function
def console_pool_get_by_host_type(
    context: Context, compute_host: str, proxy_host: str, console_type: str
) -> ConsolePoolWithConsoles:
    """Return the live console pool of a compute host, proxy host and type.

    The context is not checked.

    :param compute_host: the name of the compute host
    :param proxy_host: the name of the proxy host
    :param console_type: the type
    :returns: the row with consoles
    :raises ConsolePoolNotFoundForHostType: if there is none
    """
