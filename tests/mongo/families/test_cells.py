"""Cells beyond the recorded answers."""

import pytest

from nova_docdb import db, exception


def test_cell_update_returns_the_changed_cell(store, admin):
    db.cell_create(admin, {"name": "c"})
    assert db.cell_update(admin, "c", {"name": "d", "rpc_port": 1})["name"] == "d"
    with pytest.raises(exception.CellNotFound):
        db.cell_update(admin, "c", {"rpc_port": 2})


def test_cell_with_an_id_above_1_can_be_deleted(store, admin):
    for name in ("c", "d"):
        db.cell_create(admin, {"name": name})
    assert db.cell_delete(admin, "d") == 1
    assert db.cell_get(admin.elevated(read_deleted="only"), "d")["deleted"] == 2
