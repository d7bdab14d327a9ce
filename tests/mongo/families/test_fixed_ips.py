from datetime import timedelta

import pytest

from nova_docdb import clock, db, exception
from nova_docdb.mongo.families.fixed_ips import FIXED_IPS
from tests.threads import COUNT, at_once, kinds

UUID = "11111111-0000-4000-8000-000000000001"
OTHER = "22222222-0000-4000-8000-000000000002"


def create(admin, **values):
    return db.fixed_ip_create(admin, {"address": "10.0.0.1", "network_id": 1, **values})


def test_create_returns_the_address_as_stored(store, user):
    assert create(user, address="2001:DB8:0::1") == "2001:db8::1"
    assert db.fixed_ip_get(user, 1)["address"] == "2001:db8::1"


def test_bulk_create_that_fails_leaves_nothing(store, user):
    rows = [{"address": "10.0.0.1"}, {"address": "10.0.0.2", "network_id": "no number"}]
    with pytest.raises(exception.InvalidInput, match="network_id"):
        db.fixed_ip_bulk_create(user, rows)
    with pytest.raises(exception.FixedIpNotFoundForAddress):
        db.fixed_ip_get_by_address(user, "10.0.0.1")


def test_associate_error_names_the_instance_of_the_address(store, admin):
    create(admin, instance_uuid=UUID)
    with pytest.raises(exception.FixedIpAlreadyInUse) as caught:
        db.fixed_ip_associate(admin, "10.0.0.1", OTHER, 1)
    assert caught.value.kwargs["instance_uuid"] == UUID


@pytest.mark.parametrize("found", ["in a network", "deleted"])
def test_address_that_changes_during_its_update_is_read_again(store, admin, monkeypatch, found):
    create(admin, network_id=None)
    update = FIXED_IPS.update

    def late(*args, **kwargs):
        monkeypatch.setattr(FIXED_IPS, "update", update)
        if found == "deleted":
            FIXED_IPS.soft_delete({"_id": 1})
        else:
            db.fixed_ip_associate_pool(admin, 1, UUID)
        return update(*args, **kwargs)

    monkeypatch.setattr(FIXED_IPS, "update", late)
    if found == "deleted":
        with pytest.raises(exception.FixedIpNotFoundForAddress):
            db.fixed_ip_update(admin, "10.0.0.1", {"leased": True})
    else:
        db.fixed_ip_update(admin, "10.0.0.1", {"leased": True})
        fixed_ip = db.fixed_ip_get(admin, 1)
        assert (fixed_ip["leased"], fixed_ip["network_id"]) == (True, 1)


def test_associate_claims_a_free_row_if_another_is_in_use(store, admin):
    create(admin, network_id=None, instance_uuid=UUID)
    create(admin)
    assert db.fixed_ip_associate(admin, "10.0.0.1", OTHER, 1) == "10.0.0.1"
    assert db.fixed_ip_get(admin, 2)["instance_uuid"] == OTHER


def test_associate_claims_the_lowest_id_with_or_without_a_network(store, admin):
    create(admin, network_id=None)
    create(admin)
    db.fixed_ip_associate(admin, "10.0.0.1", UUID, "1")
    row = db.fixed_ip_get(admin, 1)
    assert (row["instance_uuid"], row["network_id"]) == (UUID, 1)


@pytest.mark.parametrize("number", ["abc", {"$gt": 0}])
def test_network_id_that_is_not_an_integer_is_refused(store, admin, number):
    create(admin, network_id=None)
    with pytest.raises(exception.InvalidInput, match="network_id"):
        db.fixed_ip_associate(admin, "10.0.0.1", UUID, number)
    assert db.fixed_ip_get(admin, 1)["instance_uuid"] is None


def test_row_without_an_address_returns_none(store, admin):
    assert db.fixed_ip_create(admin, {"network_id": 1}) is None
    assert db.fixed_ip_associate(admin, None, UUID, 1) is None
    create(admin, address=None)
    assert db.fixed_ip_associate_pool(admin, 1, OTHER) is None


def test_pool_row_without_network_gets_the_network(store, admin):
    create(admin, network_id=None)
    assert db.fixed_ip_associate_pool(admin, 7, UUID) == "10.0.0.1"
    row = db.fixed_ip_get(admin, 1)
    assert (row["network_id"], row["instance_uuid"]) == (7, UUID)


def test_pool_without_instance_and_host_leaves_the_row_free(store, admin):
    create(admin)
    assert db.fixed_ip_associate_pool(admin, 1) == "10.0.0.1"
    assert db.fixed_ip_associate_pool(admin, 1, UUID) == "10.0.0.1"


