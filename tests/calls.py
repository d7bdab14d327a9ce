"""An ordinary call of every function, in a cloud of any size.

``CALLS`` maps each function to a callable that returns its arguments after the context. The
callable may store rows that the call needs: rows to remove, a free address, its own instance.
"""

from __future__ import annotations

import functools
import itertools
from datetime import timedelta
from types import SimpleNamespace

from nova_docdb import clock, db
from nova_docdb.context import RequestContext
from nova_docdb.mongo.families.quotas.bookings import BOOKINGS, OUTSTANDING, outstanding
from nova_docdb.mongo.tables.table import table
from tests.cloud import (
    DAY,
    HOST,
    NODE,
    PROJECT,
    START,
    USER,
    fixed_address,
    floating_address,
    mac_of,
    uuid_of,
)

ADMIN = RequestContext("admin-user", "admin-project", is_admin=True)
ALICE = RequestContext(USER, PROJECT, is_admin=False)

UUID = uuid_of(1)
NOTE = {"instance_uuid": UUID, "request_id": "req-1", "event": "e1"}
RESOURCES = {
    name: SimpleNamespace(name=name, sync=lambda *_a, **_k: {})
    for name in ("cores", "instances", "ram")
}
DELTAS = dict.fromkeys(RESOURCES, 1)

# The numbers of rows that calls create.
NUMBERS = itertools.count(10_000_000)


def new():
    """Return a number that no row uses."""
    return next(NUMBERS)


def some(count, what):
    return [what(n) for n in range(1, count + 1)]


def instance(c, **values):
    """Store a live instance with its related rows and return its uuid."""
    return db.instance_create(ALICE, {**new_instance(), **values})["uuid"]


def new_instance():
    return {
        "uuid": uuid_of(new()), "project_id": PROJECT, "user_id": USER, "hostname": "vm",
        "vm_state": "building", "host": "elsewhere",
        "metadata": {f"k{n}": "v" for n in range(5)},
        "system_metadata": {f"s{n}": "v" for n in range(10)},
        "security_groups": ["default", "g2"],
    }  # fmt: skip


def node(stats=10):
    return {
        "service_id": 1, "vcpus": 8, "memory_mb": 1, "local_gb": 1, "vcpus_used": 1,
        "memory_mb_used": 1, "local_gb_used": 1, "hypervisor_type": "kvm",
        "hypervisor_version": 1, "cpu_info": "{}",
        "stats": {f"k{n}": str(new()) for n in range(1, stats + 1)},
    }  # fmt: skip


def free_fixed(c, **values):
    address = fixed_address(new())
    c.add("fixed_ips", address=address, **{"network_id": 1, **values})
    return address


def stale_fixed(c):
    c.add_many(
        "fixed_ips",
        [
            {
                "address": fixed_address(new()), "network_id": 1,
                "instance_uuid": uuid_of(n), "updated_at": START,
            }
            for n in range(1, c.own + 1)
        ],
    )  # fmt: skip
    return HOST


def free_floating(c, **values):
    address = floating_address(new())
    c.add("floating_ips", address=address, **{"pool": "nova", **values})
    return address


def many_floating(c):
    rows = [{"address": floating_address(new()), "pool": "gone"} for _ in range(c.own)]
    c.add_many("floating_ips", rows)
    return rows


def reserved(c):
    """Reserve one of each resource, in a project whose usages exist."""
    return db.quota_reserve(ALICE, *to_reserve())


def to_reserve():
    limits = dict.fromkeys(RESOURCES, 10**6)
    return RESOURCES, limits, DELTAS, clock.utcnow() + DAY, None, 0


def expired(c):
    """Store expired reservations of one usage."""
    counts = {"in_use": 0, "reserved": c.own}
    usage = c.add("quota_usages", project_id=PROJECT, resource=f"e{new()}", **counts)
    past = {"expire": clock.utcnow() - DAY, "usage_id": usage, "project_id": PROJECT, "delta": 1}
    rows = c.add_many("reservations", [{"uuid": uuid_of(new()), **past} for _ in range(c.own)])
    booked = {"$set": {BOOKINGS: outstanding(rows), OUTSTANDING: len(rows)}}
    table("quota_usages").collection.update_one({"_id": usage}, booked)
    return ()


