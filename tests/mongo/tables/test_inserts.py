"""New rows: ids that other processes force, and unique keys that refuse rows."""

import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.store import ids
from nova_docdb.mongo.tables.table import table

NODE = {
    "service_id": 1, "vcpus": 1, "memory_mb": 1, "local_gb": 1, "vcpus_used": 0,
    "memory_mb_used": 0, "local_gb_used": 0, "hypervisor_type": "t", "hypervisor_version": 1,
    "cpu_info": "", "stats": {"a": 1},
}  # fmt: skip


def flavor(context, name):
    values = {"name": name, "flavorid": name, "memory_mb": 1, "vcpus": 1}
    return db.instance_type_create(context, {**values, "extra_specs": {"cpu": "big"}})["id"]


def aggregate(context, name):
    return db.aggregate_create(context, {"name": name}, {"ssd": "1"})["id"]


def node(context, name):
    return db.compute_node_create(context, {**NODE, "hypervisor_hostname": name})["id"]


def default_group(context, name):
    context.project_id = name
    return db.security_group_ensure_default(context)[1]["id"]


def instance(context, name):
    values = {"hostname": name, "metadata": {"k": "v"}, "security_groups": ["default"]}
    return db.instance_create(context, values)["id"]


def cell(context, name):
    return db.cell_create(context, {"name": name})["id"]


CREATES = [
    (flavor, "instance_types"),
    (flavor, "instance_type_extra_specs"),
    (aggregate, "aggregates"),
    (node, "compute_nodes"),
    (default_group, "security_groups"),
    (instance, "instances"),
    (instance, "instance_id_mappings"),
    (instance, "instance_metadata"),
    (instance, "instance_info_caches"),
    (cell, "cells"),
]


def force_next(name):
    """Use the remaining ids of the process's block, as another process would."""
    block = ids._blocks.get(name, range(0))
    taken = range(block.start, max(block.stop, block.start + 1))
    table(name).collection.insert_many({"_id": n, "deleted": n} for n in taken)
    # The counter of the other process continues after them.
    stock = ids._blocks.pop(name, None)
    ids.advance_past(name, taken[-1])
    ids._blocks[name] = stock
    return taken


@pytest.mark.parametrize(("create", "name"), CREATES, ids=lambda case: str(case).split()[0])
def test_create_skips_ids_that_another_process_chose(store, admin, create, name):
    admin.read_deleted = "no"
    first = [create(admin, f"first{n}") for n in range(6)]
    forced = force_next(name)
    new = create(admin, "new")
    assert new not in first
    assert table(name).count({"_id": {"$in": list(forced)}}) == len(forced)


def test_dependents_of_a_skipped_id_are_removed(store, admin):
    flavor(admin, "first")
    force_next("instance_types")
    flavor(admin, "second")
    specs = table("instance_type_extra_specs").find({})
    assert {spec["instance_type_id"] for spec in specs} == {
        row["id"] for row in table("instance_types").find({"deleted": 0})
    }


TAKEN = [
    ("key_pair_create", ({"user_id": "u", "name": "k"},), exception.KeyPairExists, "key_pairs"),
    (
        "floating_ip_create",
        ({"address": "192.0.2.1"},),
        exception.FloatingIpExists,
        "floating_ips",
    ),
    ("network_create_safe", ({"vlan": 7},), exception.DuplicateVlan, "networks"),
    (
        "security_group_create",
        ({"project_id": "p", "name": "g"},),
        exception.SecurityGroupExists,
        "security_groups",
    ),
    ("quota_create", ("p", "cores", 1), exception.QuotaExists, "quotas"),
    ("quota_class_create", ("gold", "cores", 1), exception.QuotaClassExists, "quota_classes"),
    (
        "virtual_interface_create",
        ({"address": "02:16:3e:00:00:01"},),
        exception.VirtualInterfaceCreateException,
        "virtual_interfaces",
    ),
    (
        "task_log_begin_task",
        ("audit", "2013-04-01T00:00:00", "2013-04-02T00:00:00", "h"),
        exception.TaskAlreadyRunning,
        "task_log",
    ),
]


@pytest.mark.parametrize(("name", "args", "error", "rows"), TAKEN, ids=lambda case: str(case)[:30])
def test_refused_create_leaves_no_row_and_uses_no_id(store, admin, name, args, error, rows):
    getattr(db, name)(admin, *args)
    for _ in range(3):
        with pytest.raises(error):
            getattr(db, name)(admin, *args)
    found = table(rows).find({})
    assert len(found) == 1
    assert ids.allocate(rows) == [found[0]["id"] + 1]


def test_ids_are_not_returned_if_others_were_allocated_since(store):
    first = ids.allocate("cells")
    second = ids.allocate("cells")
    ids.give_back("cells", first)
    assert ids.allocate("cells")[0] > second[0]
