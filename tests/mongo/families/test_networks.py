import pytest

from nova_docdb import db, exception
from tests.threads import COUNT, at_once, kinds

UUID = "11111111-0000-4000-8000-000000000001"


def test_create_returns_the_row_as_stored(store, admin):
    created = db.network_create_safe(
        admin, {"cidr_v6": "2001:DB8::5/64", "gateway_v6": "2001:DB8:0::1"}
    )
    assert (created["cidr_v6"], created["gateway_v6"]) == ("2001:db8::/64", "2001:db8::1")


def test_create_with_a_taken_id_raises_duplicate_entry(store, admin):
    db.network_create_safe(admin, {"id": 5})
    with pytest.raises(exception.DBDuplicateEntry) as caught:
        db.network_create_safe(admin, {"id": 5})
    assert caught.value.columns == ["id"]


def test_every_vlan_conflict_of_an_update_raises_duplicate_vlan(store, admin):
    db.network_create_safe(admin, {"vlan": 1, "label": "first"})
    db.network_create_safe(admin, {"vlan": 2})
    with pytest.raises(exception.DuplicateVlan) as caught:
        db.network_update(admin, 2, {"vlan": 1, "label": "changed"})
    assert caught.value.kwargs["vlan"] == 1
    assert db.network_get(admin, 2)["label"] is None
    everything = admin.elevated(read_deleted="yes")
    db.network_update(admin, 2, {"deleted": 2})
    db.network_update(everything, 2, {"vlan": 1})
    with pytest.raises(exception.DuplicateVlan):
        db.network_update(everything, 2, {"deleted": 0})


def test_get_all_by_instance_finds_the_networks_of_its_live_addresses(store, admin):
    db.instance_create(admin, {"uuid": UUID})
    db.network_create_safe(admin, {})
    for address in ("10.0.0.1", "10.0.0.2"):
        row = {"address": address, "network_id": 1, "instance_uuid": UUID}
        db.fixed_ip_create(admin, row)
    assert [n["id"] for n in db.network_get_all_by_instance(admin, UUID)] == [1]
    assert [n["id"] for n in db.network_get_all_by_instance(admin, 1)] == [1]
    for unknown in ("nobody", 99, None):
        with pytest.raises(exception.NetworkNotFoundForInstance):
            db.network_get_all_by_instance(admin, unknown)


def test_claim_without_a_free_network_raises_no_more_networks(store, admin):
    for raised in (db.NoMoreNetworks, exception.NoMoreNetworks):
        with pytest.raises(raised):
            db.network_associate(admin, "p")


def test_delete_of_a_network_with_an_allocated_address_changes_nothing(store, admin):
    db.network_create_safe(admin, {})
    db.fixed_ip_bulk_create(
        admin,
        [
            {"address": "10.0.0.1", "network_id": 1},
            {"address": "10.0.0.2", "network_id": 1, "allocated": True},
        ],
    )
    with pytest.raises(exception.NetworkInUse):
        db.network_delete_safe(admin, 1)
    assert db.fixed_ip_get_by_address(admin, "10.0.0.1")["deleted"] == 0


def test_concurrent_deletion_and_allocation_are_serializable(store, admin):
    for number in range(1, 6):
        db.network_create_safe(admin, {"id": number})
        address = f"10.0.0.{number}"
        db.fixed_ip_create(admin, {"address": address, "network_id": number})
        deletion, _allocation = at_once(
            lambda number=number: db.network_delete_safe(admin, number),
            lambda address=address: db.fixed_ip_update(admin, address, {"allocated": True}),
        )
        row = db.fixed_ip_get(admin.elevated(read_deleted="yes"), number)
        if isinstance(deletion, exception.NetworkInUse):
            assert row["deleted"] == 0
        else:
            assert deletion is None
            assert row["deleted"] == number


def test_one_of_several_creates_of_a_vlan_succeeds(store, admin):
    found = at_once(*[lambda: db.network_create_safe(admin, {"vlan": 9})] * COUNT)
    assert kinds(found) == {"dict": 1, "DuplicateVlan": COUNT - 1}


def test_each_network_is_claimed_by_one_project(store, admin):
    for _ in range(COUNT):
        db.network_create_safe(admin, {})
    found = at_once(
        *(lambda n=n: db.network_associate(admin, f"p{n}", force=True) for n in range(COUNT))
    )
    assert sorted(network["id"] for network in found) == list(range(1, COUNT + 1))


def test_all_callers_get_the_host_that_was_set(store, admin):
    db.network_create_safe(admin, {})
    found = at_once(*(lambda n=n: db.network_set_host(admin, 1, f"h{n}") for n in range(COUNT)))
    assert set(found) == {db.network_get(admin, 1)["host"]}
