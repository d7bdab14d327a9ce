"""The functions of the contract, wrapped with a deadline and a consistency guarantee.

One deadline covers all commands of a call. Functions that work in many small steps have no
deadline; each of their commands is limited separately.

A function that never writes reads one snapshot of the store. A function that can write returns only
what the primary confirmed. A standalone server and the embedded store need neither.
"""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from nova_docdb.mongo import api
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.confirmations import confirmed
from nova_docdb.mongo.store.deadlines import UNLIMITED, Call, running
from nova_docdb.mongo.store.snapshots import in_one_snapshot

# The functions that can write. security_group_ensure_default and project_get_networks write only
# if the project has no default group, or no network.
WRITES = frozenset(
    """
    action_event_finish action_event_start action_finish action_start agent_build_create
    agent_build_destroy agent_build_update aggregate_create aggregate_delete aggregate_host_add
    aggregate_host_delete aggregate_metadata_add aggregate_metadata_delete aggregate_update
    archive_deleted_rows archive_deleted_rows_for_table block_device_mapping_create
    block_device_mapping_destroy block_device_mapping_destroy_by_instance_and_device
    block_device_mapping_destroy_by_instance_and_volume block_device_mapping_update
    block_device_mapping_update_or_create bw_usage_update cell_create cell_delete cell_update
    certificate_create compute_node_create compute_node_delete compute_node_update
    console_create console_delete console_pool_create db_sync dnsdomain_register_for_project
    dnsdomain_register_for_zone dnsdomain_unregister ec2_instance_create ec2_snapshot_create
    ec2_volume_create fixed_ip_associate fixed_ip_associate_pool fixed_ip_bulk_create
    fixed_ip_create fixed_ip_disassociate fixed_ip_disassociate_all_by_timeout fixed_ip_update
    floating_ip_allocate_address floating_ip_bulk_create floating_ip_bulk_destroy
    floating_ip_create floating_ip_deallocate floating_ip_destroy floating_ip_disassociate
    floating_ip_fixed_ip_associate floating_ip_set_auto_assigned floating_ip_update
    instance_add_security_group instance_create instance_destroy instance_fault_create
    instance_info_cache_delete instance_info_cache_update instance_metadata_delete
    instance_metadata_update instance_remove_security_group instance_system_metadata_update
    instance_test_and_set instance_type_access_add instance_type_access_remove
    instance_type_create instance_type_destroy instance_type_extra_specs_delete
    instance_type_extra_specs_update_or_create instance_update instance_update_and_get_original
    key_pair_create key_pair_destroy migration_create migration_update network_associate
    network_create_safe network_delete_safe network_disassociate network_set_host network_update
    project_get_networks provider_fw_rule_create provider_fw_rule_destroy quota_class_create
    quota_class_update quota_create quota_destroy_all_by_project quota_reserve quota_update
    quota_usage_update reservation_commit reservation_create reservation_expire
    reservation_rollback s3_image_create security_group_create
    security_group_default_rule_create security_group_default_rule_destroy
    security_group_destroy security_group_ensure_default security_group_rule_create
    security_group_rule_destroy service_create service_destroy service_update
    task_log_begin_task task_log_end_task virtual_interface_create
    virtual_interface_delete_by_instance vol_usage_update
    """.split()  # noqa: SIM905 - a list would have a line for each name
)

# How long they take depends on how many rows there are.
IN_STEPS = frozenset(
    {
        *("archive_deleted_rows", "archive_deleted_rows_for_table", "db_sync"),
        *("fixed_ip_bulk_create", "floating_ip_bulk_create", "floating_ip_bulk_destroy"),
        "reservation_expire",
    }
)

# They send no commands.
SEND_NOTHING = frozenset({"constraint", "equal_any", "not_equal"})


@functools.cache
def functions() -> SimpleNamespace:
    """Return all functions of the contract, wrapped."""
    return SimpleNamespace(
        **{
            name: _wrapped(name, function)
            for name, function in vars(api).items()
            if callable(function) and not name.startswith("_")
        }
    )


def _wrapped(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    if name in SEND_NOTHING:
        return function
    if name in WRITES:
        consistent = confirmed(function)
    else:
        consistent = _without_garbage_collection(in_one_snapshot(function))
    return _with_deadline(consistent, in_steps=name in IN_STEPS)


def _without_garbage_collection(function: Callable[..., Any]) -> Callable[..., Any]:
    """Pause Python's cyclic garbage collector while a function reads.

    The collector starts whenever there are some hundred new containers. Rows are containers without
    cycles, so it finds nothing, and takes a fifth of the time of a long list.
    """

    @functools.wraps(function)
    def reading(*args: Any, **kwargs: Any) -> Any:
        if not gc.isenabled():
            # The caller, or a call in another thread, has paused it.
            return function(*args, **kwargs)
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            gc.enable()

    return reading


def _with_deadline(function: Callable[..., Any], *, in_steps: bool) -> Callable[..., Any]:
    """Run a function with a deadline; a nested call shares the deadline of the outer one."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if running() is not None:
            return function(*args, **kwargs)
        opened = connection.current()
        with Call(UNLIMITED if in_steps else opened.limits):
            opened.require_primary()
            return function(*args, **kwargs)

    return call
