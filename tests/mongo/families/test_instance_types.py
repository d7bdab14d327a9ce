import pytest

from nova_docdb import db, exception
from tests.threads import COUNT, at_once, kinds

FLAVOR = {"name": "m1", "flavorid": "f1", "memory_mb": 1, "vcpus": 1}


def create(admin, **values):
    return db.instance_type_create(admin, {**FLAVOR, **values})


def test_name_of_a_deleted_flavor_is_free_for_every_read_deleted(store, admin):
    create(admin)
    db.instance_type_destroy(admin, "m1")
    assert create(admin.elevated(read_deleted="yes"))["id"] == 2


@pytest.mark.sends_nothing
@pytest.mark.parametrize("missing", ["name", "flavorid"])
def test_missing_name_or_flavorid_is_invalid_input(store, admin, missing):
    values = {key: value for key, value in FLAVOR.items() if key != missing}
    with pytest.raises(exception.InvalidInput, match=missing):
        db.instance_type_create(admin, values)


def test_extra_specs_and_filters_of_the_caller_are_unchanged(store, admin):
    values = {**FLAVOR, "extra_specs": {"cpu": "big"}}
    filters = {"is_public": None, "min_memory_mb": 1}
    db.instance_type_create(admin, values)
    db.instance_type_get_all(admin, filters=filters)
    assert values["extra_specs"] == {"cpu": "big"}
    assert filters == {"is_public": None, "min_memory_mb": 1}


def test_live_flavor_is_preferred_to_the_latest_deleted_one(store, admin):
    everything = admin.elevated(read_deleted="yes")
    for memory in (1, 2):
        create(admin, memory_mb=memory)
        db.instance_type_destroy(admin, "m1")
    assert db.instance_type_get_by_name(everything, "m1")["memory_mb"] == 2
    create(admin, memory_mb=3)
    assert db.instance_type_get_by_name(everything, "m1")["memory_mb"] == 3
    assert db.instance_type_get_by_flavor_id(admin, "f1", read_deleted="yes")["memory_mb"] == 3


def test_destroy_deletes_the_live_flavor_and_its_access_rows(store, admin):
    create(admin)
    db.instance_type_destroy(admin, "m1")
    create(admin)
    db.instance_type_access_add(admin, "f1", "p")
    db.instance_type_destroy(admin.elevated(read_deleted="yes"), "m1")
    with pytest.raises(exception.FlavorNotFound):
        db.instance_type_access_get_by_flavor_id(admin, "f1")
    create(admin)
    assert db.instance_type_access_get_by_flavor_id(admin, "f1") == []


def test_access_to_an_unknown_flavor_raises_flavor_not_found(store, admin):
    with pytest.raises(exception.FlavorNotFound):
        db.instance_type_access_get_by_flavor_id(admin, "nothing")


def test_failed_create_stores_no_specs(store, admin):
    with pytest.raises(exception.DBError):
        create(admin, vcpus=None, extra_specs={"a": "b"})
    created = create(admin)
    assert created["extra_specs"] == {}


def test_one_of_several_creates_of_a_name_succeeds(store, admin):
    found = at_once(
        *(lambda n=n: create(admin, flavorid=f"f{n}", extra_specs={"a": "b"}) for n in range(COUNT))
    )
    assert kinds(found) == {"dict": 1, "InstanceTypeExists": COUNT - 1}
    assert [flavor["extra_specs"] for flavor in db.instance_type_get_all(admin)] == [{"a": "b"}]


def test_one_of_several_creates_of_a_flavorid_succeeds(store, admin):
    found = at_once(*(lambda n=n: create(admin, name=f"n{n}") for n in range(COUNT)))
    assert kinds(found) == {"dict": 1, "InstanceTypeIdExists": COUNT - 1}


def test_one_of_several_destroys_succeeds(store, admin):
    create(admin)
    found = at_once(*[lambda: db.instance_type_destroy(admin, "m1")] * COUNT)
    assert kinds(found) == {"NoneType": 1, "InstanceTypeNotFoundByName": COUNT - 1}


def test_access_and_specs_have_one_live_row(store, admin):
    create(admin)
    found = at_once(*[lambda: db.instance_type_access_add(admin, "f1", "p")] * COUNT)
    assert kinds(found) == {"dict": 1, "FlavorAccessExists": COUNT - 1}
    put = db.instance_type_extra_specs_update_or_create
    at_once(*(lambda n=n: put(admin, "f1", {"cpu": str(n)}) for n in range(COUNT)))
    assert list(db.instance_type_extra_specs_get(admin, "f1")) == ["cpu"]
