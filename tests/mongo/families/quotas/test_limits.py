"""Limits of projects and classes, and usages, beyond the recorded answers."""

import pytest

from nova_docdb import db, exception
from tests.quotas import PROJECT, assert_no_drift, live_reservations, reserve, usage, usages
from tests.threads import COUNT, at_once, kinds

NO_VALUES = [{"$gt": ""}, ["project1"], ("project1",), b"project1", object(), "\ud800", 1.5]


# Limits


def test_second_create_raises_quota_exists_and_keeps_the_first(store, admin):
    first = db.quota_create(admin, PROJECT, "cores", 5)
    with pytest.raises(exception.QuotaExists) as raised:
        db.quota_create(admin, PROJECT, "cores", 7)
    assert isinstance(raised.value, exception.Duplicate)
    assert db.quota_get(admin, PROJECT, "cores") == first
    assert db.quota_create(admin, PROJECT, "ram", 7)["id"] == first["id"] + 1


def test_limit_may_be_created_again_after_the_project_was_destroyed(store, admin):
    db.quota_create(admin, PROJECT, "cores", 5)
    db.quota_destroy_all_by_project(admin, PROJECT)
    assert db.quota_create(admin, PROJECT, "cores", 7)["hard_limit"] == 7


def test_one_of_several_creates_of_a_limit_succeeds(store, admin):
    results = at_once(*[lambda: db.quota_create(admin, PROJECT, "cores", 5)] * COUNT)
    assert kinds(results) == {"dict": 1, "QuotaExists": COUNT - 1}


def test_limits_without_a_project_are_separate(store, admin):
    db.quota_create(admin, None, "cores", 5)
    db.quota_create(admin, "None", "cores", 6)
    with pytest.raises(exception.QuotaExists):
        db.quota_create(admin, None, "cores", 7)
    assert db.quota_get(admin, None, "cores")["hard_limit"] == 5
    assert db.quota_get_all_by_project(admin, None) == {"project_id": None, "cores": 5}


@pytest.mark.parametrize("limit", [-1, 0, None])
def test_limit_is_stored_as_given(store, admin, limit):
    db.quota_create(admin, PROJECT, "cores", 5)
    db.quota_update(admin, PROJECT, "cores", limit)
    assert db.quota_get_all_by_project(admin, PROJECT)["cores"] == limit


def test_update_to_the_same_limit_sets_updated_at(store, admin):
    db.quota_create(admin, PROJECT, "cores", 5)
    db.quota_update(admin, PROJECT, "cores", 5)
    assert db.quota_get(admin, PROJECT, "cores")["updated_at"] is not None


@pytest.mark.parametrize("limit", ["many", [], {"$inc": 1}, 1.5, 2**63])
def test_limit_that_is_not_an_integer_is_refused(store, admin, limit):
    db.quota_create(admin, PROJECT, "cores", 5)
    with pytest.raises(exception.InvalidInput):
        db.quota_create(admin, PROJECT, "cores", limit)
    with pytest.raises(exception.InvalidInput):
        db.quota_update(admin, PROJECT, "cores", limit)
    assert db.quota_get(admin, PROJECT, "cores")["hard_limit"] == 5


@pytest.mark.parametrize("value", NO_VALUES)
def test_values_that_are_not_names_find_nothing(store, admin, value):
    db.quota_create(admin, PROJECT, "cores", 5)
    db.quota_class_create(admin, PROJECT, "cores", 5)
    reserve({"cores": 1})
    for missing in (exception.ProjectQuotaNotFound, exception.QuotaUsageNotFound):
        get = db.quota_get if missing is exception.ProjectQuotaNotFound else db.quota_usage_get
        with pytest.raises(missing):
            get(admin, value, "cores")
        with pytest.raises(missing):
            get(admin, PROJECT, value)
    with pytest.raises(exception.QuotaClassNotFound):
        db.quota_class_get(admin, value, "cores")
    assert list(db.quota_get_all_by_project(admin, value)) == ["project_id"]
    assert list(db.quota_usage_get_all_by_project(admin, value)) == ["project_id"]
    assert list(db.quota_class_get_all_by_name(admin, value)) == ["class_name"]
    db.quota_destroy_all_by_project(admin, value)
    assert usage("cores") == (0, 1)


# Class limits