def test_count_by_project_counts_by_the_instances_project(store, admin):
    db.instance_create(admin, {"uuid": UUID, "project_id": "p"})
    create(admin, instance_uuid=UUID)
    create(admin, instance_uuid=OTHER)
    assert db.fixed_ip_count_by_project(admin, "p") == 1
    db.instance_destroy(admin, UUID)
    assert db.fixed_ip_count_by_project(admin, "p", session=object()) == 1


def test_deleted_floating_address_finds_no_fixed_address(store, admin):
    create(admin)
    db.floating_ip_create(admin, {"address": "192.0.2.1", "fixed_ip_id": 1})
    assert db.fixed_ip_get_by_floating_address(admin, "192.0.2.1")["id"] == 1
    db.floating_ip_bulk_destroy(admin, [{"address": "192.0.2.1"}])
    assert db.fixed_ip_get_by_floating_address(admin, "192.0.2.1") is None


def test_rows_of_an_interface_can_include_floating_ips(store, admin):
    create(admin, virtual_interface_id=3)
    (row,) = db.fixed_ips_by_virtual_interface(admin, 3)
    assert row.get("floating_ips", []) == []


@pytest.fixture
def stale(store, admin):
    """An address of a destroyed instance that has not changed for an hour."""
    db.network_create_safe(admin, {"host": "h"})
    db.instance_create(admin, {"uuid": UUID, "host": "elsewhere"})
    db.instance_destroy(admin, UUID)
    hour_ago = clock.utcnow() - timedelta(hours=1)
    create(admin, instance_uuid=UUID, leased=True, updated_at=hour_ago)


def test_timeout_releases_addresses_for_every_read_deleted(stale, admin):
    only = admin.elevated(read_deleted="only")
    assert db.fixed_ip_disassociate_all_by_timeout(only, "h", clock.utcnow()) == 1
    row = db.fixed_ip_get(admin, 1)
    assert (row["instance_uuid"], row["leased"]) == (None, False)


def test_timeout_skips_addresses_that_changed_since(stale, admin):
    moment = clock.utcnow() - timedelta(hours=2)
    assert db.fixed_ip_disassociate_all_by_timeout(admin, "h", moment) == 0
    db.fixed_ip_update(admin, "10.0.0.1", {"allocated": True})
    later = clock.utcnow() + timedelta(hours=1)
    assert db.fixed_ip_disassociate_all_by_timeout(admin, "h", later) == 0


def test_timeout_counts_microseconds(stale, admin):
    touched = db.fixed_ip_get(admin, 1)["updated_at"]
    assert db.fixed_ip_disassociate_all_by_timeout(admin, "h", touched) == 0
    later = touched + timedelta(microseconds=1)
    assert db.fixed_ip_disassociate_all_by_timeout(admin, "h", later) == 1


def test_timeout_accepts_only_iso_text(stale, admin):
    assert db.fixed_ip_disassociate_all_by_timeout(admin, "h", "2100-01-01T00:00:00") == 1
    with pytest.raises(exception.InvalidInput, match="time"):
        db.fixed_ip_disassociate_all_by_timeout(admin, "h", "yesterday")


def test_one_of_several_callers_for_an_address_succeeds(store, admin):
    create(admin)
    uuids = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(COUNT)]
    found = at_once(
        *(lambda uuid=uuid: db.fixed_ip_associate(admin, "10.0.0.1", uuid, 1) for uuid in uuids)
    )
    assert kinds(found) == {"str": 1, "FixedIpAlreadyInUse": COUNT - 1}


def test_as_many_callers_as_addresses_all_succeed(store, admin):
    rows = [{"address": f"10.0.0.{n}", "network_id": 1} for n in range(COUNT)]
    db.fixed_ip_bulk_create(admin, rows)
    uuids = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(COUNT)]
    found = at_once(*(lambda u=u: db.fixed_ip_associate_pool(admin, 1, u) for u in uuids))
    assert sorted(found) == [row["address"] for row in rows]


def test_address_released_during_the_call_is_allocated(store, admin, monkeypatch):
    db.fixed_ip_create(admin, {"address": "10.0.0.1", "network_id": 1, "instance_uuid": UUID})
    claim = FIXED_IPS.find_one_and_update

    def give_back_after_the_claim(*args):
        monkeypatch.undo()
        taken = claim(*args)
        db.fixed_ip_disassociate(admin, "10.0.0.1")
        return taken

    monkeypatch.setattr(FIXED_IPS, "find_one_and_update", give_back_after_the_claim)
    assert db.fixed_ip_associate(admin, "10.0.0.1", OTHER, 1) == "10.0.0.1"
    assert db.fixed_ip_get_by_address(admin, "10.0.0.1")["instance_uuid"] == OTHER
