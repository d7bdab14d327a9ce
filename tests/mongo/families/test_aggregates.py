import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.tables.table import table
from tests.threads import COUNT, at_once, kinds


@pytest.mark.parametrize("number", [0, None])
def test_id_of_0_or_none_finds_and_deletes_nothing(store, admin, number):
    db.aggregate_create(admin, {"name": "a"})
    for call in (db.aggregate_get, db.aggregate_delete):
        with pytest.raises(exception.AggregateNotFound):
            call(admin, number)
    assert len(db.aggregate_get_all(admin)) == 1


def test_empty_name_is_unique_and_none_is_not(store, admin):
    db.aggregate_create(admin, {"name": ""})
    with pytest.raises(exception.AggregateNameExists):
        db.aggregate_create(admin, {"name": ""})
    db.aggregate_create(admin, {"name": None})
    assert db.aggregate_create(admin, {"name": None})["id"] == 3


@pytest.mark.sends_nothing
def test_name_is_required(store, admin):
    with pytest.raises(exception.InvalidInput, match="name"):
        db.aggregate_create(admin, {})


def test_zone_in_the_values_of_create_is_stored_as_metadata(store, admin):
    created = db.aggregate_create(admin, {"name": "a", "availability_zone": "az"})
    assert (created["metadetails"], created["availability_zone"]) == (
        {"availability_zone": "az"},
        "az",
    )


@pytest.mark.parametrize("read_deleted", ["no", "yes", "only"])
def test_create_returns_the_aggregate_for_every_read_deleted(store, admin, read_deleted):
    context = admin.elevated(read_deleted=read_deleted)
    assert db.aggregate_create(context, {"name": "a"}, {"k": "v"})["metadetails"] == {"k": "v"}


def test_update_of_the_zone_keeps_other_metadata(store, admin):
    db.aggregate_create(admin, {"name": "a"}, {"ssd": "yes", "availability_zone": "az1"})
    values = {"availability_zone": "az2"}
    changed = db.aggregate_update(admin, 1, values)
    assert changed["metadetails"] == {"ssd": "yes", "availability_zone": "az2"}
    assert values == {"availability_zone": "az2"}


def test_update_to_a_taken_name_changes_nothing(store, admin):
    db.aggregate_create(admin, {"name": "a"})
    db.aggregate_create(admin, {"name": "b"}, {"k": "v"})
    with pytest.raises(exception.AggregateNameExists):
        db.aggregate_update(admin, 2, {"name": "a", "metadata": {}})
    found = db.aggregate_get(admin, 2)
    assert (found["name"], found["metadetails"]) == ("b", {"k": "v"})


def test_live_value_of_a_key_is_preferred_to_the_newest_deleted_one(store, admin):
    db.aggregate_create(admin, {"name": "a"}, {"k": "old"})
    everything = admin.elevated(read_deleted="yes")
    db.aggregate_metadata_delete(admin, 1, "k")
    assert db.aggregate_metadata_get(everything, 1) == {"k": "old"}
    db.aggregate_metadata_add(admin, 1, {"k": "new"})
    assert db.aggregate_metadata_get(everything, 1) == {"k": "new"}


def test_one_of_several_creates_of_a_name_succeeds(store, admin):
    found = at_once(*[lambda: db.aggregate_create(admin, {"name": "a"}, {"k": "v"})] * COUNT)
    assert kinds(found) == {"dict": 1, "AggregateNameExists": COUNT - 1}


def test_concurrent_callers_add_a_host_once_and_leave_one_live_row_per_key(store, admin):
    db.aggregate_create(admin, {"name": "a"})
    found = at_once(*[lambda: db.aggregate_host_add(admin, 1, "h")] * COUNT)
    assert kinds(found) == {"NoneType": 1, "AggregateHostExists": COUNT - 1}
    at_once(*(lambda n=n: db.aggregate_metadata_add(admin, 1, {"k": str(n)}) for n in range(COUNT)))
    assert list(db.aggregate_metadata_get(admin, 1)) == ["k"]


def test_zone_is_stored_before_other_metadata(store, admin):
    db.aggregate_create(admin, {"name": "a"})
    db.aggregate_update(admin, 1, {"metadata": {"k": "v"}, "availability_zone": "z"})
    rows = table("aggregate_metadata").find({})
    assert [(row["id"], row["key"]) for row in rows] == [(1, "availability_zone"), (2, "k")]


def test_revived_aggregate_may_not_share_its_name(store, admin):
    db.aggregate_create(admin, {"name": "a"})
    db.aggregate_delete(admin, 1)
    db.aggregate_create(admin, {"name": "a"})
    with pytest.raises(exception.AggregateNameExists) as caught:
        db.aggregate_update(admin.elevated(read_deleted="yes"), 1, {"deleted": 0})
    assert caught.value.kwargs["aggregate_name"] == "a"
