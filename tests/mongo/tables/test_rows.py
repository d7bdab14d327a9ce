"""Documents that another tool changed: an error with row and field, and a finding."""

from datetime import timedelta

import bson
import pytest
from bson.datetime_ms import DatetimeMS

from nova_docdb import clock, db, exception
from nova_docdb.mongo.admin import check
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table
from tests.quotas import reserve

UUID = "a1b2c3d4-0000-4000-8000-000000000001"
YEAR_10000 = DatetimeMS(253402300800000)


def changed(name, **update):
    """Change the first document of a table without the API."""
    connection.get_database()[name].update_one({"_id": 1}, update)


def require_a_server():
    if connection.is_embedded():
        pytest.skip("the embedded store holds the dates of Python only")


def faults():
    return [f.what for f in check.findings() if f.kind == "row that does not fit"]


@pytest.fixture
def instance(store, admin):
    db.instance_create(admin, {"uuid": UUID, "host": "host1", "vcpus": 2})


def test_renamed_field_is_named(instance, admin):
    changed("instances", **{"$rename": {"host": "hots"}})
    fault = "1 lacks the field 'host' and has an unknown field 'hots'"
    for read in (
        lambda: db.instance_get(admin, 1),
        lambda: db.instance_get_by_uuid(admin, UUID),
        lambda: db.instance_get_all(admin),
        lambda: db.instance_update(admin, UUID, {"vcpus": 3}),
    ):
        with pytest.raises(exception.DBRowError, match=f"instances {fault}"):
            read()
    assert faults() == [fault]


def test_missing_field_is_read_as_an_empty_column_and_found(instance, admin):
    changed("instances", **{"$unset": {"host": ""}})
    assert db.instance_get(admin, 1)["host"] is None
    assert faults() == ["1 lacks the field 'host'"]


def test_unknown_field_is_not_shown_and_found(instance, admin):
    changed("instances", **{"$set": {"comment": "x"}})
    assert "comment" not in db.instance_get(admin, 1)
    assert faults() == ["1 has an unknown field 'comment'"]


def test_date_beyond_the_year_9999_is_named(instance, admin):
    require_a_server()
    changed("instances", **{"$set": {"launched_at": YEAR_10000}})
    fault = "1: launched_at is of the type DatetimeMS, not a date of the years 1 to 9999"
    for read in (
        lambda: db.instance_get(admin, 1),
        lambda: db.instance_get_all(admin),
        lambda: db.instance_update(admin, UUID, {"vcpus": 3}),
    ):
        with pytest.raises(exception.DBRowError, match=f"instances {fault}"):
            read()
    assert faults() == [fault]


def test_date_beyond_the_year_9999_of_a_related_row_is_an_error_of_the_store(instance, admin):
    require_a_server()
    changed("instance_info_caches", **{"$set": {"updated_at": YEAR_10000}})
    with pytest.raises(exception.DBRowError, match="instance_info_caches 1: updated_at"):
        db.instance_get_by_uuid(admin, UUID)


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("vcpus", "two", "is of the type str, not an integer"),
        ("vcpus", 2.0, "is of the type float, not an integer"),
        ("vcpus", True, "is of the type bool, not an integer"),
        ("host", bson.ObjectId(), "is of the type ObjectId, not text"),
        ("launched_at", "2013-04-01", "is of the type str, not a date of the years 1 to 9999"),
        ("disable_terminate", 1, "is of the type int, not a boolean"),
        ("deleted", None, "is empty: the row is neither live nor deleted"),
    ],
)
def test_value_of_another_type_is_found(instance, column, value, fault):
    changed("instances", **{"$set": {column: value}})
    assert faults() == [f"1: {column} {fault}"]


@pytest.mark.parametrize("value", ["many", {"a": 1}, [1]])
def test_value_that_stops_a_read_is_named(store, admin, value):
    db.bw_usage_update(admin, UUID, "mac", clock.utcnow(), 1, 2, 3, 4)
    changed("bw_usage_cache", **{"$set": {"bw_in": value}})
    kind = type(value).__name__
    with pytest.raises(
        exception.DBRowError, match=f"bw_usage_cache 1: bw_in is of the type {kind}"
    ):
        table("bw_usage_cache").find({})


def test_check_continues_after_an_invalid_row(instance, admin):
    usages = table("quota_usages")
    for resource in ("cores", "ram"):
        usages.insert({"project_id": "p", "resource": resource, "in_use": 0, "reserved": 0})
    changed("quota_usages", **{"$rename": {"resource": "ressource"}})
    connection.get_database()["fixed_ips"].insert_one(
        {
            **table("fixed_ips").format.document(
                {
                    "address": "10.0.0.1",
                    "instance_uuid": "gone",
                    "allocated": True,
                    "created_at": clock.utcnow() - timedelta(days=1),
                }
            ),
            "_id": 1,
        }
    )
    kinds = [finding.kind for finding in check.findings()]
    assert "row that does not fit" in kinds
    assert "address without its instance" in kinds


def test_reservation_on_a_usage_that_another_tool_changed_names_it(store):
    reserve({"cores": 1})
    changed("quota_usages", **{"$set": {"in_use": "many"}})
    with pytest.raises(exception.DBRowError, match="quota_usages 1: in_use is of the type str"):
        reserve({"cores": 1})
