"""Calls that write several documents, stopped after each of their commands.

The worker is gone then. The recovery that the modules name, the same call by somebody else or
``db check --repair``, must bring back a store in which everything fits.
"""

import contextlib
from datetime import timedelta

import pytest

from nova_docdb import clock, context, db, exception
from nova_docdb.mongo import check
from nova_docdb.mongo.joins import table
from tests.crashes import every_failure

ADMIN = context.get_admin_context()
USER = context.RequestContext("alice", "acme")
UUID = "11111111-0000-4000-8000-000000000001"
NODE = {
    **dict.fromkeys(("service_id", "vcpus", "memory_mb", "local_gb", "vcpus_used"), 1),
    **dict.fromkeys(("memory_mb_used", "local_gb_used", "hypervisor_version"), 1),
    "hypervisor_type": "kvm",
    "cpu_info": "{}",
    "stats": {"a": "1", "b": "2"},
}
FLAVOR = {"name": "n", "flavorid": "f", "memory_mb": 1, "vcpus": 1, "extra_specs": {"a": "b"}}
SWAP = {"instance_uuid": UUID, "device_name": "vdb", "virtual_name": "swap"}


@pytest.fixture
def later(store, monkeypatch):
    """Run something as if an hour had passed, so that nothing is under way any more."""

    def run(call):
        with pytest.MonkeyPatch.context() as patch:
            now = clock.utcnow()
            patch.setattr(clock, "utcnow", lambda: now + timedelta(hours=1))
            return call()

    return run


def repaired():
    for finding in check.findings():
        finding.repair()
    assert list(check.findings()) == []


def live(name):
    rows = table(name)
    return rows.find(rows.live)


def again(call, *refusals):
    """Make the call again; it may say that it was done."""
    with contextlib.suppress(*refusals):
        call()