def dead_cells(c):
    rows = c.add_many("cells", [{"name": f"gone{new()}"} for _ in range(c.own)])
    table("cells").soft_delete({"_id": {"$in": [row["id"] for row in rows]}})


def pairs(count):
    """Return new values for ``count`` keys."""
    return {f"k{n}": str(new()) for n in range(count)}


def with_pairs(c, name):
    """Store an instance with a full list of metadata; return its uuid and new values."""
    return instance(c, **{name: pairs(c.own)}), pairs(c.own), False


def flavor(c, specs=2):
    name = f"new{new()}"
    return {
        "name": name, "flavorid": name, "memory_mb": 1, "vcpus": 1,
        "extra_specs": {f"k{n}": "v" for n in range(specs)},
    }  # fmt: skip


def made_flavor(c):
    return db.instance_type_create(ADMIN, flavor(c, c.own))["name"]


def begun(c):
    key = ("audit", START, START + DAY, f"host{new()}")
    db.task_log_begin_task(ADMIN, *key)
    return key


def cell(c):
    return db.cell_create(ADMIN, {"name": f"new{new()}"})["name"]


def image(c):
    return db.s3_image_create(ADMIN, uuid_of(new()))


PERIOD = ("audit", START, START + DAY)
RULE = {"protocol": "tcp", "from_port": 1, "to_port": 2, "cidr": "10.0.0.0/8"}
BUILD = {"hypervisor": "kvm", "os": "linux", "architecture": "x86", "version": "1"}

