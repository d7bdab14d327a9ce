"""A small cloud, and calls of every function on rows that other calls use too.

``fill`` fills an empty store through the API; its ids are those used below. ``CALLS`` has one or
more calls of each function: several if its branches differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

from nova_docdb import clock, db
from nova_docdb.context import RequestContext
from nova_docdb.mongo.tables.table import table
from tests.cloud import START

ADMIN = RequestContext("admin-user", "admin-project", is_admin=True)
ALICE = RequestContext("alice", "acme", is_admin=False)
PAULA = RequestContext("paula", "fresh", is_admin=False)

ONE, TWO, NEW, GONE = (f"{n:08d}-0000-4000-8000-000000000000" for n in (1, 2, 3, 4))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIXED = [f"10.0.0.{n}" for n in range(8)]
FLOATING = [f"192.0.2.{n}" for n in range(6)]
PERIOD = ("audit", START, START + DAY, "host1")


def resources(**counts):
    """Return resources whose sync routines return these counts."""
    return {
        name: SimpleNamespace(name=name, sync=lambda *_a, n=name, **_k: {n: counts[n]})
        for name in counts
    }


def reserve(deltas, limit, context=ALICE, **options):
    return db.quota_reserve(
        context,
        resources(**dict.fromkeys(deltas, 1)),
        dict.fromkeys(deltas, limit),
        deltas,
        clock.utcnow() + DAY,
        options.get("until_refresh"),
        options.get("max_age"),
    )


# Reservations of the cloud: of one call with two resources, of another, and an expired one.
BOTH: list[str] = []
ONLY_A: list[str] = []
EXPIRED: list[str] = []


def fill():  # noqa: C901 - one row after another
    """Fill an empty store."""
    for flavor in ("small", "large"):
        db.instance_type_create(
            ADMIN,
            {
                "name": flavor, "flavorid": f"id-{flavor}", "memory_mb": 1, "vcpus": 1,
                "is_public": False, "extra_specs": {"cpu": "1", "gpu": "2"},
            },
        )  # fmt: skip
    db.instance_type_access_add(ADMIN, "id-small", "acme")
    db.security_group_default_rule_create(
        ADMIN, {"protocol": "tcp", "from_port": 1, "to_port": 2, "cidr": "10.0.0.0/8"}
    )
    for name in ("web", "db"):
        db.security_group_create(ALICE, {"project_id": "acme", "user_id": "alice", "name": name})
    for group, grantee in ((1, 2), (2, None)):
        db.security_group_rule_create(
            ALICE, {"parent_group_id": group, "group_id": grantee, "protocol": "tcp"}
        )
    for uuid, host in ((ONE, "host1"), (TWO, "host1")):
        db.instance_create(
            ALICE,
            {
                "uuid": uuid, "project_id": "acme", "user_id": "alice", "host": host,
                "node": "node1", "hostname": f"vm{uuid[7]}", "vm_state": "active",
                "task_state": None, "vcpus": 1, "memory_mb": 1, "instance_type_id": 1,
                "metadata": {"a": "1", "b": "2"}, "system_metadata": {"s": "1", "t": "2"},
                "security_groups": ["web"], "launched_at": START,
            },
        )  # fmt: skip
    db.instance_create(ALICE, {"uuid": GONE, "project_id": "acme", "metadata": {"a": "1"}})
    db.instance_destroy(ALICE, GONE)
    for vlan, project in ((1, "acme"), (2, None)):
        db.network_create_safe(
            ADMIN,
            {
                "vlan": vlan, "project_id": project, "cidr": f"10.0.{vlan}.0/24", "label": "n",
                "uuid": f"{vlan + 10:08d}-0000-4000-8000-000000000000", "host": "host1",
            },
        )  # fmt: skip
    for n in (1, 2):
        db.virtual_interface_create(
            ADMIN,
            {
                "address": f"02:16:3e:00:00:0{n}", "network_id": 1, "uuid": (ONE, TWO)[n - 1],
                "instance_uuid": (ONE, TWO)[n - 1],
            },
        )  # fmt: skip
    taken = {"network_id": 1, "instance_uuid": ONE, "allocated": True, "virtual_interface_id": 1}
    for n, values in enumerate(
        (
            taken, {**taken, "instance_uuid": TWO, "allocated": False, "leased": True},
            {"network_id": 1}, {"network_id": 1}, {"network_id": 2}, {"network_id": None},
        )
    ):  # fmt: skip
        db.fixed_ip_create(ADMIN, {"address": FIXED[n], **values})
    for n, values in enumerate(
        ({"project_id": "acme", "fixed_ip_id": 1, "host": "host1"}, {"project_id": "acme"}, {}, {})
    ):
        db.floating_ip_create(ADMIN, {"address": FLOATING[n], "pool": "nova", **values})
    db.service_create(ADMIN, {"host": "host1", "binary": "nova-compute", "topic": "compute"})
    db.compute_node_create(
        ADMIN,
        {
            "service_id": 1, "vcpus": 8, "memory_mb": 1, "local_gb": 1, "vcpus_used": 1,
            "memory_mb_used": 1, "local_gb_used": 1, "hypervisor_type": "kvm",
            "hypervisor_version": 1, "cpu_info": "{}", "hypervisor_hostname": "node1",
            "stats": {"x": "1", "y": "2"},
        },
    )  # fmt: skip
    for n in (1, 2):
        db.aggregate_create(ADMIN, {"name": f"agg{n}"}, {"availability_zone": "az", "ssd": "1"})
        db.aggregate_host_add(ADMIN, n, "host1")
    db.agent_build_create(
        ADMIN, {"hypervisor": "kvm", "os": "linux", "architecture": "x86", "version": "1"}
    )
    for name in ("cell1", "cell2"):
        db.cell_create(ADMIN, {"name": name})
    db.cell_delete(ADMIN, "cell2")
    db.certificate_create(ADMIN, {"user_id": "alice", "project_id": "acme", "file_name": "a"})
    db.console_pool_create(
        ADMIN,
        {"host": "proxy", "compute_host": "host1", "console_type": "xvp", "address": "10.1.1.1"},
    )
    db.console_create(ADMIN, {"pool_id": 1, "instance_uuid": ONE, "port": 1})
    db.dnsdomain_register_for_zone(ADMIN, "known.example", "zone")
    for uuid in (ONE,):
        db.ec2_volume_create(ADMIN, uuid)
        db.ec2_snapshot_create(ADMIN, uuid)
        db.s3_image_create(ADMIN, uuid)
    db.block_device_mapping_create(
        ADMIN, {"instance_uuid": ONE, "device_name": "vda", "volume_id": TWO}
    )
    db.block_device_mapping_create(
        ADMIN, {"instance_uuid": ONE, "virtual_name": "swap", "device_name": "vdb"}
    )
    db.bw_usage_update(ADMIN, ONE, "02:16:3e:00:00:01", START, 1, 2, 3, 4)
    db.vol_usage_update(ADMIN, "vol", 1, 2, 3, 4, 1)
    db.key_pair_create(ADMIN, {"user_id": "alice", "name": "key"})
    db.migration_create(
        ADMIN,
        {
            "instance_uuid": ONE, "status": "finished", "source_compute": "host1",
            "source_node": "node1", "dest_compute": "host1", "dest_node": "node1",
        },
    )  # fmt: skip
    db.provider_fw_rule_create(ADMIN, {"protocol": "tcp", "cidr": "10.0.0.0/8"})
    db.quota_create(ADMIN, "acme", "a", 10)
    db.quota_class_create(ADMIN, "gold", "a", 10)
    BOTH[:] = reserve({"a": 2, "b": 1}, 10)
    ONLY_A[:] = reserve({"a": 1}, 10)
    EXPIRED[:] = reserve({"b": 1}, 10)
    rows = table("reservations")
    rows.update_all({"uuid": EXPIRED[0]}, {"expire": START})
    db.task_log_begin_task(ADMIN, *PERIOD)
    db.action_start(ADMIN, {"instance_uuid": ONE, "request_id": "r", "action": "boot"})
    db.action_event_start(ADMIN, NOTE | {"start_time": START})
    db.instance_fault_create(ADMIN, {"instance_uuid": ONE, "code": 500})


NOTE = {"instance_uuid": ONE, "request_id": "r", "event": "e"}
RULE = {"parent_group_id": 1, "protocol": "udp"}
NODE = {
    "service_id": 1, "vcpus": 8, "memory_mb": 1, "local_gb": 1, "vcpus_used": 1,
    "memory_mb_used": 1, "local_gb_used": 1, "hypervisor_type": "kvm", "hypervisor_version": 1,
    "cpu_info": "{}", "stats": {"x": "9"},
}  # fmt: skip
CARD = {"address": "02:16:3e:00:00:09", "network_id": 1, "instance_uuid": ONE}
BDM = {"instance_uuid": ONE, "device_name": "vda", "connection_info": "c"}
SWAP = {"instance_uuid": ONE, "device_name": "vdc", "virtual_name": "swap"}
BULK = [{"address": "10.0.0.7", "network_id": 1}, {"address": "10.0.0.8", "network_id": 1}]
FLOATING_BULK = [{"address": "192.0.2.8", "pool": "nova"}, {"address": "192.0.2.9", "pool": "n2"}]


def named(name, **values):
    return {"uuid": NEW, "project_id": "acme", "hostname": name, **values}


def whole(**values):
    return named("vm3", metadata={"a": "1"}, system_metadata={"s": "1"}, **values)


def flavor(name, flavor_id):
    values = {"name": name, "flavorid": flavor_id, "memory_mb": 1, "vcpus": 1}
    return {**values, "extra_specs": {"cpu": "9"}}


CALLS = {}


@dataclass(frozen=True)
class Call:
    """A call that meets others.

    :param name: of the function, with a number where it has several calls
    """

    name: str
    function: str
    run: Callable[[], object]

    def __str__(self) -> str:
        return self.name


def add(function, *arguments, context=ADMIN, **names):
    """Add a call; arguments that are functions are called for the argument."""
    number = sum(call.function == function for call in CALLS.values()) + 1
    name = function if number == 1 else f"{function}-{number}"

    def run():
        given = [argument() if callable(argument) else argument for argument in arguments]
        # A call may change what it is given.
        fresh = [
            {**g} if isinstance(g, dict) else [*g] if isinstance(g, list) else g for g in given
        ]
        return getattr(db, function)(context, *fresh, **names)

    CALLS[name] = Call(name, function, run)


def add_reserve(*arguments, **options):
    number = sum(call.function == "quota_reserve" for call in CALLS.values()) + 1
    name = "quota_reserve" if number == 1 else f"quota_reserve-{number}"
    CALLS[name] = Call(name, "quota_reserve", lambda: reserve(*arguments, **options))


add("action_event_finish", NOTE | {"result": "Success", "finish_time": START})
add("action_event_finish", NOTE | {"result": "Error", "finish_time": START})
add("action_event_get_by_id", 1, 1)
add("action_event_start", NOTE | {"start_time": START, "event": "f"})
add("action_events_get", 1)
add("action_finish", NOTE | {"finish_time": START})
add("action_get_by_request_id", ONE, "r")
add("action_start", {"instance_uuid": ONE, "request_id": "r2", "action": "stop"})
add("actions_get", ONE)
BUILD = {"hypervisor": "kvm", "os": "linux", "architecture": "x86", "version": "2"}
add("agent_build_create", BUILD)
add("agent_build_create", BUILD | {"os": "bsd"})
add("agent_build_destroy", 1)
add("agent_build_get_all")
add("agent_build_get_by_triple", "kvm", "linux", "x86")
add("agent_build_update", 1, {"version": "3"})
add("aggregate_create", {"name": "new"}, {"availability_zone": "az2"})
add("aggregate_create", {"name": "agg1"})
add("aggregate_delete", 1)
add("aggregate_get", 1)
add("aggregate_get_all")
add("aggregate_get_by_host", "host1")
add("aggregate_get_by_host", "host1", "ssd")
add("aggregate_host_add", 1, "host2")
add("aggregate_host_delete", 1, "host1")
add("aggregate_host_get_all", 1)
add("aggregate_host_get_by_metadata_key", "ssd")
add("aggregate_metadata_add", 1, {"ssd": "2", "new": "1"})
add("aggregate_metadata_add", 1, {"only": "1"}, True)
add("aggregate_metadata_delete", 1, "ssd")
add("aggregate_metadata_get", 1)
add("aggregate_metadata_get_by_host", "host1")
add("aggregate_metadata_get_by_host", "host1", "ssd")
add("aggregate_update", 1, {"name": "new", "metadata": {"ssd": "3"}})
add("aggregate_update", 2, {"name": "new"})
add("archive_deleted_rows", 100)
add("archive_deleted_rows_for_table", "instance_metadata", 100)
add("archive_deleted_rows_for_table", "instances", 100)
add("block_device_mapping_create", BDM | {"device_name": "vdd"})
add("block_device_mapping_destroy", 1)
add("block_device_mapping_destroy_by_instance_and_device", ONE, "vda")
add("block_device_mapping_destroy_by_instance_and_volume", ONE, TWO)
add("block_device_mapping_get_all_by_instance", ONE)
add("block_device_mapping_update", 1, {"connection_info": "d"})
add("block_device_mapping_update_or_create", BDM)
add("block_device_mapping_update_or_create", BDM | {"device_name": "vdz"})
add("block_device_mapping_update_or_create", SWAP)
add("bw_usage_get", ONE, START, "02:16:3e:00:00:01")
add("bw_usage_get_by_uuids", [ONE, TWO], START)
add("bw_usage_update", ONE, "02:16:3e:00:00:01", START, 5, 6, 7, 8)
add("bw_usage_update", TWO, "02:16:3e:00:00:02", START, 5, 6, 7, 8)
add("cell_create", {"name": "cell2"})
add("cell_create", {"name": "cell3"})
add("cell_delete", "cell1")
add("cell_get", "cell1")
add("cell_get_all")
add("cell_update", "cell1", {"weight_offset": 2.0})
add("certificate_create", {"user_id": "alice", "project_id": "acme", "file_name": "b"})
add("certificate_get_all_by_project", "acme")
add("certificate_get_all_by_user", "alice")
add("certificate_get_all_by_user_and_project", "alice", "acme")
add("compute_node_create", NODE)
add("compute_node_delete", 1)
add("compute_node_get", 1)
add("compute_node_get_all")
add("compute_node_search_by_hypervisor", "node")
add("compute_node_statistics")
add("compute_node_update", 1, {"vcpus_used": 3, "stats": {"x": "3", "z": "4"}})
add("compute_node_update", 1, {"vcpus_used": 4, "stats": {"w": "5"}}, True)
add("console_create", {"pool_id": 1, "instance_uuid": ONE, "port": 2})
add("console_delete", 1)
add("console_get", 1)
add("console_get_all_by_instance", ONE)
add("console_get_by_pool_instance", 1, ONE)
add("console_pool_create", {"host": "proxy", "compute_host": "host2", "address": "10.1.1.2"})
add("console_pool_get_all_by_host_type", "proxy", "xvp")
add("console_pool_get_by_host_type", "host1", "proxy", "xvp")
add("dnsdomain_get", "known.example")
add("dnsdomain_get", "new.example")
add("dnsdomain_list")
add("dnsdomain_register_for_project", "new.example", "acme")
add("dnsdomain_register_for_project", "known.example", "acme")
add("dnsdomain_register_for_zone", "new.example", "zone")
add("dnsdomain_register_for_zone", "known.example", "zone2")
add("dnsdomain_unregister", "known.example")
add("ec2_instance_create", ONE)
add("ec2_instance_create", NEW)
add("ec2_snapshot_create", ONE)
add("ec2_snapshot_create", NEW)
add("ec2_volume_create", ONE)
add("ec2_volume_create", NEW)
add("fixed_ip_associate", FIXED[2], ONE, 1)
add("fixed_ip_associate", FIXED[0], ONE, 1)
add("fixed_ip_associate_pool", 1, ONE)
add("fixed_ip_associate_pool", 1, TWO, "host1")
add("fixed_ip_associate_pool", 2, ONE)
add("fixed_ip_bulk_create", BULK)
add("fixed_ip_count_by_project", "acme")
add("fixed_ip_create", {"address": "10.0.0.7", "network_id": 1})
add("fixed_ip_disassociate", FIXED[0])
add("fixed_ip_disassociate", FIXED[1])
add("fixed_ip_disassociate_all_by_timeout", "host1", lambda: clock.utcnow() + HOUR)
add("fixed_ip_get", 1)
add("fixed_ip_get", 1, True)
add("fixed_ip_get_all")
add("fixed_ip_get_by_address", FIXED[0])
add("fixed_ip_get_by_address_detailed", FIXED[0])
add("fixed_ip_get_by_floating_address", FLOATING[0])
add("fixed_ip_get_by_host", "host1")
add("fixed_ip_get_by_instance", ONE)
add("fixed_ip_get_by_network_host", 1, "host1")
add("fixed_ip_update", FIXED[0], {"allocated": False, "virtual_interface_id": None})
add("fixed_ip_update", FIXED[1], {"leased": False})
add("fixed_ips_by_virtual_interface", 1)
add("floating_ip_allocate_address", "acme", "nova", context=ALICE)
add("floating_ip_bulk_create", FLOATING_BULK)
add("floating_ip_bulk_destroy", [{"address": FLOATING[2]}, {"address": FLOATING[3]}])
add("floating_ip_count_by_project", "acme")
add("floating_ip_create", {"address": "192.0.2.8", "pool": "nova"})
add("floating_ip_deallocate", FLOATING[1])
add("floating_ip_deallocate", FLOATING[0])
add("floating_ip_destroy", FLOATING[0])
add("floating_ip_destroy", FLOATING[2])
add("floating_ip_disassociate", FLOATING[0])
add("floating_ip_fixed_ip_associate", FLOATING[1], FIXED[0], "host1")
add("floating_ip_fixed_ip_associate", FLOATING[0], FIXED[1], "host2")
add("floating_ip_get", 1)
add("floating_ip_get_all")
add("floating_ip_get_all_by_host", "host1")
add("floating_ip_get_all_by_project", "acme")
add("floating_ip_get_by_address", FLOATING[0])
add("floating_ip_get_by_fixed_address", FIXED[0])
add("floating_ip_get_by_fixed_ip_id", 1)
add("floating_ip_get_pools")
add("floating_ip_set_auto_assigned", FLOATING[1])
add("floating_ip_update", FLOATING[0], {"interface": "eth1"})
add("floating_ip_update", FLOATING[2], {"project_id": "acme"})
add("get_ec2_instance_id_by_uuid", ONE)
add("get_ec2_snapshot_id_by_uuid", ONE)
add("get_ec2_volume_id_by_uuid", ONE)
add("get_instance_uuid_by_ec2_id", 1)
add("get_snapshot_uuid_by_ec2_id", 1)
add("get_volume_uuid_by_ec2_id", 1)
add("instance_add_security_group", ONE, 2)
add("instance_add_security_group", ONE, 1)
add("instance_create", whole(security_groups=["default", "db"]), context=ALICE)
add("instance_create", named("vm9", security_groups=["web"]), context=ALICE)
add("instance_create", {"project_id": "fresh", "uuid": NEW}, context=PAULA)
add("instance_data_get_for_project", "acme")
add("instance_destroy", ONE, context=ALICE)
add("instance_destroy", ONE, lambda: db.constraint(host=db.equal_any("host1")), context=ALICE)
add("instance_fault_create", {"instance_uuid": ONE, "code": 501})
add("instance_fault_get_by_instance_uuids", [ONE, TWO])
add("instance_floating_address_get_all", ONE)
add("instance_get", 1)
add("instance_get_active_by_window_joined", START, None, "acme")
add("instance_get_all")
add("instance_get_all_by_filters", {"deleted": False}, "created_at", "desc")
add("instance_get_all_by_filters", {"metadata": {"a": "1"}}, "uuid", "asc")
add("instance_get_all_by_host", "host1")
add("instance_get_all_by_host_and_node", "host1", "node1")
add("instance_get_all_by_host_and_not_type", "host1", 2)
add("instance_get_all_hung_in_rebooting", 60)
add("instance_get_by_uuid", ONE)
add("instance_get_by_uuid", NEW)
add("instance_get_floating_address", 1)
add("instance_info_cache_delete", ONE)
add("instance_info_cache_get", ONE)
add("instance_info_cache_update", ONE, {"network_info": "[1]"})
add("instance_metadata_delete", ONE, "a")
add("instance_metadata_get", ONE)
add("instance_metadata_update", ONE, {"a": "3", "c": "4"}, False)
add("instance_metadata_update", ONE, {"a": "5", "d": "6"}, True)
add("instance_metadata_update", ONE, {"a": "7", "e": "8"}, True)
add("instance_remove_security_group", ONE, 1)
add("instance_system_metadata_get", ONE)
add("instance_system_metadata_update", ONE, {"s": "3", "u": "4"}, False)
add("instance_system_metadata_update", ONE, {"s": "5", "v": "6"}, True)
add("instance_test_and_set", ONE, "task_state", [None, ""], "rebooting")
add("instance_type_access_add", "id-small", "fresh")
add("instance_type_access_get_by_flavor_id", "id-small")
add("instance_type_access_remove", "id-small", "acme")
add("instance_type_create", flavor("tiny", "id-tiny"))
add("instance_type_create", flavor("tiny", "id-other"))
add("instance_type_create", flavor("small", "id-small"))
add("instance_type_destroy", "small")
add("instance_type_extra_specs_delete", "id-small", "cpu")
add("instance_type_extra_specs_get", "id-small")
add("instance_type_extra_specs_update_or_create", "id-small", {"cpu": "3", "new": "4"})
add("instance_type_get", 1)
add("instance_type_get", 1, context=ALICE)
add("instance_type_get_all")
add("instance_type_get_all", context=ALICE)
add("instance_type_get_by_flavor_id", "id-small")
add("instance_type_get_by_flavor_id", "id-small", context=ALICE)
add("instance_type_get_by_name", "small")
add("instance_update", ONE, {"vm_state": "error", "expected_task_state": None})
add("instance_update", ONE, {"task_state": "x", "metadata": {"a": "8", "f": "9"}})
add("instance_update", ONE, {"system_metadata": {"s": "8", "w": "9"}, "progress": 3})
add("instance_update_and_get_original", ONE, {"vm_state": "y", "metadata": {"g": "1"}})
add("key_pair_count_by_user", "alice")
add("key_pair_create", {"user_id": "alice", "name": "new"})
add("key_pair_create", {"user_id": "alice", "name": "key"})
add("key_pair_destroy", "alice", "key")
add("key_pair_get", "alice", "key")
add("key_pair_get_all_by_user", "alice")
add("migration_create", {"instance_uuid": ONE, "status": "migrating", "dest_compute": "host1"})
add("migration_get", 1)
add("migration_get_by_instance_and_status", ONE, "finished")
add("migration_get_in_progress_by_host_and_node", "host1", "node1")
add("migration_get_unconfirmed_by_dest_compute", 0, "host1")
add("migration_update", 1, {"status": "confirmed"})
add("network_associate", "fresh")
add("network_associate", "fresh", True)
add("network_associate", "acme")
add("network_associate", "other")
add("network_count_reserved_ips", 1)
add("network_create_safe", {"vlan": 3, "cidr": "10.0.3.0/24"})
add("network_create_safe", {"vlan": 1, "cidr": "10.0.4.0/24"})
add("network_delete_safe", 2)
add("network_delete_safe", 1)
add("network_disassociate", 1, True, True)
add("network_get", 1)
add("network_get_all")
add("network_get_all_by_host", "host1")
add("network_get_all_by_instance", ONE)
add("network_get_all_by_uuids", ["00000011-0000-4000-8000-000000000000"])
add("network_get_associated_fixed_ips", 1)
add("network_get_by_cidr", "10.0.1.0/24")
add("network_get_by_uuid", "00000011-0000-4000-8000-000000000000")
add("network_in_use_on_host", 1, "host1")
add("network_set_host", 1, "host2")
add("network_update", 1, {"label": "x"})
add("project_get_networks", "acme")
add("project_get_networks", "fresh")
add("provider_fw_rule_create", {"protocol": "udp"})
add("provider_fw_rule_destroy", 1)
add("provider_fw_rule_get_all")
add("quota_class_create", "gold", "b", 1)
add("quota_class_get", "gold", "a")
add("quota_class_get_all_by_name", "gold")
add("quota_class_update", "gold", "a", 3)
add("quota_create", "acme", "b", 1)
add("quota_destroy_all_by_project", "acme")
add("quota_get", "acme", "a")
add("quota_get_all_by_project", "acme")
add_reserve({"a": 1}, 10)
add_reserve({"a": 1, "b": 1}, 10)
add_reserve({"a": 6, "c": 1}, 9)
add_reserve({"a": -1, "b": 3}, 5)
add_reserve({"a": 1}, 10, context=PAULA)
add_reserve({"a": 1}, 10, max_age=1)
add_reserve({"a": 4}, 9)
add("quota_update", "acme", "a", 3)
add("quota_usage_get", "acme", "a")
add("quota_usage_get_all_by_project", "acme")
add("quota_usage_update", "acme", "a", in_use=5)
add("reservation_commit", lambda: BOTH, context=ALICE)
add("reservation_commit", lambda: ONLY_A, context=ALICE)
add("reservation_commit", lambda: EXPIRED, context=ALICE)
add("reservation_create", NEW, {"id": 1}, "acme", "a", 1, START)
add("reservation_expire")
add("reservation_get", lambda: BOTH[0])
add("reservation_rollback", lambda: BOTH, context=ALICE)
add("reservation_rollback", lambda: ONLY_A, context=ALICE)
add("s3_image_create", NEW)
add("s3_image_get", 1)
add("s3_image_get_by_uuid", ONE)
add("security_group_count_by_project", "acme", context=ALICE)
add("security_group_create", {"project_id": "acme", "name": "new"})
add("security_group_create", {"project_id": "acme", "name": "web"})
add("security_group_create", {"project_id": "fresh", "name": "default"})
add("security_group_default_rule_create", {"protocol": "udp"})
add("security_group_default_rule_destroy", 1)
add("security_group_default_rule_get", 1)
add("security_group_default_rule_list")
add("security_group_destroy", 1)
add("security_group_destroy", 2)
add("security_group_ensure_default", context=ALICE)
add("security_group_ensure_default", context=PAULA)
add("security_group_exists", "acme", "web")
add("security_group_get", 1)
add("security_group_get_all")
add("security_group_get_by_instance", 1)
add("security_group_get_by_name", "acme", "web")
add("security_group_get_by_project", "acme")
add("security_group_in_use", 1)
add("security_group_rule_count_by_group", 1)
add("security_group_rule_create", RULE)
add("security_group_rule_destroy", 1)
add("security_group_rule_get", 1)
add("security_group_rule_get_by_security_group", 1)
add("security_group_rule_get_by_security_group_grantee", 2)
add("service_create", {"host": "host1", "binary": "nova-compute", "topic": "compute"})
add("service_destroy", 1)
add("service_get", 1)
add("service_get_all")
add("service_get_all_by_host", "host1")
add("service_get_all_by_topic", "compute")
add("service_get_by_args", "host1", "nova-compute")
add("service_get_by_compute_host", "host1")
add("service_get_by_host_and_topic", "host1", "compute")
add("service_update", 1, {"report_count": 5})
add("task_log_begin_task", *PERIOD)
add("task_log_begin_task", *PERIOD[:3], "host2")
add("task_log_end_task", *PERIOD, 0)
add("task_log_get", *PERIOD)
add("task_log_get_all", *PERIOD[:3])
add("virtual_interface_create", CARD)
add("virtual_interface_delete_by_instance", ONE)
add("virtual_interface_get", 1)
add("virtual_interface_get_all")
add("virtual_interface_get_by_address", "02:16:3e:00:00:01")
add("virtual_interface_get_by_instance", ONE)
add("virtual_interface_get_by_instance_and_network", ONE, 1)
add("virtual_interface_get_by_uuid", ONE)
add("vol_get_usage_by_time", START)
add("vol_usage_update", "vol", 5, 6, 7, 8, 1)
add("vol_usage_update", "vol", 5, 6, 7, 8, 1, None, True)
add("vol_usage_update", "vol2", 5, 6, 7, 8, 1)
