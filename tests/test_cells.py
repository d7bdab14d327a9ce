"""The cells listener beyond the recorded answers."""

from datetime import datetime

from nova_docdb import cells, db

PERIOD = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC


def test_cells_listener_is_called_after_changes_and_cannot_undo_them(store, admin):
    notified = []

    def listen(function, _context, change):
        notified.append((function, change["uuid"] if "uuid" in change else change["instance_uuid"]))
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
    assert notified == [(function, uuid) for function in functions]