CALLS = {
    "action_event_finish": lambda c: (
        {**NOTE, "result": "Success", "finish_time": clock.utcnow()},
    ),
    "action_event_get_by_id": lambda c: (1, 1),
    "action_event_start": lambda c: ({**NOTE, "start_time": clock.utcnow()},),
    "action_events_get": lambda c: (1,),
    "action_finish": lambda c: (without(NOTE, "event") | {"finish_time": clock.utcnow()},),
    "action_get_by_request_id": lambda c: (UUID, "req-1"),
    "action_start": lambda c: (
        {"instance_uuid": uuid_of(new()), "request_id": "req", "action": "create"},
    ),
    "actions_get": lambda c: (UUID,),
    "agent_build_create": lambda c: (BUILD,),
    "agent_build_destroy": lambda c: (db.agent_build_create(ADMIN, BUILD)["id"],),
    "agent_build_get_all": lambda c: (),
    "agent_build_get_by_triple": lambda c: ("xen", "os1", "x86"),
    "agent_build_update": lambda c: (1, {"version": str(new())}),
    "aggregate_create": lambda c: ({"name": f"new{new()}"}, {"availability_zone": "az2"}),
    "aggregate_delete": lambda c: (
        db.aggregate_create(ADMIN, {"name": f"new{new()}"}, {"ssd": "1"})["id"],
    ),
    "aggregate_get": lambda c: (1,),
    "aggregate_get_all": lambda c: (),
    "aggregate_get_by_host": lambda c: (HOST,),
    "aggregate_host_add": lambda c: (1, f"host{new()}"),
    "aggregate_host_delete": lambda c: (
        1,
        added(db.aggregate_host_add, 1, f"host{new()}"),
    ),
    "aggregate_host_get_all": lambda c: (1,),
    "aggregate_host_get_by_metadata_key": lambda c: ("availability_zone",),
    "aggregate_metadata_add": lambda c: (
        db.aggregate_create(ADMIN, {"name": f"new{new()}"}, pairs(c.own))["id"],
        pairs(c.own),
    ),
    "aggregate_metadata_delete": lambda c: (1, key_added(db.aggregate_metadata_add, 1)),
    "aggregate_metadata_get": lambda c: (1,),
    "aggregate_metadata_get_by_host": lambda c: (HOST,),
    "aggregate_update": lambda c: (1, {"name": f"new{new()}", "metadata": {"ssd": "1"}}),
    "archive_deleted_rows": lambda c: (dead_cells(c), c.own)[1:],
    "archive_deleted_rows_for_table": lambda c: (dead_cells(c), "cells", c.own)[1:],
    "block_device_mapping_create": lambda c: (
        {"instance_uuid": uuid_of(new()), "device_name": "vda", "volume_id": "v"},
    ),
    "block_device_mapping_destroy": lambda c: (
        c.add("block_device_mapping", instance_uuid=uuid_of(new()), device_name="vda"),
    ),
    "block_device_mapping_destroy_by_instance_and_device": lambda c: (
        device(c, device_name="vda"),
        "vda",
    ),
    "block_device_mapping_destroy_by_instance_and_volume": lambda c: (
        device(c, volume_id="vol"),
        "vol",
    ),
    "block_device_mapping_get_all_by_instance": lambda c: (UUID,),
    "block_device_mapping_update": lambda c: (1, {"connection_info": str(new())}),
    "block_device_mapping_update_or_create": lambda c: (
        {"instance_uuid": UUID, "device_name": "vd1", "connection_info": str(new())},
    ),
    "bw_usage_get": lambda c: (UUID, START, mac_of(1)),
    "bw_usage_get_by_uuids": lambda c: (some(c.own, uuid_of), START),
    "bw_usage_update": lambda c: (UUID, mac_of(1), START, new(), 2, 3, 4),
    "cell_create": lambda c: ({"name": f"new{new()}"},),
    "cell_delete": lambda c: (cell(c),),
    "cell_get": lambda c: ("c1",),
    "cell_get_all": lambda c: (),
    "cell_update": lambda c: ("c1", {"weight_offset": float(new())}),
    "certificate_create": lambda c: (
        {"user_id": "bob", "project_id": "other", "file_name": "a.pem"},
    ),
    "certificate_get_all_by_project": lambda c: (PROJECT,),
    "certificate_get_all_by_user": lambda c: (USER,),
    "certificate_get_all_by_user_and_project": lambda c: (USER, PROJECT),
    "compute_node_create": lambda c: (node(c.own),),
    "compute_node_delete": lambda c: (db.compute_node_create(ADMIN, node())["id"],),
    "compute_node_get": lambda c: (1,),
    "compute_node_get_all": lambda c: (),
    "compute_node_search_by_hypervisor": lambda c: ("node1",),
    "compute_node_statistics": lambda c: (),
    "compute_node_update": lambda c: (
        db.compute_node_create(ADMIN, node(c.own))["id"],
        {"vcpus_used": 2, "stats": node(c.own)["stats"]},
    ),
    "console_create": lambda c: ({"pool_id": 2, "instance_uuid": uuid_of(new()), "port": 1},),
    "console_delete": lambda c: (c.add("consoles", pool_id=2, instance_uuid=uuid_of(new())),),
    "console_get": lambda c: (1,),
    "console_get_all_by_instance": lambda c: (UUID,),
    "console_get_by_pool_instance": lambda c: (1, UUID),
    "console_pool_create": lambda c: ({"host": "proxy2", "compute_host": "h", "address": "a"},),
    "console_pool_get_all_by_host_type": lambda c: ("proxy1", "xvp"),
    "console_pool_get_by_host_type": lambda c: (HOST, "proxy1", "xvp"),
    "constraint": lambda c: ({"host": db.equal_any("a")},),
    "dnsdomain_get": lambda c: ("d1.example",),
    "dnsdomain_list": lambda c: (),
    "dnsdomain_register_for_project": lambda c: ("d1.example", f"project{new()}"),
    "dnsdomain_register_for_zone": lambda c: ("d1.example", f"zone{new()}"),
    "dnsdomain_unregister": lambda c: (c.add("dns_domains", domain=f"new{new()}.example"),),
    "ec2_instance_create": lambda c: (uuid_of(new()),),
    "ec2_snapshot_create": lambda c: (uuid_of(new()),),
    "ec2_volume_create": lambda c: (uuid_of(new()),),
    "equal_any": lambda c: ("a", "b"),
    "fixed_ip_associate": lambda c: (free_fixed(c), UUID, 1),
    "fixed_ip_associate_pool": lambda c: (free_fixed(c) and 1, UUID),
    "fixed_ip_bulk_create": lambda c: (
        [{"address": fixed_address(new()), "network_id": 2} for _ in range(c.own)],
    ),
    "fixed_ip_count_by_project": lambda c: (PROJECT,),
    "fixed_ip_create": lambda c: ({"address": fixed_address(new()), "network_id": 2},),
    "fixed_ip_disassociate": lambda c: (free_fixed(c, network_id=2, instance_uuid=UUID),),
    "fixed_ip_disassociate_all_by_timeout": lambda c: (
        stale_fixed(c),
        START + DAY,
    ),
    "fixed_ip_get": lambda c: (1,),
    "fixed_ip_get_all": lambda c: (),
    "fixed_ip_get_by_address": lambda c: (fixed_address(1),),
    "fixed_ip_get_by_address_detailed": lambda c: (fixed_address(1),),
    "fixed_ip_get_by_floating_address": lambda c: (floating_address(1),),
    "fixed_ip_get_by_host": lambda c: (HOST,),
    "fixed_ip_get_by_instance": lambda c: (UUID,),
    "fixed_ip_get_by_network_host": lambda c: (free_fixed(c, host="gateway") and 1, "gateway"),
    "fixed_ip_update": lambda c: (fixed_address(1), {"leased": True, "host": f"h{new()}"}),
    "fixed_ips_by_virtual_interface": lambda c: (1,),
    "floating_ip_allocate_address": lambda c: (free_floating(c) and PROJECT, "nova"),
    "floating_ip_bulk_create": lambda c: (
        [{"address": floating_address(new()), "pool": "new"} for _ in range(c.own)],
    ),
    "floating_ip_bulk_destroy": lambda c: (many_floating(c),),
    "floating_ip_count_by_project": lambda c: (PROJECT,),
    "floating_ip_create": lambda c: ({"address": floating_address(new()), "pool": "new"},),
    "floating_ip_deallocate": lambda c: (free_floating(c, pool="other", project_id=PROJECT),),
    "floating_ip_destroy": lambda c: (free_floating(c, pool="gone"),),
    "floating_ip_disassociate": lambda c: (free_floating(c, pool="other", fixed_ip_id=1),),
    "floating_ip_fixed_ip_associate": lambda c: (
        free_floating(c, pool="other", project_id=PROJECT),
        fixed_address(1),
        HOST,
    ),
    "floating_ip_get": lambda c: (1,),
    "floating_ip_get_all": lambda c: (),
    "floating_ip_get_all_by_host": lambda c: (HOST,),
    "floating_ip_get_all_by_project": lambda c: (PROJECT,),
    "floating_ip_get_by_address": lambda c: (floating_address(1),),
    "floating_ip_get_by_fixed_address": lambda c: (fixed_address(1),),
    "floating_ip_get_by_fixed_ip_id": lambda c: (1,),
    "floating_ip_get_pools": lambda c: (),
    "floating_ip_set_auto_assigned": lambda c: (free_floating(c, pool="other"),),
    "floating_ip_update": lambda c: (floating_address(1), {"interface": f"eth{new()}"}),
    "get_ec2_instance_id_by_uuid": lambda c: (UUID,),
    "get_ec2_snapshot_id_by_uuid": lambda c: (UUID,),
    "get_ec2_volume_id_by_uuid": lambda c: (UUID,),
    "get_instance_uuid_by_ec2_id": lambda c: (1,),
    "get_snapshot_uuid_by_ec2_id": lambda c: (1,),
    "get_volume_uuid_by_ec2_id": lambda c: (1,),
    "instance_add_security_group": lambda c: (uuid_of(c.own), 1),
    "instance_create": lambda c: (without(new_instance(), "uuid"),),
    "instance_data_get_for_project": lambda c: (PROJECT,),
    "instance_destroy": lambda c: (instance(c),),
    "instance_fault_create": lambda c: ({"instance_uuid": uuid_of(new()), "code": 500},),
    "instance_fault_get_by_instance_uuids": lambda c: (some(c.own, uuid_of),),
    "instance_floating_address_get_all": lambda c: (UUID,),
    "instance_get": lambda c: (1,),
    "instance_get_active_by_window_joined": lambda c: (START + 2 * DAY, None, PROJECT),
    "instance_get_all": lambda c: (),
    "instance_get_all_by_filters": lambda c: ({"deleted": False}, "created_at", "desc", 1000),
    "instance_get_all_by_host": lambda c: (HOST,),
    "instance_get_all_by_host_and_node": lambda c: (HOST, NODE),
    "instance_get_all_by_host_and_not_type": lambda c: (HOST, 1),
    "instance_get_all_hung_in_rebooting": lambda c: (60,),
    "instance_get_by_uuid": lambda c: (UUID,),
    "instance_get_floating_address": lambda c: (1,),
    "instance_info_cache_delete": lambda c: (instance(c),),
    "instance_info_cache_get": lambda c: (UUID,),
    "instance_info_cache_update": lambda c: (UUID, {"network_info": f"[{new()}]"}),
    "instance_metadata_delete": lambda c: (instance(c), "k1"),
    "instance_metadata_get": lambda c: (UUID,),
    "instance_metadata_update": lambda c: with_pairs(c, "metadata"),
    "instance_remove_security_group": lambda c: (instance(c), 1),
    "instance_system_metadata_get": lambda c: (UUID,),
    "instance_system_metadata_update": lambda c: with_pairs(c, "system_metadata"),
    "instance_test_and_set": lambda c: (UUID, "vm_state", ["active"], "active"),
    "instance_type_access_add": lambda c: ("f1", f"project{new()}"),
    "instance_type_access_get_by_flavor_id": lambda c: ("f1",),
    "instance_type_access_remove": lambda c: ("f1", access(c)),
    "instance_type_create": lambda c: (flavor(c, c.own),),
    "instance_type_destroy": lambda c: (made_flavor(c),),
    "instance_type_extra_specs_delete": lambda c: (made_flavor(c), "k0"),
    "instance_type_extra_specs_get": lambda c: ("f1",),
    "instance_type_extra_specs_update_or_create": lambda c: (
        made_flavor(c),
        pairs(c.own),
    ),
    "instance_type_get": lambda c: (1,),
    "instance_type_get_all": lambda c: (),
    "instance_type_get_by_flavor_id": lambda c: ("f1",),
    "instance_type_get_by_name": lambda c: ("f1",),
    "instance_update": lambda c: (
        UUID,
        {"vm_state": "active", "task_state": "rebooting", "progress": new()},
    ),
    "instance_update_and_get_original": lambda c: (UUID, {"progress": new()}),
    "key_pair_count_by_user": lambda c: (USER,),
    "key_pair_create": lambda c: ({"user_id": "bob", "name": f"k{new()}"},),
    "key_pair_destroy": lambda c: (
        USER,
        db.key_pair_create(ADMIN, {"user_id": USER, "name": f"k{new()}"})["name"],
    ),
    "key_pair_get": lambda c: (USER, "k1"),
    "key_pair_get_all_by_user": lambda c: (USER,),
    "migration_create": lambda c: ({"instance_uuid": uuid_of(new()), "status": "migrating"},),
    "migration_get": lambda c: (1,),
    "migration_get_by_instance_and_status": lambda c: (UUID, "finished"),
    "migration_get_in_progress_by_host_and_node": lambda c: (HOST, NODE),
    "migration_get_unconfirmed_by_dest_compute": lambda c: (60, HOST),
    "migration_update": lambda c: (
        db.migration_create(ADMIN, {"instance_uuid": uuid_of(new())})["id"],
        {"status": "done"},
    ),
    "network_associate": lambda c: (
        c.add("networks", uuid=uuid_of(new()), cidr="a", vlan=new()) and f"project{new()}",
    ),
    "network_count_reserved_ips": lambda c: (free_fixed(c, reserved=True) and 1,),
    "network_create_safe": lambda c: ({"vlan": new(), "cidr": "10.9.0.0/24", "project_id": "p"},),
    "network_delete_safe": lambda c: (
        c.add("networks", uuid=uuid_of(new()), vlan=new(), project_id="p"),
    ),
    "network_disassociate": lambda c: (
        c.add("networks", uuid=uuid_of(new()), vlan=new(), project_id="p"),
    ),
    "network_get": lambda c: (1,),
    "network_get_all": lambda c: (),
    "network_get_all_by_host": lambda c: (HOST,),
    "network_get_all_by_instance": lambda c: (UUID,),
    "network_get_all_by_uuids": lambda c: (some(c.own, uuid_of),),
    "network_get_associated_fixed_ips": lambda c: (1,),
    "network_get_by_cidr": lambda c: ("10.0.1.0/24",),
    "network_get_by_uuid": lambda c: (UUID,),
    "network_in_use_on_host": lambda c: (1, HOST),
    "network_set_host": lambda c: (
        c.add("networks", uuid=uuid_of(new()), vlan=new(), project_id="p"),
        HOST,
    ),
    "network_update": lambda c: (1, {"label": f"n{new()}"}),
    "not_equal": lambda c: ("a",),
    "project_get_networks": lambda c: (PROJECT,),
    "provider_fw_rule_create": lambda c: (RULE,),
    "provider_fw_rule_destroy": lambda c: (db.provider_fw_rule_create(ADMIN, RULE)["id"],),
    "provider_fw_rule_get_all": lambda c: (),
    "quota_class_create": lambda c: ("silver", f"r{new()}", 1),
    "quota_class_get": lambda c: ("gold", "r1"),
    "quota_class_get_all_by_name": lambda c: ("gold",),
    "quota_class_update": lambda c: ("gold", "r1", new()),
    "quota_create": lambda c: ("project", f"r{new()}", 1),
    "quota_destroy_all_by_project": lambda c: (doomed_project(c),),
    "quota_get": lambda c: (PROJECT, "r1"),
    "quota_get_all_by_project": lambda c: (PROJECT,),
    "quota_reserve": lambda c: (reserved(c), to_reserve())[1],
    "quota_update": lambda c: (PROJECT, "r1", new()),
    "quota_usage_get": lambda c: (PROJECT, "r1"),
    "quota_usage_get_all_by_project": lambda c: (PROJECT,),
    "quota_usage_update": lambda c: (PROJECT, "r1", {"in_use": new()}),
    "reservation_commit": lambda c: (reserved(c), PROJECT),
    "reservation_create": lambda c: (uuid_of(new()), {"id": 1}, PROJECT, "r1", 1, START),
    "reservation_expire": expired,
    "reservation_get": lambda c: (UUID,),
    "reservation_rollback": lambda c: (reserved(c), PROJECT),
    "s3_image_create": lambda c: (uuid_of(new()),),
    "s3_image_get": lambda c: (1,),
    "s3_image_get_by_uuid": lambda c: (UUID,),
    "security_group_count_by_project": lambda c: (PROJECT,),
    "security_group_create": lambda c: ({"project_id": PROJECT, "name": f"new{new()}"},),
    "security_group_default_rule_create": lambda c: (RULE,),
    "security_group_default_rule_destroy": lambda c: (
        db.security_group_default_rule_create(ADMIN, RULE)["id"],
    ),
    "security_group_default_rule_get": lambda c: (1,),
    "security_group_default_rule_list": lambda c: (),
    "security_group_destroy": lambda c: (
        db.security_group_create(ADMIN, {"project_id": PROJECT, "name": f"new{new()}"})["id"],
    ),
    "security_group_ensure_default": lambda c: (),
    "security_group_exists": lambda c: (PROJECT, "default"),
    "security_group_get": lambda c: (1,),
    "security_group_get_all": lambda c: (),
    "security_group_get_by_instance": lambda c: (1,),
    "security_group_get_by_name": lambda c: (PROJECT, "default"),
    "security_group_get_by_project": lambda c: (PROJECT,),
    "security_group_in_use": lambda c: (1,),
    "security_group_rule_count_by_group": lambda c: (1,),
    "security_group_rule_create": lambda c: ({"parent_group_id": 9, **RULE},),
    "security_group_rule_destroy": lambda c: (
        db.security_group_rule_create(ADMIN, {"parent_group_id": 9, **RULE})["id"],
    ),
    "security_group_rule_get": lambda c: (1,),
    "security_group_rule_get_by_security_group": lambda c: (2,),
    "security_group_rule_get_by_security_group_grantee": lambda c: (2,),
    "service_create": lambda c: ({"host": "new", "binary": "nova-cert", "topic": "cert"},),
    "service_destroy": lambda c: (
        db.service_create(ADMIN, {"host": "gone", "binary": "b", "topic": "t"})["id"],
    ),
    "service_get": lambda c: (1,),
    "service_get_all": lambda c: (),
    "service_get_all_by_host": lambda c: (HOST,),
    "service_get_all_by_topic": lambda c: ("compute",),
    "service_get_by_args": lambda c: (HOST, "nova-compute"),
    "service_get_by_compute_host": lambda c: (HOST,),
    "service_get_by_host_and_topic": lambda c: (HOST, "compute"),
    "service_update": lambda c: (1, {"report_count": new()}),
    "task_log_begin_task": lambda c: (*PERIOD, f"host{new()}"),
    "task_log_end_task": lambda c: (*begun(c), 0),
    "task_log_get": lambda c: (*PERIOD, "host1"),
    "task_log_get_all": lambda c: PERIOD,
    "virtual_interface_create": lambda c: (
        {"address": mac_of(new()), "network_id": 9, "instance_uuid": uuid_of(new())},
    ),
    "virtual_interface_delete_by_instance": lambda c: (card(c),),
    "virtual_interface_get": lambda c: (1,),
    "virtual_interface_get_all": lambda c: (),
    "virtual_interface_get_by_address": lambda c: (mac_of(1),),
    "virtual_interface_get_by_instance": lambda c: (UUID,),
    "virtual_interface_get_by_instance_and_network": lambda c: (UUID, 1),
    "virtual_interface_get_by_uuid": lambda c: (UUID,),
    "vol_get_usage_by_time": lambda c: (START - timedelta(hours=1),),
    "vol_usage_update": lambda c: ("v1", new(), new(), new(), new(), 1),
}

