"""Cells, consoles, task logs, usages and block devices: what is better than in the reference."""

from datetime import datetime

import pytest

from nova_docdb import cells, db, exception
from nova_docdb.mongo.table import table
from tests.threads import COUNT, at_once, kinds

PERIOD = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC
ISO = "2013-04-01T00:00:00"
SWAP = {"instance_uuid": "i", "device_name": "vdb", "virtual_name": "swap"}


def test_cell_update_returns_the_changed_cell(store, admin):
    db.cell_create(admin, {"name": "c"})
    assert db.cell_update(admin, "c", {"name": "d", "rpc_port": 1})["name"] == "d"
    with pytest.raises(exception.CellNotFound):
        db.cell_update(admin, "c", {"rpc_port": 2})


def test_cell_of_any_id_can_be_deleted(store, admin):
    for name in ("c", "d"):
        db.cell_create(admin, {"name": name})
    assert db.cell_delete(admin, "d") == 1
    assert db.cell_get(admin.elevated(read_deleted="only"), "d")["deleted"] == 2


def test_console_pool_shows_its_address_as_it_is_stored(store, nobody):
    assert db.console_pool_create(nobody, {"address": "2001:DB8::0:1"})["address"] == "2001:db8::1"


def test_console_ids_may_be_decimal_text_and_are_never_used_again(store, nobody):
    db.console_create(nobody, {})
    assert db.console_get(nobody, "1")["id"] == 1
    for other in ("one", "1 or 1", None):
        with pytest.raises(exception.ConsoleNotFound):
            db.console_get(nobody, other)
    db.console_delete(nobody, "1")
    assert db.console_create(nobody, {})["id"] == 2


def test_task_begins_without_a_message_and_with_iso_text(store, admin):
    db.task_log_begin_task(admin, "audit", ISO, ISO, "h")
    assert db.task_log_get(admin, "audit", PERIOD, PERIOD, "h")["message"] == ""
    db.task_log_end_task(admin, "audit", ISO, ISO, "h", 0)
    assert db.task_log_get_all(admin, "audit", ISO, ISO)[0]["state"] == "DONE"


def test_of_tasks_that_begin_at_once_one_succeeds(store, admin):
    begin = db.task_log_begin_task
    found = at_once(*[lambda: begin(admin, "audit", PERIOD, PERIOD, "h")] * COUNT)
    assert kinds(found) == {"NoneType": 1, "TaskAlreadyRunning": COUNT - 1}


def test_bandwidth_periods_may_be_iso_text(store, user):
    db.bw_usage_update(user, "i", "mac", ISO, 1, 2, 3, 4, last_refreshed=ISO)
    assert db.bw_usage_get(user, "i", PERIOD, "mac")["last_refreshed"] == PERIOD
    assert len(db.bw_usage_get_by_uuids(user, ["i"], ISO)) == 1


def test_counters_of_more_than_32_bits_are_plain_numbers_and_may_be_written_again(store, user):
    db.bw_usage_update(user, "i", "mac", PERIOD, 2**40, 2**41, 3, 4)
    read = db.bw_usage_get(user, "i", PERIOD, "mac")
    assert (read["bw_in"], type(read["bw_in"])) == (2**40, int)
    db.bw_usage_update(user, "i", "mac", PERIOD, read["bw_in"], read["bw_out"], 3, 4)
    assert db.bw_usage_get(user, "i", PERIOD, "mac")["bw_out"] == 2**41


def test_bandwidth_updates_at_once_make_one_row(store, user):
    update = db.bw_usage_update
    found = at_once(
        *(lambda n=n: update(user, "i", "mac", PERIOD, n, n, n, n) for n in range(COUNT))
    )
    assert kinds(found) == {"NoneType": COUNT}
    assert len(db.bw_usage_get_by_uuids(user, ["i"], PERIOD)) == 1


def test_first_volume_update_stores_instance_and_time(store, user):
    db.vol_usage_update(user, "v", 1, 2, 3, 4, "uuid", last_refreshed=ISO)
    (row,) = db.vol_get_usage_by_time(user, "2013-03-31T00:00:00")
    assert row["instance_id"] == "uuid"
    assert row["tot_last_refreshed"] == row["curr_last_refreshed"] == PERIOD


def test_volume_updates_at_once_lose_no_counts(store, user):
    update = db.vol_usage_update
    at_once(*(lambda n=n: update(user, "v", 10**n, 0, 0, 0, 7, None, True) for n in range(COUNT)))
    (row,) = table("volume_usage_cache").find({"volume_id": "v"})
    assert row["tot_reads"] == int("1" * COUNT)


def test_block_device_without_virtual_name_or_with_deleted_rows_visible(store, admin):
    everything = admin.elevated(read_deleted="yes")
    values = {"instance_uuid": "i", "device_name": "vda"}
    db.block_device_mapping_update_or_create(admin, values)
    db.block_device_mapping_destroy(admin, 1)
    db.block_device_mapping_update_or_create(everything, {**values, "volume_id": "v"})
    (row,) = db.block_device_mapping_get_all_by_instance(admin, "i")
    assert (row["id"], row["volume_id"]) == (2, "v")


@pytest.mark.parametrize("missing", ["instance_uuid", "device_name"])
def test_block_device_needs_instance_and_device(store, admin, missing):
    values = {key: value for key, value in SWAP.items() if key != missing}
    with pytest.raises((exception.InvalidInput, exception.DBError), match=missing):
        db.block_device_mapping_update_or_create(admin, values)


def test_of_several_rows_of_a_device_the_lowest_is_changed(store, admin):
    values = {"instance_uuid": "i", "device_name": "vda"}
    for _ in range(2):
        db.block_device_mapping_create(admin, values)
    db.block_device_mapping_update_or_create(admin, {**values, "volume_id": "v"})
    rows = db.block_device_mapping_get_all_by_instance(admin, "i")
    assert [row["volume_id"] for row in rows] == ["v", None]


def test_callers_at_once_leave_one_row_a_device_and_one_live_swap(store, admin):
    put = db.block_device_mapping_update_or_create
    at_once(*[lambda: put(admin, {"instance_uuid": "i", "device_name": "vda"})] * COUNT)
    assert len(db.block_device_mapping_get_all_by_instance(admin, "i")) == 1
    devices = [{**SWAP, "instance_uuid": "j", "device_name": f"vd{n}"} for n in range(COUNT)]
    at_once(*(lambda values=values: put(admin, values) for values in devices))
    assert len(db.block_device_mapping_get_all_by_instance(admin, "j")) == 1


def test_cells_listener_is_told_of_changes_and_cannot_stop_them(store, admin):
    told = []

    def listen(function, _context, change):
        told.append((function, change["uuid"] if "uuid" in change else change["instance_uuid"]))
        raise RuntimeError("the cell above is away")

    cells.set_listener(listen)
    try:
        uuid = db.instance_create(admin, {})["uuid"]
        db.instance_update(admin, uuid, {"host": "h"})
        db.instance_update(admin, uuid, {"host": "i"}, update_cells=False)
        db.instance_fault_create(admin, {"instance_uuid": uuid, "code": 500})
        db.bw_usage_update(admin, uuid, "mac", PERIOD, 1, 2, 3, 4)
        db.instance_destroy(admin, uuid)
    finally:
        cells.set_listener(None)
    functions = ["instance_update", "instance_fault_create", "bw_usage_update", "instance_destroy"]
    assert told == [(function, uuid) for function in functions]


def test_finished_event_is_the_open_one_and_values_are_unchanged(store, nobody):
    action = {"instance_uuid": "i", "request_id": "r"}
    db.action_start(nobody, {**action, "action": "create"})
    event = {**action, "event": "run"}
    db.action_event_start(nobody, event)
    db.action_event_finish(nobody, {**event, "result": "Error"} | {"finish_time": PERIOD})
    db.action_event_start(nobody, event)
    values = {**event, "result": "Success", "finish_time": "2013-04-01T00:00:00.000000"}
    assert db.action_event_finish(nobody, values)["id"] == 2
    assert values["finish_time"] == "2013-04-01T00:00:00.000000"
    assert [row["result"] for row in db.action_events_get(nobody, 1)] == ["Success", "Error"]


def test_event_stays_with_its_action_whatever_the_values_say(store, nobody):
    event = {"instance_uuid": "i", "request_id": "r", "event": "run"}
    db.action_start(nobody, {**event, "action": "create"})
    db.action_event_start(nobody, event)
    assert db.action_event_finish(nobody, {**event, "action_id": 7})["action_id"] == 1


def test_of_several_actions_of_a_request_the_lowest_is_meant(store, nobody):
    action = {"instance_uuid": "i", "request_id": "r", "action": "create"}
    db.action_start(nobody, {**action, "deleted": 1})
    db.action_start(nobody, action)
    nobody.read_deleted = "yes"
    assert db.action_get_by_request_id(nobody, "i", "r")["id"] == 1
    assert db.action_finish(nobody, {**action, "message": "m"})["id"] == 1


def test_fault_returns_no_unknown_keys(store, nobody):
    values = {"instance_uuid": "i", "code": 1, "color": "red"}
    assert "color" not in db.instance_fault_create(nobody, values)


def test_metadata_of_an_unknown_instance_is_refused(store, admin):
    for update in (db.instance_metadata_update, db.instance_system_metadata_update):
        with pytest.raises(exception.InstanceNotFound):
            update(admin, "nobody", {"a": "b"}, False)
    assert table("instance_metadata").count({}) == 0


@pytest.mark.parametrize("read_deleted", ["yes", "only"])
def test_system_metadata_update_looks_at_live_rows_only(store, admin, read_deleted):
    uuid = db.instance_create(admin, {"system_metadata": {"a": "1"}})["uuid"]
    db.instance_system_metadata_update(admin, uuid, {}, True)
    context = admin.elevated(read_deleted=read_deleted)
    db.instance_system_metadata_update(context, uuid, {"a": "2"}, False)
    assert db.instance_system_metadata_get(admin, uuid) == {"a": "2"}
    everything = admin.elevated(read_deleted="yes")
    assert db.instance_system_metadata_get(everything, uuid) == {"a": "2"}
