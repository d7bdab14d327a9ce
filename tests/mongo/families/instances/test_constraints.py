"""Conditions of instance_destroy beyond the recorded answers."""

import pytest

from nova_docdb import db, exception
from tests.threads import at_once

UUID = "a1b2c3d4-0000-4000-8000-000000000001"


@pytest.fixture
def destroyed(store, admin):
    """Create an instance and return whether a constraint lets it be destroyed."""

    def destroyed(constraint, **columns):
        db.instance_create(admin, {"uuid": UUID, **columns})
        try:
            db.instance_destroy(admin, UUID, constraint)
        except exception.ConstraintNotMet:
            assert db.instance_get_by_uuid(admin, UUID)["info_cache"]["deleted"] == 0
            return False
        return True

    return destroyed


def test_equal_any_matches_any_of_several_values(destroyed):
    assert destroyed(db.constraint(host=db.equal_any("h1", "h2")), host="h2")


def test_equal_any_matches_an_empty_column_if_none_is_a_value(destroyed):
    assert destroyed(db.constraint(host=db.equal_any("h1", None)))


def test_equal_any_without_values_never_matches(destroyed):
    assert not destroyed(db.constraint(host=db.equal_any()))


def test_not_equal_matches_an_empty_column(destroyed):
    assert destroyed(db.constraint(task_state=db.not_equal("error")))


def test_not_equal_with_none_does_not_match_an_empty_column(destroyed):
    assert not destroyed(db.constraint(task_state=db.not_equal("error", None)))


def test_value_that_the_column_cannot_hold_is_never_equal(destroyed):
    assert not destroyed(db.constraint(vcpus=db.equal_any("two", {"$gt": 0})), vcpus=2)


def test_numbers_and_their_decimal_text_are_equal(destroyed):
    assert destroyed(db.constraint(vcpus=db.equal_any("2")), vcpus=2)


def test_constraint_can_use_id_and_uuid(destroyed):
    assert destroyed(db.constraint(id=db.equal_any(1), uuid=db.not_equal("x")))


@pytest.mark.parametrize(
    ("constraint", "reason"),
    [
        (lambda: db.constraint(color=db.equal_any("red")), "has no column 'color'"),
        (lambda: db.constraint(host="h1"), "takes equal_any"),
        (lambda: {"host": "h1"}, r"constraint must be one of db.constraint\(\)"),
    ],
)
def test_invalid_constraint_deletes_nothing(store, admin, constraint, reason):
    db.instance_create(admin, {"uuid": UUID, "host": "h1"})
    with pytest.raises(exception.InvalidInput, match=reason):
        db.instance_destroy(admin, UUID, constraint())
    assert db.instance_get_by_uuid(admin, UUID)["deleted"] == 0


def test_either_a_host_claims_the_instance_or_the_api_deletes_it(store, admin):
    constraint = db.constraint(host=db.equal_any(None))
    for number in range(10):
        uuid = f"a1b2c3d4-0000-4000-8000-00000000000{number}"
        db.instance_create(admin, {"uuid": uuid, "task_state": "scheduling"})
        taken, deleted = at_once(
            lambda uuid=uuid: db.instance_update(admin, uuid, {"host": "h1"}),
            lambda uuid=uuid: db.instance_destroy(admin, uuid, constraint),
        )
        assert isinstance(taken, exception.InstanceNotFound) != isinstance(
            deleted, exception.ConstraintNotMet
        )