# These are called by a user, the others by an admin.
BY_USER = {
    "instance_create", "instance_destroy", "instance_get_all", "instance_get_all_by_filters",
    "instance_type_get_all", "quota_reserve", "reservation_commit", "reservation_rollback",
    "security_group_ensure_default", "floating_ip_allocate_address",
}  # fmt: skip
WITHOUT_CONTEXT = {"constraint", "equal_any", "not_equal"}
# The last argument is a dict of named ones.
WITH_NAMES = {"constraint", "quota_usage_update"}


def prepared(name, cloud, context=None):
    """Return a callable that calls a function with prepared arguments.

    :param context: the context, if not that of the default caller
    """
    args, kwargs = list(CALLS[name](cloud)), {}
    if name in WITH_NAMES:
        kwargs = args.pop()
    if name not in WITHOUT_CONTEXT:
        args.insert(0, context or (ALICE if name in BY_USER else ADMIN))
    return functools.partial(getattr(db, name), *args, **kwargs)


def added(function, *args):
    function(ADMIN, *args)
    return args[-1]


def key_added(function, owner):
    key = f"new{new()}"
    function(ADMIN, owner, {key: "v"})
    return key


def without(values, name):
    return {key: value for key, value in values.items() if key != name}


def device(c, **values):
    uuid = uuid_of(new())
    c.add("block_device_mapping", **{"instance_uuid": uuid, "device_name": "vdb", **values})
    return uuid


def card(c):
    uuid = uuid_of(new())
    c.add("virtual_interfaces", address=mac_of(new()), instance_uuid=uuid, network_id=9)
    return uuid


def access(c):
    project = f"project{new()}"
    db.instance_type_access_add(ADMIN, "f1", project)
    return project


def doomed_project(c):
    project = f"project{new()}"
    usage = {"project_id": project, "in_use": 0, "reserved": 0}
    c.add_many("quota_usages", [{"resource": f"r{new()}", **usage} for _ in range(c.own)])
    return project
