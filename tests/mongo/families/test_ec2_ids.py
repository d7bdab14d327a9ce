import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table
from tests.threads import COUNT, at_once

UUID = "11111111-0000-4000-8000-000000000001"
CREATES = pytest.mark.parametrize(
    "create", [db.ec2_instance_create, db.ec2_volume_create, db.ec2_snapshot_create]
)


@CREATES
def test_same_uuid_has_the_same_ec2_id(store, user, create):
    assert create(user, UUID)["id"] == create(user, UUID)["id"] == 1


@CREATES
def test_chosen_ec2_id_is_skipped_and_used_once(store, user, create):
    assert create(user, UUID, 77)["id"] == 77
    assert create(user, "other")["id"] == 78
    assert create(user, "third", 5)["id"] == 5
    assert create(user, "fourth")["id"] == 79
    with pytest.raises(exception.DBDuplicateEntry):
        create(user, "fifth", 77)


@CREATES
def test_concurrent_callers_get_one_ec2_id(store, user, create):
    found = at_once(*[lambda: create(user, UUID)] * COUNT)
    assert len({row["id"] for row in found}) == 1


def test_s3_images_get_one_id_per_uuid(store, anonymous):
    found = at_once(*[lambda: db.s3_image_create(anonymous, UUID)] * COUNT)
    assert len({row["id"] for row in found}) == 1
    assert db.s3_image_get_by_uuid(anonymous, UUID)["id"] == found[0]["id"]


@pytest.mark.parametrize("uuid", [None, {"$gt": ""}, "\ud800"])
def test_s3_image_that_cannot_be_stored_raises_dberror(store, anonymous, uuid):
    with pytest.raises(exception.DBError):
        db.s3_image_create(anonymous, uuid)


def test_imported_image_keeps_two_ids(store, admin):
    # As an import stores them: in SQL a uuid may have several ids.
    images = connection.get_database()["s3_images"]
    row = table("s3_images").format.document({"uuid": UUID})
    images.insert_many([{**row, "_id": 1}, {**row, "_id": 2}])
    assert [db.s3_image_get(admin, number)["uuid"] for number in (1, 2)] == [UUID, UUID]
    assert db.s3_image_get_by_uuid(admin, UUID)["id"] == 1
    assert db.s3_image_create(admin, UUID)["id"] == 1
