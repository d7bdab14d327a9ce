import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.tables import inserts
from tests.threads import COUNT, at_once, kinds

ADDRESS = {"address": "192.0.2.1", "pool": "p"}


def test_create_checks_live_rows_for_every_read_deleted(store, admin):
    db.floating_ip_create(admin, ADDRESS)
    for read_deleted in ("no", "yes", "only"):
        context = admin.elevated(read_deleted=read_deleted)
        with pytest.raises(exception.FloatingIpExists):
            db.floating_ip_create(context, ADDRESS)
    db.floating_ip_bulk_destroy(admin, [ADDRESS])
    assert db.floating_ip_create(admin.elevated(read_deleted="yes"), ADDRESS) == "192.0.2.1"


def test_create_of_an_address_of_another_project_raises_exists(store, admin, user):
    db.floating_ip_create(admin, {**ADDRESS, "project_id": "project2"})
    with pytest.raises(exception.FloatingIpExists):
        db.floating_ip_create(user, ADDRESS)


@pytest.mark.parametrize("again", ["2001:db8::1", "2001:DB8:0::1"])
def test_bulk_create_refuses_a_repeated_address_in_any_spelling(store, admin, again):
    with pytest.raises(exception.FloatingIpExists):
        db.floating_ip_bulk_create(admin, iter([{"address": "2001:db8::1"}, {"address": again}]))
    with pytest.raises(exception.NoFloatingIpsDefined):
        db.floating_ip_get_all(admin)


def test_bulk_destroy_does_not_change_rows_deleted_before(store, admin):
    db.floating_ip_create(admin, ADDRESS)
    db.floating_ip_bulk_destroy(admin, [ADDRESS])
    everything = admin.elevated(read_deleted="yes")
    before = db.floating_ip_get(everything, 1)
    for read_deleted in ("yes", "only"):
        db.floating_ip_bulk_destroy(admin.elevated(read_deleted=read_deleted), [ADDRESS])
    assert db.floating_ip_get(everything, 1) == before


def test_associate_with_an_unknown_fixed_address_changes_nothing(store, admin):
    db.floating_ip_create(admin, ADDRESS)
    with pytest.raises(exception.FixedIpNotFoundForAddress):
        db.floating_ip_fixed_ip_associate(admin, "192.0.2.1", "10.9.9.9", "h")
    assert db.floating_ip_get(admin, 1)["host"] is None


def test_get_by_address_prefers_the_live_row(store, admin):
    db.floating_ip_create(admin, {**ADDRESS, "pool": "old"})
    db.floating_ip_bulk_destroy(admin, [ADDRESS])
    db.floating_ip_create(admin, {**ADDRESS, "pool": "new"})
    found = db.floating_ip_get_by_address(admin.elevated(read_deleted="yes"), "192.0.2.1")
    assert found["pool"] == "new"


def test_update_to_an_address_of_another_live_row_is_refused(store, admin):
    db.floating_ip_create(admin, ADDRESS)
    db.floating_ip_create(admin, {"address": "192.0.2.2"})
    with pytest.raises(exception.FloatingIpExists):
        db.floating_ip_update(admin, "192.0.2.2", {"address": "192.0.2.1", "host": "h"})
    assert db.floating_ip_get(admin, 2)["host"] is None


def test_concurrent_callers_allocate_no_address_twice(store, admin):
    db.floating_ip_bulk_create(
        admin, ({"address": f"192.0.2.{n}", "pool": "p"} for n in range(COUNT - 2))
    )
    found = at_once(
        *(lambda n=n: db.floating_ip_allocate_address(admin, f"p{n}", "p") for n in range(COUNT))
    )
    assert kinds(found) == {"str": COUNT - 2, "NoMoreFloatingIps": 2}
    assert len(set(map(str, found))) == COUNT - 1


def test_one_of_several_equal_associations_or_disassociations_succeeds(store, admin):
    db.fixed_ip_create(admin, {"address": "10.0.0.1"})
    db.floating_ip_create(admin, ADDRESS)
    associate = ["192.0.2.1", "10.0.0.1", "h"]
    found = at_once(*[lambda: db.floating_ip_fixed_ip_associate(admin, *associate)] * COUNT)
    assert kinds(found) == {"dict": 1, "NoneType": COUNT - 1}
    found = at_once(*[lambda: db.floating_ip_disassociate(admin, "192.0.2.1")] * COUNT)
    assert kinds(found) == {"dict": 1, "NoneType": COUNT - 1}


def test_one_of_several_creates_of_an_address_succeeds(store, admin):
    found = at_once(*[lambda: db.floating_ip_create(admin, ADDRESS)] * COUNT)
    assert kinds(found) == {"str": 1, "FloatingIpExists": COUNT - 1}


def test_refused_bulk_create_keeps_an_address_that_was_allocated(store, admin, monkeypatch):
    rows = [{"address": f"192.0.2.{n}", "pool": "p"} for n in (1, 2, 3)]
    given = []
    undo = inserts._undone

    def give_out_then_undo(*args):
        given.append(db.floating_ip_allocate_address(admin, "project1", "p"))
        return undo(*args)

    def create_another_first(*args):
        monkeypatch.setattr(inserts, "_insert", insert)
        db.floating_ip_create(admin, {"address": "192.0.2.3", "pool": "other"})
        return insert(*args)

    insert = inserts._insert
    monkeypatch.setattr(inserts, "_insert", create_another_first)
    monkeypatch.setattr(inserts, "_undone", give_out_then_undo)
    with pytest.raises(exception.FloatingIpExists):
        db.floating_ip_bulk_create(admin, rows)
    assert given == ["192.0.2.1"]
    assert db.floating_ip_get_by_address(admin, "192.0.2.1")["project_id"] == "project1"
    assert [row["address"] for row in db.floating_ip_get_all(admin)] == ["192.0.2.1", "192.0.2.3"]
