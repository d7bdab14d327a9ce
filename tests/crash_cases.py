"""The calls that write more than once: how to prepare, call, recover and check each.

``tests/test_crash_points.py`` stops each after every one of its commands, and checks that no call
is missing here.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from nova_docdb import clock, context, db, exception
from nova_docdb.mongo.tables.table import table
from tests.quotas import (
    PROJECT,
    assert_no_drift,
    everything_expires,
    live_reservations,
    reserve,
    usages,
)

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
REPORT = {"vcpus": 9, "stats": {"b": "3", "c": "4"}}
FLAVOR = {"name": "n", "flavorid": "f", "memory_mb": 1, "vcpus": 1, "extra_specs": {"a": "b"}}
SWAP = {"instance_uuid": UUID, "device_name": "vdb", "virtual_name": "swap"}
INSTANCE = {
    "uuid": UUID,
    "project_id": "acme",
    "metadata": {"a": "1", "b": "2"},
    "system_metadata": {"s": "1"},
    "security_groups": ["default"],
}
CHANGE = {"host": "h", "metadata": {"b": "3", "c": "4"}, "system_metadata": {"s": "2"}}
EVENT = {"instance_uuid": UUID, "request_id": "r", "event": "e", "result": "Error"}
# Resources whose usage is not counted from rows, only from committed reservations.
BOTH = {"a": 1, "b": 1}


@dataclass(frozen=True)
class Case:
    """A call that writes more than once.

    :param prepare: fills the empty store; its result is passed to the others
    :param call: the call, stopped after one of its commands
    :param recover: the recovery before `db check --repair` runs
    :param whole: returns whether the store is then consistent
    """

    prepare: Callable
    call: Callable
    recover: Callable
    whole: Callable


def live(name):
    rows = table(name)
    return rows.find(rows.live)


def again(call, *refusals):
    """Return a recovery that repeats the call; the expected refusals are ignored."""

    def recover(prepared):
        with contextlib.suppress(*refusals):
            call(prepared)

    return recover


def repeated(prepare, call, whole, *refusals):
    """Return a case whose recovery is to repeat the call."""
    return Case(prepare, call, again(call, *refusals), whole)


def nothing(*_prepared):
    return None


def an_instance():
    return db.instance_create(USER, INSTANCE)


def is_whole(instance, change=INSTANCE):
    pairs = {name: {row["key"]: row["value"] for row in instance[name]}
             for name in ("metadata", "system_metadata")}  # fmt: skip
    groups = [group["name"] for group in instance["security_groups"]]
    return (
        pairs == {name: change[name] for name in pairs}
        and groups == ["default"]
        and instance["info_cache"] is not None
    )


def create_instance(_prepared):
    return db.instance_create(USER, INSTANCE)


def instance_can_be_created():
    with contextlib.suppress(exception.InstanceExists):
        create_instance(None)
    return is_whole(db.instance_get_by_uuid(USER, UUID))


def instance_can_be_destroyed():
    with contextlib.suppress(exception.InstanceNotFound):
        db.instance_destroy(USER, UUID)
    belongings = (
        "instance_info_caches",
        "instance_metadata",
        "security_group_instance_association",
    )
    return not any(live(name) for name in ("instances", *belongings))


def updated(function):
    return repeated(
        an_instance,
        lambda _prepared: function(USER, UUID, CHANGE),
        lambda: is_whole(db.instance_get_by_uuid(USER, UUID), CHANGE),
    )


def an_aggregate():
    return db.aggregate_create(ADMIN, {"name": "a"}, {"k": "v", "l": "w"})


def aggregate_has(metadata, name="a"):
    return lambda: (
        [(a["name"], a["metadetails"]) for a in db.aggregate_get_all(ADMIN)] == [(name, metadata)]
    )


def create_aggregate(_prepared):
    return db.aggregate_create(ADMIN, {"name": "a"}, {"k": "v"})


def an_event():
    db.action_start(ADMIN, EVENT)
    db.action_event_start(ADMIN, EVENT)


def event_is_finished():
    action = db.action_get_by_request_id(ADMIN, UUID, "r")
    (event,) = db.action_events_get(ADMIN, action["id"])
    return (action["message"], event["result"]) == ("Error", "Error")


def deleted_cells():
    for name in "ab":
        db.cell_create(ADMIN, {"name": name})
        db.cell_delete(ADMIN, name)


def cells_are_archived():
    shadow = db.archive_deleted_rows_for_table(ADMIN, "cells")
    return shadow == 0 and table("cells").count({}) == 0


def no_drift(numbers=None):
    """Return a check that usages match their reservations and the given numbers."""

    def whole():
        everything_expires()
        assert_no_drift()
        return numbers is None or usages() in numbers

    return whole


def settled(settle, number, expire=3600):
    return repeated(
        lambda: reserve(BOTH, expire=expire), settle, no_drift([dict.fromkeys(BOTH, (number, 0))])
    )


def a_project_with_quota():
    db.quota_create(ADMIN, PROJECT, "a", 5)
    return reserve(BOTH)


def project_is_destroyed():
    usages_and_limits = [
        row for name in ("quotas", "quota_usages") for row in live(name)
        if row["project_id"] == PROJECT
    ]  # fmt: skip
    return not usages_and_limits and not live_reservations()


CASES = {
    "action_event_finish": repeated(
        an_event, lambda _prepared: db.action_event_finish(ADMIN, EVENT), event_is_finished
    ),
    "aggregate_create": Case(
        nothing,
        create_aggregate,
        again(create_aggregate, exception.AggregateNameExists),
        aggregate_has({"k": "v"}),
    ),
    "aggregate_delete": repeated(
        an_aggregate,
        lambda _prepared: db.aggregate_delete(ADMIN, 1),
        lambda: db.aggregate_get_all(ADMIN) == [],
        exception.AggregateNotFound,
    ),
    "aggregate_metadata_add": repeated(
        an_aggregate,
        lambda _prepared: db.aggregate_metadata_add(ADMIN, 1, {"k": "x", "m": "y"}, True),
        aggregate_has({"k": "x", "m": "y"}),
    ),
    "aggregate_update": repeated(
        an_aggregate,
        lambda _prepared: db.aggregate_update(ADMIN, 1, {"name": "b", "metadata": {"k": "x"}}),
        aggregate_has({"k": "x"}, "b"),
    ),
    "archive_deleted_rows": repeated(
        deleted_cells, lambda _prepared: db.archive_deleted_rows(ADMIN), cells_are_archived
    ),
    "archive_deleted_rows_for_table": repeated(
        deleted_cells,
        lambda _prepared: db.archive_deleted_rows_for_table(ADMIN, "cells"),
        cells_are_archived,
    ),
    "block_device_mapping_update_or_create": repeated(
        lambda: db.block_device_mapping_update_or_create(ADMIN, {**SWAP, "device_name": "vda"}),
        lambda _prepared: db.block_device_mapping_update_or_create(ADMIN, SWAP),
        lambda: [row["device_name"] for row in live("block_device_mapping")] == ["vdb"],
    ),
    "compute_node_create": Case(
        nothing,
        lambda _prepared: db.compute_node_create(ADMIN, NODE),
        nothing,
        lambda: all(len(node["stats"]) == 2 for node in db.compute_node_get_all(ADMIN)),
    ),
    "compute_node_update": repeated(
        lambda: db.compute_node_create(ADMIN, NODE),
        lambda _prepared: db.compute_node_update(ADMIN, 1, REPORT, True),
        lambda: (
            {s["key"]: s["value"] for s in db.compute_node_get(ADMIN, 1)["stats"]}
            == {"b": "3", "c": "4"}
        ),
    ),
    "fixed_ip_bulk_create": Case(
        lambda: db.fixed_ip_create(ADMIN, {"id": 9, "address": "taken"}),
        # If a bulk insert fails, the rows inserted before the failure are removed.
        again(
            lambda _prepared: db.fixed_ip_bulk_create(
                ADMIN, [{"id": 8, "address": "a"}, {"id": 9, "address": "b"}]
            ),
            exception.DBDuplicateEntry,
        ),
        nothing,
        lambda: {row["address"] for row in live("fixed_ips")} - {"a"} == {"taken"},
    ),
    "floating_ip_bulk_create": repeated(
        nothing,
        lambda _prepared: db.floating_ip_bulk_create(ADMIN, [{"address": "a"}, {"address": "b"}]),
        lambda: sorted(row["address"] for row in live("floating_ips")) == ["a", "b"],
        exception.FloatingIpExists,
    ),
    "instance_create": Case(nothing, create_instance, nothing, instance_can_be_created),
    "instance_destroy": Case(
        an_instance,
        lambda _prepared: db.instance_destroy(USER, UUID),
        nothing,
        instance_can_be_destroyed,
    ),
    "instance_metadata_update": repeated(
        an_instance,
        lambda _prepared: db.instance_metadata_update(USER, UUID, {"b": "3", "c": "4"}, True),
        lambda: db.instance_metadata_get(USER, UUID) == {"b": "3", "c": "4"},
    ),
    "instance_system_metadata_update": repeated(
        an_instance,
        lambda _prepared: db.instance_system_metadata_update(
            USER, UUID, {"s": "2", "t": "3"}, True
        ),
        lambda: db.instance_system_metadata_get(USER, UUID) == {"s": "2", "t": "3"},
    ),
    "instance_type_create": repeated(
        nothing,
        lambda _prepared: db.instance_type_create(ADMIN, FLAVOR),
        lambda: [f["extra_specs"] for f in db.instance_type_get_all(ADMIN)] == [{"a": "b"}],
        exception.InstanceTypeExists,
    ),
    "instance_type_destroy": repeated(
        lambda: db.instance_type_create(ADMIN, FLAVOR),
        lambda _prepared: db.instance_type_destroy(ADMIN, "n"),
        lambda: db.instance_type_get_all(ADMIN) == [],
        exception.InstanceTypeNotFoundByName,
    ),
    "instance_type_extra_specs_update_or_create": repeated(
        lambda: db.instance_type_create(ADMIN, FLAVOR),
        lambda _prepared: db.instance_type_extra_specs_update_or_create(
            ADMIN, "f", {"a": "c", "d": "e"}
        ),
        lambda: db.instance_type_extra_specs_get(ADMIN, "f") == {"a": "c", "d": "e"},
    ),
    "instance_update": updated(db.instance_update),
    "instance_update_and_get_original": updated(db.instance_update_and_get_original),
    "network_associate": repeated(
        lambda: db.network_create_safe(ADMIN, {}),
        lambda _prepared: db.network_associate(ADMIN, "acme"),
        lambda: [n["project_id"] for n in db.network_get_all(ADMIN)] == ["acme"],
    ),
    "network_delete_safe": repeated(
        lambda: (
            db.network_create_safe(ADMIN, {}),
            db.fixed_ip_create(ADMIN, {"address": "10.0.0.1", "network_id": 1}),
        ),
        lambda _prepared: db.network_delete_safe(ADMIN, 1),
        lambda: live("networks") == live("fixed_ips") == [],
        exception.NetworkNotFound,
    ),
    "quota_destroy_all_by_project": repeated(
        a_project_with_quota,
        lambda _prepared: db.quota_destroy_all_by_project(ADMIN, PROJECT),
        project_is_destroyed,
    ),
    "quota_reserve": Case(
        nothing,
        lambda _prepared: reserve(BOTH, BOTH),
        nothing,
        lambda: (
            no_drift([{}, {"a": (0, 0)}, {"b": (0, 0)}, dict.fromkeys(BOTH, (0, 0))])()
            # The next call is not blocked.
            and len(reserve(BOTH, BOTH)) == 2
        ),
    ),
    "reservation_commit": settled(lambda uuids: db.reservation_commit(USER, uuids, PROJECT), 1),
    "reservation_create": Case(
        lambda: reserve({"a": 1}),
        lambda _prepared: db.reservation_create(
            ADMIN, "bare", {"id": 1}, PROJECT, "a", 2, clock.utcnow()
        ),
        nothing,
        no_drift([{"a": (0, 0)}]),
    ),
    "reservation_expire": settled(lambda _uuids: db.reservation_expire(ADMIN), 0, expire=-60),
    "reservation_rollback": settled(lambda uuids: db.reservation_rollback(USER, uuids, PROJECT), 0),
    "security_group_destroy": repeated(
        lambda: (
            db.security_group_create(USER, {"name": "g", "project_id": "acme"}),
            db.security_group_rule_create(USER, {"parent_group_id": 1}),
        ),
        lambda _prepared: db.security_group_destroy(USER, 1),
        lambda: live("security_groups") == live("security_group_rules") == [],
    ),
    "security_group_ensure_default": repeated(
        lambda: db.security_group_default_rule_create(ADMIN, {"protocol": "tcp"}),
        lambda _prepared: db.security_group_ensure_default(USER),
        lambda: [len(g["rules"]) for g in db.security_group_get_by_project(USER, "acme")] == [1],
    ),
    "service_destroy": repeated(
        lambda: (db.service_create(ADMIN, {}), db.compute_node_create(ADMIN, NODE)),
        lambda _prepared: db.service_destroy(ADMIN, 1),
        lambda: live("services") == [],
        exception.ServiceNotFound,
    ),
}
