"""Reading from secondaries: for a caller who asks for it, of functions whose answers may be old.

A context with ``use_slave`` asks. Only lists and reports follow it: an old answer shows somebody
what was so a moment ago. What counts, claims or checks before it writes always reads from the
primary, and so do the functions that quota_reserve calls back to count.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from nova_docdb.context import Context
from nova_docdb.mongo import connection

F = TypeVar("F", bound=Callable[..., Any])

MAY_BE_OLD = frozenset(
    {
        "action_events_get",
        "actions_get",
        "agent_build_get_all",
        "aggregate_get_all",
        "bw_usage_get_by_uuids",
        "cell_get_all",
        "certificate_get_all_by_project",
        "certificate_get_all_by_user",
        "certificate_get_all_by_user_and_project",
        "compute_node_statistics",
        "dnsdomain_list",
        "fixed_ip_get_all",
        "floating_ip_get_all",
        "floating_ip_get_all_by_host",
        "floating_ip_get_all_by_project",
        "floating_ip_get_pools",
        "instance_fault_get_by_instance_uuids",
        "instance_get_active_by_window_joined",
        "instance_get_all",
        "instance_get_all_by_filters",
        "instance_get_all_by_host",
        "instance_type_get_all",
        "key_pair_get_all_by_user",
        "quota_usage_get_all_by_project",
        "security_group_get_all",
        "security_group_get_by_project",
        "task_log_get_all",
        "virtual_interface_get_all",
        "vol_get_usage_by_time",
    }
)


def from_secondaries(function: F) -> F:
    """Have a function read from secondaries when its caller's context has ``use_slave``."""

    @functools.wraps(function)
    def reading(context: Context, *args: Any, **kwargs: Any) -> Any:
        if not getattr(context, "use_slave", False):
            return function(context, *args, **kwargs)
        with connection.reading_from_secondaries():
            return function(context, *args, **kwargs)

    return reading  # type: ignore[return-value]  # same signature, by functools.wraps
