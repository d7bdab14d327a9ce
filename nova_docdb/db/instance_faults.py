"""The contract of instance faults.

Bodies: ``nova_docdb/mongo/families/instances/faults.py``.
"""

from __future__ import annotations

from collections.abc import Iterable

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import InstanceFaultRow
from nova_docdb.db.values import Values


@backend_function
def instance_fault_create(
    context: Context, values: Values, update_cells: bool = True
) -> InstanceFaultRow:
    """Record a fault of an instance.

    The context is not checked.

    :param values: instance_uuid, code (required), message, details, host
    :param update_cells: whether to notify the cells listener (nova_docdb.cells)
    :returns: the new row
    :raises DBError: if code is missing
    """


@backend_function
def instance_fault_get_by_instance_uuids(
    context: Context, instance_uuids: Iterable[str]
) -> dict[str, list[InstanceFaultRow]]:
    """Return the live faults of instances.

    The context is not checked.

    :param instance_uuids: the uuids of the instances
    :returns: uuid -> its faults, newest first; every given uuid is a key
    """
