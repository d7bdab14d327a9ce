"""The filters of instance_get_all_by_filters, beyond the recorded answers."""

import copy
from datetime import datetime, timedelta, timezone

import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.families.instances.filters import EXACT, SPECIAL
from nova_docdb.mongo.families.instances.rows import INSTANCES
from nova_docdb.mongo.tables.table import table

MORNING = datetime(2013, 4, 1, 8)  # noqa: DTZ001 - naive UTC


def uuid_of(number):
    return f"a1b2c3d4-0000-4000-8000-{number:012d}"


@pytest.fixture
def create(store, admin):
    """Create an instance of project1 with a number."""

    def create(number, **values):
        given = {"uuid": uuid_of(number), "project_id": "project1", **values}
        return db.instance_create(admin, given)

    return create


@pytest.fixture
def found(store, admin):
    """Return the ids of the instances that match the filters, lowest first."""

    def found(filters, context=admin):
        rows = db.instance_get_all_by_filters(context, filters, "id", "asc", columns_to_join=[])
        return [row["id"] for row in rows]

    return found


# deleted


def test_live_instance_without_a_vm_state_is_live(create, found):
    create(1)
    create(2, vm_state="soft-delete")
    assert found({"deleted": False}) == [1]
    assert found({"deleted": True}) == [2]


@pytest.mark.parametrize("live", [False, 0, None, "", [], {}])
@pytest.mark.parametrize("dead", [True, 1, "False", [0]])
def test_any_truth_value_selects_deleted_or_live_rows(create, found, admin, live, dead):
    create(1)
    create(2)
    db.instance_destroy(admin, uuid_of(2))
    assert found({"deleted": live}) == [1]
    assert found({"deleted": dead}) == [2]


# changes-since


@pytest.mark.parametrize(
    "moment",
    [
        MORNING,
        MORNING.replace(tzinfo=timezone.utc),
        datetime(2013, 4, 1, 10, tzinfo=timezone(timedelta(hours=2))),
        "2013-04-01T08:00:00",
        "2013-04-01T10:00:00+02:00",
    ],
)
def test_changes_since_accepts_naive_and_aware_times(create, found, moment):
    create(1, updated_at=MORNING)
    create(2, updated_at=MORNING + timedelta(milliseconds=1))
    create(3)
    assert found({"changes-since": moment}) == [2]


@pytest.mark.sends_nothing
@pytest.mark.parametrize("moment", [None, "yesterday", 1364803200, [MORNING], {"$gt": MORNING}])
def test_changes_since_an_invalid_time_is_refused(create, found, moment):
    with pytest.raises(exception.InvalidInput, match="changes-since"):
        found({"changes-since": moment})


@pytest.mark.parametrize("moment", [MORNING.replace(microsecond=100), "2013-04-01T08:00:00.000100"])
def test_change_in_the_millisecond_of_changes_since_is_found(create, found, moment):
    create(1, updated_at=MORNING.replace(microsecond=900))
    create(2, updated_at=MORNING - timedelta(milliseconds=1))
    assert found({"changes-since": moment}) == [1]


# exact filters


@pytest.mark.parametrize("kind", [list, tuple, set, frozenset])
def test_none_in_a_list_finds_missing_values(create, found, kind):
    create(1, task_state="spawning")
    create(2)
    create(3, task_state="deleting")
    assert found({"task_state": kind(["spawning", None])}) == [1, 2]
    assert found({"task_state": kind([])}) == []


@pytest.mark.parametrize(
    "value", [{"$ne": None}, {"$gt": ""}, object(), b"active", 1.5, float("nan")]
)
@pytest.mark.parametrize("column", ["vm_state", "instance_type_id", "uuid", "project_id"])
def test_value_that_the_column_cannot_hold_finds_nothing(create, found, column, value):
    create(1, vm_state="active", instance_type_id=1)
    assert found({column: value}) == []
    assert found({column: [value, {}, []]}) == []


def test_number_may_be_passed_as_text(create, found):
    create(1, instance_type_id=7)
    assert found({"instance_type_id": "7"}) == found({"instance_type_id": ["7", "x"]}) == [1]


def test_exact_filters_are_not_expressions(create, found):
    create(1, vm_state="active")
    assert found({"vm_state": "act.*"}) == found({"vm_state": "activ"}) == []


# metadata


def test_key_and_value_must_be_on_the_same_row(create, found):
    create(1, metadata={"a": "1", "b": "2"})
    assert found({"metadata": {"a": "2"}}) == []
    assert found({"metadata": {"a": "1", "b": "2"}}) == [1]


def test_pairs_of_several_instances_are_not_combined(create, found):
    create(1, metadata={"a": "1"})
    create(2, metadata={"b": "2"})
    create(3, metadata={"a": "1", "b": "2", "c": "3"})
    assert found({"metadata": {"a": "1", "b": "2"}}) == [3]
    assert found({"metadata": [{"a": "1"}, {"b": "2"}, {"a": "1"}]}) == [3]
    assert found({"metadata": [{"a": "1"}, {"a": "2"}]}) == []


def test_deleted_pair_of_a_key_is_not_matched(create, found, user):
    create(1, metadata={"a": "1"})
    db.instance_metadata_update(user, uuid_of(1), {}, delete=True)
    db.instance_metadata_update(user, uuid_of(1), {"a": "2"}, delete=False)
    assert found({"metadata": {"a": "1"}}) == []
    assert found({"metadata": {"a": "2"}}) == [1]


