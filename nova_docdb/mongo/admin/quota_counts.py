"""Finding usages whose in_use is not what the project really has, and putting them right.

The counts are those of Nova's own sync routines, for the resources that have one. A refresh
(``quota_refresh``) puts the same number in, but only when the project reserves again. What makes
the two differ: a caller who died between the change of a row and the commit, rows that were
changed by hand, a ``quota_usage_update``.

A usage with outstanding reservations is passed over: the rows that they stand for may be there or
not. ``find`` only reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nova_docdb.context import Context, get_admin_context
from nova_docdb.mongo.families.fixed_ips import fixed_ip_count_by_project
from nova_docdb.mongo.families.floating_ips import floating_ip_count_by_project
from nova_docdb.mongo.families.instances.lists import instance_data_get_for_project
from nova_docdb.mongo.families.quotas.bookings import BOOKINGS, USAGES
from nova_docdb.mongo.families.quotas.refresh import REFRESHES
from nova_docdb.mongo.families.security_groups import security_group_count_by_project
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.tables.batches import Looked, batches, unheard

# Each takes a context and a project.
COUNTS: Mapping[str, Callable[[Context, Any], int]] = {
    "instances": lambda context, project: instance_data_get_for_project(context, project)[0],
    "cores": lambda context, project: instance_data_get_for_project(context, project)[1],
    "ram": lambda context, project: instance_data_get_for_project(context, project)[2],
    "fixed_ips": fixed_ip_count_by_project,
    "floating_ips": floating_ip_count_by_project,
    "security_groups": security_group_count_by_project,
}

SETTLED: Filter = {BOOKINGS: {"$in": [None, {}]}}


@dataclass(frozen=True)
class Difference:
    """A usage and what its project really has.

    :param in_use: what the usage says
    :param counted: what live rows say
    """

    usage_id: int
    project_id: str | None
    resource: str
    in_use: int
    counted: int


def find(looked: Looked = unheard) -> Iterator[Difference]:
    """Yield the differences of all live usages that are settled.

    NOTE: usages and rows are read one after the other, so a call that was at work in between looks
    like a difference. What is found twice is none.
    """
    # A negative usage was marked for a refresh.
    counted = {"resource": {"$in": list(COUNTS)}, "in_use": {"$gte": 0}}
    for batch in batches(USAGES.name, {**USAGES.live, **SETTLED, **counted}, looked):
        for usage in batch:
            found = _difference(usage["_id"])
            if found is not None and found == _difference(usage["_id"]):
                yield found


def repair(difference: Difference) -> bool:
    """Make a usage say what its project has; return False if the usage has changed since."""
    seen = {"_id": difference.usage_id, "in_use": difference.in_use}
    update = {"$set": USAGES.stamped({"in_use": difference.counted}), "$inc": {REFRESHES: 1}}
    where = {**seen, **USAGES.live, **SETTLED}
    return USAGES.find_one_and_update(where, update) is not None


def _difference(usage_id: int) -> Difference | None:
    usage = USAGES.get({"_id": usage_id, **USAGES.live, **SETTLED})
    if usage is None:
        return None
    project_id, resource = usage["project_id"], usage["resource"]
    counted = COUNTS[resource](get_admin_context(), project_id)
    if counted == usage["in_use"]:
        return None
    return Difference(usage_id, project_id, resource, usage["in_use"], counted)
