"""Provider firewall rules beyond the recorded answers."""

import pytest

from nova_docdb import db


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("2001:DB8::5/64", "2001:db8::/64"),
        ("::1", "::1/128"),
        ("10.0.0.7/24", "10.0.0.7/24"),
        (None, None),
    ],
)
def test_create_returns_the_network_as_stored(store, admin, given, stored):
    assert db.provider_fw_rule_create(admin, {"cidr": given})["cidr"] == stored
    (row,) = db.provider_fw_rule_get_all(admin)
    assert row["cidr"] == stored


def test_deleted_rule_keeps_its_deleted_at(store, admin):
    rule = db.provider_fw_rule_create(admin, {"protocol": "tcp"})
    deleted = admin.elevated(read_deleted="only")
    db.provider_fw_rule_destroy(admin, rule["id"])
    (before,) = db.provider_fw_rule_get_all(deleted)
    db.provider_fw_rule_destroy(admin, rule["id"])
    assert db.provider_fw_rule_get_all(deleted) == [before]
