import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.families.virtual_interfaces import INTERFACES
from tests.threads import COUNT, at_once, kinds

CARD = {"address": "02:16:3e:00:00:01", "instance_uuid": "i"}


def test_taken_mac_address_is_refused_until_it_is_removed(store, user):
    db.virtual_interface_create(user, CARD)
    with pytest.raises(exception.VirtualInterfaceCreateException):
        db.virtual_interface_create(user, CARD)
    db.virtual_interface_delete_by_instance(user, "i")
    assert db.virtual_interface_create(user, CARD)["id"] == 2


def test_one_of_several_creates_of_a_mac_address_succeeds(store, user):
    found = at_once(*[lambda: db.virtual_interface_create(user, CARD)] * COUNT)
    assert kinds(found) == {"dict": 1, "VirtualInterfaceCreateException": COUNT - 1}
    assert len(db.virtual_interface_get_all(user)) == 1


def test_lowest_id_of_several_interfaces_in_a_network_is_returned_deleted_or_not(store, user):
    on = {"instance_uuid": "i", "network_id": 1}
    db.virtual_interface_create(user, {**on, "address": "a", "deleted": 1})
    db.virtual_interface_create(user, {**on, "address": "b"})
    assert db.virtual_interface_get_by_instance_and_network(user, "i", 1)["address"] == "a"


@pytest.mark.parametrize("error", [exception.DBConnectionError("lost"), exception.DBError("full")])
def test_lost_server_is_not_reported_as_a_taken_address(store, admin, monkeypatch, error):
    def fail(*_args):
        raise error

    monkeypatch.setattr(INTERFACES, "insert", fail)
    with pytest.raises(exception.DBError) as caught:
        db.virtual_interface_create(admin, {"address": "02:16:3e:00:00:01"})
    assert caught.value is error


def test_taken_id_is_refused_like_a_taken_address(store, admin):
    db.virtual_interface_create(admin, {"id": 1})
    with pytest.raises(exception.VirtualInterfaceCreateException):
        db.virtual_interface_create(admin, {"id": 1})