def test_metadata_with_odd_keys_and_values(create, found):
    create(1, metadata={"$a.b": "", "é": None})
    assert found({"metadata": {"$a.b": "", "é": None}}) == [1]
    assert found({"metadata": {"$a.b": None}}) == []
    assert found({"metadata": {"$a.b": {"$gt": ""}}}) == []
    assert found({"metadata": {"$a.b": ["", None]}}) == []


def test_metadata_is_combined_with_uuids(create, found):
    for number in (1, 2, 3):
        create(number, metadata={"a": "1"})
    assert found({"metadata": {"a": "1"}, "uuid": [uuid_of(2), uuid_of(9)]}) == [2]


@pytest.mark.sends_nothing
@pytest.mark.parametrize("metadata", ["x", 1, None, ["a"], [["a", "1"]], [None], b"a"])
def test_metadata_that_is_neither_dict_nor_list_of_dicts_is_refused(create, found, metadata):
    with pytest.raises(exception.InvalidInput, match="metadata"):
        found({"metadata": metadata})


# projects, unknown keys, arguments


def test_filters_of_a_user_never_find_another_project(create, found, user, user2):
    create(1)
    create(2, project_id="project2")
    for filters in ({"project_id": "project2"}, {"project_id": ["project1", "project2"]}, {}):
        assert found(filters, user) == [1]
        assert found(filters, user2) == [2]
    for filters in ({"uuid": uuid_of(2)}, {"host": None}, {"metadata": []}, {"id": "2"}):
        assert 2 not in found(filters, user)


@pytest.mark.parametrize(
    "key",
    [
        "info_cache",
        "security_groups",
        "system_metadata",
        "save",
        "injected_files",
        "name",
        "fault",
        "$where",
        "$expr",
        "_id",
        "_unique_name",
        "a.b",
        "",
        1,
        None,
        ("host",),
    ],
)
def test_unknown_filter_is_ignored(create, found, key):
    create(1)
    assert found({key: "x"}) == found({key: {"$gt": ""}}) == [1]


def test_filters_and_columns_of_the_caller_are_unchanged(create, admin):
    create(1, metadata={"a": "1"})
    filters = {"deleted": False, "metadata": [{"a": "1"}], "uuid": {uuid_of(1)}, "host": None}
    columns = ["metadata", "info_cache", "system_metadata"]
    given = copy.deepcopy((filters, columns))
    assert len(db.instance_get_all_by_filters(admin, filters, columns_to_join=columns)) == 1
    assert (filters, columns) == given


@pytest.mark.sends_nothing
@pytest.mark.parametrize("filters", [None, [], "deleted", [("deleted", False)]])
def test_filters_that_are_not_a_mapping_are_refused(create, found, filters):
    with pytest.raises(exception.InvalidInput, match="filters"):
        found(filters)


def test_every_filter_must_match(create, found):
    create(1, host="h1", vm_state="active", metadata={"a": "1"}, memory_mb=512)
    create(2, host="h1", vm_state="active", memory_mb=512)
    create(3, host="h2", vm_state="active", metadata={"a": "1"}, memory_mb=512)
    create(4, host="h1", vm_state="error", metadata={"a": "1"}, memory_mb=512)
    create(5, host="h1", vm_state="active", metadata={"a": "1"}, memory_mb=1024)
    filters = {
        "deleted": False,
        "host": "^h1$",
        "vm_state": ["active", "building"],
        "metadata": {"a": "1"},
        "memory_mb": 512,
    }
    assert found(filters) == [1]


def test_long_list_of_uuids(create, found):
    create(1)
    assert found({"uuid": [uuid_of(number) for number in range(20_000)]}) == [1]


def test_metadata_of_an_instance_is_only_in_other_tables(create, found):
    create(1, metadata={"a": "1"}, system_metadata={"b": "2"})
    assert found({"metadata": {"b": "2"}}) == []
    assert table("instances").find({}) == table("instances").find({"uuid": uuid_of(1)})


# lists for columns that are searched


@pytest.mark.parametrize("kind", [list, tuple, set, frozenset])
def test_list_for_a_searched_column_finds_any_of_its_values(create, found, kind):
    create(1, power_state=4, host="host1")
    create(2, power_state=1, host="host2")
    create(3, power_state=3)
    create(4)
    assert found({"power_state": kind([4, 1])}) == [1, 2]
    assert found({"power_state": kind(["4", None])}) == [1, 4]
    assert found({"host": kind(["t1$", "^x"])}) == [1]
    assert found({"power_state": kind([])}) == []


@pytest.mark.parametrize("column", sorted(set(INSTANCES.spec.columns) - EXACT - SPECIAL.keys()))
def test_every_searched_column_takes_a_list(create, found, column):
    create(1)
    assert found({column: ["matches nothing", None]}) in ([], [1])
    assert found({column: ["matches nothing"]}) == []


@pytest.mark.sends_nothing
@pytest.mark.parametrize("item", [["x"], {"$gt": ""}, b"x", "("])
def test_item_that_is_not_an_expression_is_refused(create, found, item):
    with pytest.raises(exception.InvalidInput, match="host"):
        found({"host": ["x", item]})
