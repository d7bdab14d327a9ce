"""The contract of bandwidth usages.

Bodies: ``nova_docdb/mongo/families/bw_usages.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import BandwidthUsageRow


@backend_function
def bw_usage_get(
    context: Context, uuid: str, start_period: datetime | str, mac: str
) -> BandwidthUsageRow | None:
    """Return the traffic of a virtual interface in an audit period, deleted or not.

    The order of the arguments differs from bw_usage_update.

    :param uuid: the uuid of the instance
    :param start_period: the start of the period, naive UTC or ISO text
    :param mac: the MAC address
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def bw_usage_get_by_uuids(
    context: Context, uuids: Iterable[str], start_period: datetime | str
) -> list[BandwidthUsageRow]:
    """Return the traffic of instances in an audit period, including deleted rows.

    :param uuids: the uuids of the instances
    :param start_period: the start of the period, naive UTC or ISO text
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def bw_usage_update(
    context: Context,
    uuid: str,
    mac: str,
    start_period: datetime | str,
    bw_in: int | None,
    bw_out: int | None,
    last_ctr_in: int | None,
    last_ctr_out: int | None,
    last_refreshed: datetime | str | None = None,
    update_cells: bool = True,
) -> None:
    """Set the traffic counters of a virtual interface in an audit period.

    The counters replace the stored ones. Concurrent calls leave one row.

    :param uuid: the uuid of the instance
    :param mac: the MAC address
    :param start_period: the start of the period, naive UTC or ISO text
    :param bw_in: bytes in
    :param bw_out: bytes out
    :param last_ctr_in: the hypervisor's own counter of bytes in
    :param last_ctr_out: the hypervisor's counter of bytes out
    :param last_refreshed: when it was measured, naive UTC or ISO text; None means now
    :param update_cells: whether to notify the cells listener (nova_docdb.cells)
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """
