"""Block device mappings beyond the recorded answers."""

import pytest

from nova_docdb import db, exception
from tests.threads import COUNT, at_once

SWAP = {"instance_uuid": "i", "device_name": "vdb", "virtual_name": "swap"}


def test_block_device_update_or_create_ignores_deleted_rows(store, admin):
    everything = admin.elevated(read_deleted="yes")
    values = {"instance_uuid": "i", "device_name": "vda"}
    db.block_device_mapping_update_or_create(admin, values)
    db.block_device_mapping_destroy(admin, 1)
    db.block_device_mapping_update_or_create(everything, {**values, "volume_id": "v"})
    (row,) = db.block_device_mapping_get_all_by_instance(admin, "i")
    assert (row["id"], row["volume_id"]) == (2, "v")


@pytest.mark.sends_nothing
@pytest.mark.parametrize("missing", ["instance_uuid", "device_name"])
def test_block_device_requires_instance_and_device(store, admin, missing):
    values = {key: value for key, value in SWAP.items() if key != missing}
    with pytest.raises((exception.InvalidInput, exception.DBError), match=missing):
        db.block_device_mapping_update_or_create(admin, values)


def test_lowest_id_of_several_rows_of_a_device_is_changed(store, admin):
    values = {"instance_uuid": "i", "device_name": "vda"}
    for _ in range(2):
        db.block_device_mapping_create(admin, values)
    db.block_device_mapping_update_or_create(admin, {**values, "volume_id": "v"})
    rows = db.block_device_mapping_get_all_by_instance(admin, "i")
    assert [row["volume_id"] for row in rows] == ["v", None]


def test_concurrent_callers_leave_one_row_per_device_and_one_live_swap(store, admin):
    put = db.block_device_mapping_update_or_create
    at_once(*[lambda: put(admin, {"instance_uuid": "i", "device_name": "vda"})] * COUNT)
    assert len(db.block_device_mapping_get_all_by_instance(admin, "i")) == 1
    devices = [{**SWAP, "instance_uuid": "j", "device_name": f"vd{n}"} for n in range(COUNT)]
    at_once(*(lambda values=values: put(admin, values) for values in devices))
    assert len(db.block_device_mapping_get_all_by_instance(admin, "j")) == 1