def test_second_create_raises_quota_class_exists_and_keeps_the_first(store, admin):
    first = db.quota_class_create(admin, "gold", "cores", 5)
    with pytest.raises(exception.QuotaClassExists) as raised:
        db.quota_class_create(admin, "gold", "cores", 7)
    assert isinstance(raised.value, exception.Duplicate)
    assert db.quota_class_get(admin, "gold", "cores") == first


def test_one_of_several_creates_of_a_class_limit_succeeds(store, admin):
    results = at_once(*[lambda: db.quota_class_create(admin, "gold", "cores", 5)] * COUNT)
    assert kinds(results) == {"dict": 1, "QuotaClassExists": COUNT - 1}


# Usages


def test_usage_update_keeps_other_columns_and_bookings(store, admin):
    reserved = reserve({"cores": 3}, until_refresh=5)
    db.quota_usage_update(admin, PROJECT, "cores", in_use=7, deleted=1, delta=2)
    row = db.quota_usage_get(admin, PROJECT, "cores")
    assert (row["in_use"], row["reserved"], row["until_refresh"]) == (7, 3, 5)
    db.reservation_commit(admin, reserved, PROJECT)
    assert usage("cores") == (10, 0)


@pytest.mark.parametrize("column", ["in_use", "reserved"])
def test_usage_amount_must_not_be_empty(store, admin, column):
    reserve({"cores": 3})
    with pytest.raises(exception.DBError):
        db.quota_usage_update(admin, PROJECT, "cores", until_refresh=4, **{column: None})
    row = db.quota_usage_get(admin, PROJECT, "cores")
    assert (row["in_use"], row["reserved"], row["until_refresh"]) == (0, 3, None)


def test_usage_amount_that_is_not_an_integer_is_refused(store, admin):
    reserve({"cores": 3})
    with pytest.raises(exception.InvalidInput):
        db.quota_usage_update(admin, PROJECT, "cores", in_use={"$inc": 1})
    assert usage("cores") == (0, 3)


def test_concurrent_usage_updates_of_different_columns_are_all_kept(store, admin):
    reserve({"cores": 0})
    at_once(
        lambda: db.quota_usage_update(admin, PROJECT, "cores", in_use=4),
        lambda: db.quota_usage_update(admin, PROJECT, "cores", reserved=5),
        lambda: db.quota_usage_update(admin, PROJECT, "cores", until_refresh=6),
    )
    row = db.quota_usage_get(admin, PROJECT, "cores")
    assert (row["in_use"], row["reserved"], row["until_refresh"]) == (4, 5, 6)


def test_private_fields_of_a_usage_are_not_returned(store, admin):
    reserve({"cores": 1})
    assert not [name for name in db.quota_usage_get(admin, PROJECT, "cores") if name[0] == "_"]


# Destruction


def test_destroyed_project_starts_without_usages(store, admin):
    reserved = reserve({"cores": 3, "ram": 1})
    db.quota_destroy_all_by_project(admin, PROJECT)
    reserve({"cores": 2})
    db.reservation_commit(admin, reserved, PROJECT)
    assert usages() == {"cores": (0, 2)}
    assert_no_drift()


def test_bare_reservation_of_a_destroyed_project_is_deleted_and_other_usages_stay(store, admin):
    reserve({"cores": 1}, project_id="project2")
    theirs = db.quota_usage_get(admin, "project2", "cores")
    db.reservation_create(admin, "bare", theirs, PROJECT, "cores", 4, None)
    db.quota_destroy_all_by_project(admin, PROJECT)
    with pytest.raises(exception.ReservationNotFound):
        db.reservation_get(admin, "bare")
    assert db.quota_usage_get(admin, "project2", "cores") == theirs


def test_project_destroyed_while_others_reserve_is_consistent(store, admin):
    for _round in range(10):
        reserve({"cores": 1, "ram": 1})
        at_once(
            *[lambda: reserve({"cores": 1, "ram": 1})] * (COUNT - 1),
            lambda: db.quota_destroy_all_by_project(admin, PROJECT),
        )
        assert_no_drift()
        live = {
            name: db.quota_usage_get(admin, PROJECT, name)["id"]
            for name in db.quota_usage_get_all_by_project(admin, PROJECT)
            if name != "project_id"
        }
        assert live_reservations().keys() <= set(live.values())


@pytest.mark.sends_nothing
@pytest.mark.parametrize("none", [None, ""])
def test_user_without_a_quota_class_cannot_list_a_class(store, user, none):
    user.quota_class = none
    with pytest.raises(exception.NotAuthorized):
        db.quota_class_get_all_by_name(user, none)
