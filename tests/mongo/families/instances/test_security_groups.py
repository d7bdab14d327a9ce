"""The security groups of instances beyond the recorded answers."""

import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.tables.table import table

UUID = "a1b2c3d4-0000-4000-8000-000000000001"
UNKNOWN = "a1b2c3d4-0000-4000-8000-000000000009"


@pytest.fixture
def instance(store, user):
    """An instance, and the default group with the id 1."""
    return db.instance_create(user, {"uuid": UUID, "project_id": "project1"})


def rows():
    return table("security_group_instance_association").find({})


@pytest.mark.parametrize("uuid", [UNKNOWN, None, 1, {"$ne": None}, [UUID]])
def test_adding_to_an_unknown_instance_writes_nothing(instance, user, uuid):
    with pytest.raises(exception.InstanceNotFound):
        db.instance_add_security_group(user, uuid, 1)
    assert rows() == []


@pytest.mark.parametrize("group", [9, None, "x", {"$gt": 0}, [1]])
def test_adding_an_unknown_group_writes_nothing(instance, user, group):
    with pytest.raises(exception.SecurityGroupNotFound):
        db.instance_add_security_group(user, UUID, group)
    assert rows() == []


def test_removal_does_not_change_rows_removed_before(instance, user):
    db.instance_add_security_group(user, UUID, 1)
    db.instance_remove_security_group(user, UUID, 1)
    before = rows()
    user.read_deleted = "yes"
    db.instance_remove_security_group(user, UUID, 1)
    assert rows() == before


@pytest.mark.parametrize("arguments", [({"$ne": None}, 1), (UUID, {"$gt": 0}), ([UUID], 1)])
def test_removal_of_an_unknown_membership_changes_nothing(instance, user, arguments):
    db.instance_add_security_group(user, UUID, 1)
    db.instance_remove_security_group(user, *arguments)
    assert [row["deleted"] for row in rows()] == [0]
