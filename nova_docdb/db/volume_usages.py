"""The contract of volume usages.

Bodies: ``nova_docdb/mongo/families/volume_usages.py``.
"""

from __future__ import annotations

from datetime import datetime

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import VolumeUsageRow


@backend_function
def vol_get_usage_by_time(context: Context, begin: datetime | str) -> list[VolumeUsageRow]:
    """Return the usage of volumes last refreshed after a time, or never.

    Deleted rows are included.

    :param begin: the time, naive UTC
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def vol_usage_update(
    context: Context,
    id: str,
    rd_req: int,
    rd_bytes: int,
    wr_req: int,
    wr_bytes: int,
    instance_id: int | str | None,
    last_refreshed: datetime | str | None = None,
    update_totals: bool = False,
) -> None:
    """Store the counters of a volume.

    If a counter is lower than the stored one, the instance was restarted, and the stored value is
    added to the totals first. Comparing, adding and writing are atomic.

    :param id: the id of the volume
    :param rd_req: read requests since the instance started
    :param rd_bytes: bytes read
    :param wr_req: write requests
    :param wr_bytes: bytes written
    :param instance_id: the instance that uses it
    :param last_refreshed: when it was measured, naive UTC or ISO text; None means now
    :param update_totals: whether to add the counters to the totals, as on detach
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """
