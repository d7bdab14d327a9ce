import pytest

from nova_docdb import db, exception
from tests.threads import COUNT, at_once, kinds


@pytest.mark.parametrize(
    "create",
    [
        db.security_group_rule_create,
        db.security_group_default_rule_create,
        db.provider_fw_rule_create,
    ],
)
@pytest.mark.parametrize(
    ("given", "stored"),
    [("2001:DB8::5/64", "2001:db8::/64"), ("::1", "::1/128"), ("10.0.0.7/8", "10.0.0.7/8")],
)
def test_create_returns_the_network_as_stored(store, admin, create, given, stored):
    assert create(admin, {"cidr": given})["cidr"] == stored


def test_missing_default_rule_has_a_readable_message(store, admin):
    with pytest.raises(exception.SecurityGroupDefaultRuleNotFound) as caught:
        db.security_group_default_rule_get(admin, 7)
    assert str(caught.value) == "Security group default rule (7) not found."
    assert caught.value.kwargs["rule_id"] == 7


def test_one_of_several_destroys_succeeds(store, user):
    db.security_group_rule_create(user, {"parent_group_id": 1})
    found = at_once(*[lambda: db.security_group_rule_destroy(user, 1)] * COUNT)
    assert kinds(found) == {"NoneType": 1, "SecurityGroupNotFoundForRule": COUNT - 1}


def test_destroyed_provider_rule_keeps_its_deleted_at(store, admin):
    db.provider_fw_rule_create(admin, {"protocol": "tcp"})
    db.provider_fw_rule_destroy(admin, 1)
    everything = admin.elevated(read_deleted="yes")
    before = db.provider_fw_rule_get_all(everything)
    db.provider_fw_rule_destroy(everything, 1)
    assert db.provider_fw_rule_get_all(everything) == before