CALLS = {
    "aggregate_create": (
        lambda: None,
        lambda: db.aggregate_create(ADMIN, {"name": "a"}, {"k": "v"}),
        lambda: (
            again(lambda: db.aggregate_create(ADMIN, {"name": "a"}), exception.AggregateNameExists),
            db.aggregate_metadata_add(ADMIN, live("aggregates")[0]["id"], {"k": "v"}),
        ),
        lambda: [a["metadetails"] for a in db.aggregate_get_all(ADMIN)] == [{"k": "v"}],
    ),
    "aggregate_delete": (
        lambda: db.aggregate_create(ADMIN, {"name": "a"}, {"k": "v"}),
        lambda: db.aggregate_delete(ADMIN, 1),
        lambda: again(lambda: db.aggregate_delete(ADMIN, 1), exception.AggregateNotFound),
        lambda: db.aggregate_get_all(ADMIN) == [],
    ),
    "compute_node_create": (
        lambda: None,
        lambda: db.compute_node_create(ADMIN, NODE),
        lambda: (
            live("compute_nodes")
            and db.compute_node_update(ADMIN, live("compute_nodes")[0]["id"], NODE)
        ),
        lambda: all(len(node["stats"]) == 2 for node in db.compute_node_get_all(ADMIN)),
    ),
    "compute_node_update": (
        lambda: db.compute_node_create(ADMIN, NODE),
        lambda: db.compute_node_update(ADMIN, 1, {"vcpus": 9, "stats": {"b": "3", "c": "4"}}, True),
        lambda: db.compute_node_update(ADMIN, 1, {"vcpus": 9, "stats": {"b": "3", "c": "4"}}, True),
        lambda: (
            {s["key"]: s["value"] for s in db.compute_node_get(ADMIN, 1)["stats"]}
            == {"b": "3", "c": "4"}
        ),
    ),
    "instance_type_create": (
        lambda: None,
        lambda: db.instance_type_create(ADMIN, FLAVOR),
        lambda: again(lambda: db.instance_type_create(ADMIN, FLAVOR), exception.InstanceTypeExists),
        lambda: [f["extra_specs"] for f in db.instance_type_get_all(ADMIN)] == [{"a": "b"}],
    ),
    "instance_type_destroy": (
        lambda: db.instance_type_create(ADMIN, FLAVOR),
        lambda: db.instance_type_destroy(ADMIN, "n"),
        lambda: again(
            lambda: db.instance_type_destroy(ADMIN, "n"), exception.InstanceTypeNotFoundByName
        ),
        lambda: db.instance_type_get_all(ADMIN) == [],
    ),
    "network_delete_safe": (
        lambda: (
            db.network_create_safe(ADMIN, {}),
            db.fixed_ip_create(ADMIN, {"address": "10.0.0.1", "network_id": 1}),
        ),
        lambda: db.network_delete_safe(ADMIN, 1),
        lambda: again(lambda: db.network_delete_safe(ADMIN, 1), exception.NetworkNotFound),
        lambda: live("networks") == live("fixed_ips") == [],
    ),
    "security_group_ensure_default": (
        lambda: db.security_group_default_rule_create(ADMIN, {"protocol": "tcp"}),
        lambda: db.security_group_ensure_default(USER),
        lambda: db.security_group_ensure_default(USER),
        lambda: [len(g["rules"]) for g in db.security_group_get_by_project(USER, "acme")] == [1],
    ),
    "security_group_destroy": (
        lambda: (
            db.security_group_create(USER, {"name": "g", "project_id": "acme"}),
            db.security_group_rule_create(USER, {"parent_group_id": 1}),
        ),
        lambda: db.security_group_destroy(USER, 1),
        lambda: db.security_group_destroy(USER, 1),
        lambda: live("security_groups") == live("security_group_rules") == [],
    ),
    "service_destroy": (
        lambda: (db.service_create(ADMIN, {}), db.compute_node_create(ADMIN, NODE)),
        lambda: db.service_destroy(ADMIN, 1),
        lambda: again(lambda: db.service_destroy(ADMIN, 1), exception.ServiceNotFound),
        lambda: live("services") == [],
    ),
    "block_device_mapping_update_or_create": (
        lambda: db.block_device_mapping_update_or_create(ADMIN, {**SWAP, "device_name": "vda"}),
        lambda: db.block_device_mapping_update_or_create(ADMIN, SWAP),
        lambda: db.block_device_mapping_update_or_create(ADMIN, SWAP),
        lambda: [row["device_name"] for row in live("block_device_mapping")] == ["vdb"],
    ),
    "instance_metadata_update": (
        lambda: db.instance_create(USER, {"uuid": UUID, "metadata": {"a": "1", "b": "2"}}),
        lambda: db.instance_metadata_update(USER, UUID, {"b": "3", "c": "4"}, True),
        lambda: db.instance_metadata_update(USER, UUID, {"b": "3", "c": "4"}, True),
        lambda: db.instance_metadata_get(USER, UUID) == {"b": "3", "c": "4"},
    ),
    "network_associate": (
        lambda: db.network_create_safe(ADMIN, {}),
        lambda: db.network_associate(ADMIN, "acme"),
        lambda: db.network_associate(ADMIN, "acme"),
        lambda: [n["project_id"] for n in db.network_get_all(ADMIN)] == ["acme"],
    ),
    "floating_ip_bulk_create": (
        lambda: None,
        lambda: db.floating_ip_bulk_create(ADMIN, [{"address": "a"}, {"address": "b"}]),
        lambda: again(
            lambda: db.floating_ip_bulk_create(ADMIN, [{"address": "a"}, {"address": "b"}]),
            exception.FloatingIpExists,
        ),
        lambda: sorted(row["address"] for row in live("floating_ips")) == ["a", "b"],
    ),
    "archive_deleted_rows": (
        lambda: (db.cell_create(ADMIN, {"name": "c"}), db.cell_delete(ADMIN, "c")),
        lambda: db.archive_deleted_rows_for_table(ADMIN, "cells"),
        lambda: db.archive_deleted_rows_for_table(ADMIN, "cells"),
        lambda: table("cells").count({}) == 0,
    ),
}


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", CALLS)
def test_call_that_broke_off_is_recovered(later, name, applied):
    prepare, call, recover, whole = CALLS[name]
    how = {"least": 1, "applied": applied, "forever": True}
    for _prepared in every_failure(prepare, lambda _prepared: call(), **how):
        recover()
        later(repaired)
        assert whole()
