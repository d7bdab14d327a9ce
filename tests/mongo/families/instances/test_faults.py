"""Instance faults beyond the recorded answers."""

from nova_docdb import db


def test_fault_has_no_unknown_keys(store, anonymous):
    values = {"instance_uuid": "i", "code": 1, "color": "red"}
    assert "color" not in db.instance_fault_create(anonymous, values)
