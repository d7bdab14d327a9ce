"""Info caches beyond the recorded answers."""

import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.tables.table import table
from tests.threads import COUNT, at_once, kinds

UUID = "a1b2c3d4-0000-4000-8000-000000000001"
UNKNOWN = "a1b2c3d4-0000-4000-8000-000000000009"


def rows():
    return table("instance_info_caches").find({})


@pytest.fixture
def instance(store, user):
    return db.instance_create(user, {"uuid": UUID})


def test_deleted_cache_is_replaced_by_a_new_live_row(instance, user):
    db.instance_info_cache_delete(user, UUID)
    created = db.instance_info_cache_update(user, UUID, {"network_info": "[]"})
    assert (created["id"], created["deleted"], created["network_info"]) == (2, 0, "[]")
    assert created["created_at"] is not None
    assert db.instance_info_cache_get(user, UUID) == created
    assert [row["deleted"] for row in rows()] == [1, 0]


def test_cache_of_a_destroyed_instance_is_replaced_too(instance, user, admin):
    db.instance_destroy(admin, UUID)
    assert db.instance_info_cache_update(user, UUID, {"network_info": "x"})["deleted"] == 0


@pytest.mark.parametrize("read_deleted", ["no", "yes", "only"])
def test_cache_without_an_instance_is_not_found_and_nothing_is_written(store, user, read_deleted):
    user.read_deleted = read_deleted
    for uuid in (UNKNOWN, None, 1, [UUID], {"$ne": None}):
        with pytest.raises(exception.InstanceInfoCacheNotFound):
            db.instance_info_cache_update(user, uuid, {"network_info": "x"})
    assert rows() == []


@pytest.mark.parametrize("read_deleted", ["yes", "only"])
def test_context_that_reads_deleted_rows_creates_no_new_cache(instance, user, read_deleted):
    db.instance_info_cache_delete(user, UUID)
    user.read_deleted = read_deleted
    with pytest.raises(exception.InstanceInfoCacheNotFound):
        db.instance_info_cache_update(user, UUID, {"network_info": "x"})
    assert len(rows()) == 1


@pytest.mark.parametrize("read_deleted", ["yes", "only"])
def test_live_row_is_updated_for_every_read_deleted(instance, user, read_deleted):
    user.read_deleted = read_deleted
    assert db.instance_info_cache_update(user, UUID, {"network_info": "x"})["id"] == 1


def test_key_and_owner_in_values_are_ignored(instance, user):
    values = {"network_info": "x", "id": 9, "instance_uuid": UNKNOWN}
    given = dict(values)
    updated = db.instance_info_cache_update(user, UUID, values)
    assert (updated["id"], updated["instance_uuid"]) == (1, UUID)
    db.instance_info_cache_delete(user, UUID)
    created = db.instance_info_cache_update(user, UUID, values)
    assert (created["id"], created["instance_uuid"]) == (2, UUID)
    assert values == given


@pytest.mark.parametrize("values", [None, [], {"network_info": {"$inc": 1}}])
def test_value_of_a_wrong_type_is_refused(instance, user, values):
    with pytest.raises(exception.InvalidInput):
        db.instance_info_cache_update(user, UUID, values)


def test_live_one_of_several_rows_is_returned(instance, user):
    db.instance_info_cache_delete(user, UUID)
    live = db.instance_info_cache_update(user, UUID, {})
    user.read_deleted = "yes"
    assert db.instance_info_cache_get(user, UUID) == live


def test_concurrent_callers_replace_a_deleted_cache_by_one_live_row(instance, user):
    db.instance_info_cache_delete(user, UUID)
    results = at_once(
        *(
            lambda n=n: db.instance_info_cache_update(user, UUID, {"network_info": str(n)})
            for n in range(COUNT)
        )
    )
    assert kinds(results) == {"dict": COUNT}
    assert len({row["id"] for row in results}) == 1
    assert [row["deleted"] == 0 for row in rows()] == [False, True]
