"""The lists of instances beyond the recorded answers: their shape, windows, sums and cost."""

from datetime import datetime, timedelta, timezone

import pytest

from nova_docdb import clock, db, exception
from nova_docdb.mongo.tables.table import Table, table

NOON = datetime(2013, 4, 1, 12)  # noqa: DTZ001 - naive UTC
HOUR = timedelta(hours=1)

COLUMNS = set(table("instances").spec.columns) | {"name"}
PAIRS = {"metadata", "system_metadata"}
JOINED = {"info_cache", "security_groups"}


def uuid_of(number):
    return f"a1b2c3d4-0000-4000-8000-{number:012d}"


def ids(rows):
    return sorted(row["id"] for row in rows)


def keys(row):
    return {pair["key"] for pair in row["metadata"]}


@pytest.fixture
def create(store, user):
    """Create an instance of project1 on host h1, with all its dependent rows."""

    def create(number=1, **values):
        return db.instance_create(
            user,
            {
                "uuid": uuid_of(number),
                "project_id": "project1",
                "host": "h1",
                "node": "n1",
                "instance_type_id": 1,
                "metadata": {"a": "1"},
                "system_metadata": {"s": "2"},
                "security_groups": ["default"],
                **values,
            },
        )

    return create


# The shape of a row

LISTS = {
    "instance_get_all": (),
    "instance_get_all_by_filters": ({},),
    "instance_get_all_by_host": ("h1",),
    "instance_get_all_by_host_and_node": ("h1", "n1"),
    "instance_get_all_by_host_and_not_type": ("h1", 2),
    "instance_get_all_hung_in_rebooting": (0,),
    "instance_get_active_by_window_joined": (NOON,),
}


@pytest.fixture
def listed(create, admin):
    """Return the only row of a list."""
    create(task_state="rebooting", updated_at=NOON)

    def listed(name, *args, context=admin, **kwargs):
        (row,) = getattr(db, name)(context, *LISTS[name], *args, **kwargs)
        return row

    return listed


@pytest.mark.parametrize(
    ("name", "joined", "filled"),
    [
        ("instance_get_all", True, True),
        ("instance_get_all_by_filters", True, True),
        ("instance_get_all_by_host", True, True),
        ("instance_get_all_by_host_and_node", False, False),
        ("instance_get_all_by_host_and_not_type", True, True),
        ("instance_get_all_hung_in_rebooting", False, True),
        ("instance_get_active_by_window_joined", True, True),
    ],
)
def test_rows_of_each_list_have_exactly_its_keys(listed, name, joined, filled):
    row = listed(name)
    assert row.keys() == COLUMNS | PAIRS | (JOINED if joined else set())
    assert len(row["metadata"]) == len(row["system_metadata"]) == int(filled)
    if joined:
        assert row["info_cache"]["instance_uuid"] == row["uuid"]
        assert [group["name"] for group in row["security_groups"]] == ["default"]
        assert "rules" not in row["security_groups"][0]


@pytest.mark.parametrize("name", ["instance_get_all", "instance_get_all_by_filters"])
@pytest.mark.parametrize("kind", [list, tuple, set, iter])
def test_columns_to_join_adds_relations_to_the_metadata_keys(listed, name, kind):
    row = listed(name, columns_to_join=kind(["info_cache", "metadata"]))
    assert row.keys() == COLUMNS | PAIRS | {"info_cache"}
    assert (len(row["metadata"]), row["system_metadata"]) == (1, [])


@pytest.mark.parametrize("name", ["instance_get_all", "instance_get_all_by_filters"])
@pytest.mark.parametrize(
    "columns", [["bogus"], "metadata", ["fixed_ips"], [None], [["metadata"]], 1, {"metadata": 1}]
)
def test_unknown_relation_is_refused(listed, name, columns):
    with pytest.raises(exception.InvalidInput):
        listed(name, columns_to_join=columns)


def test_by_host_omits_metadata_that_is_not_named(listed):
    row = listed("instance_get_all_by_host", columns_to_join=["metadata", "bogus"])
    assert (len(row["metadata"]), row["system_metadata"]) == (1, [])


def test_read_deleted_applies_to_metadata_and_not_to_the_info_cache(listed, admin):
    db.instance_metadata_delete(admin, uuid_of(1), "a")
    db.instance_metadata_update(admin, uuid_of(1), {"b": "2"}, delete=False)
    db.instance_info_cache_delete(admin, uuid_of(1))
    name = "instance_get_active_by_window_joined"
    for read_deleted, shown in (("no", {"b"}), ("yes", {"a", "b"}), ("only", {"a"})):
        admin.read_deleted = read_deleted
        row = listed(name)
        assert keys(row) == shown
        assert row["info_cache"]["deleted"]


def test_destroyed_instance_has_no_groups(listed, admin):
    db.instance_destroy(admin, uuid_of(1))
    row = listed("instance_get_all_by_filters")
    assert (row["security_groups"], row["metadata"]) == ([], [])
    assert (len(row["system_metadata"]), bool(row["info_cache"]["deleted"])) == (1, True)


def test_rows_of_a_list_share_no_objects(create, admin):
    create(1)
    create(2)
    first, second = db.instance_get_all(admin)
    assert first["security_groups"] == second["security_groups"]
    first["security_groups"][0]["name"] = first["metadata"][0]["value"] = "changed"
    assert second["security_groups"][0]["name"] == "default"
    assert db.instance_get_all(admin)[0]["metadata"][0]["value"] == "1"


# Hosts


def test_by_host_always_joins_groups_and_cache(listed):
    row = listed("instance_get_all_by_host", columns_to_join=["metadata"])
    assert row.keys() == COLUMNS | PAIRS | JOINED
    assert (len(row["metadata"]), row["system_metadata"]) == (1, [])


@pytest.mark.parametrize("host", [{"$ne": None}, ["h1"], 1.5, b"h1", "h", "H1", "h.*", ""])
def test_host_is_compared_exactly(create, admin, host):
    create()
    assert db.instance_get_all_by_host(admin, host) == []
    assert db.instance_get_all_by_host_and_node(admin, host, "n1") == []
    assert db.instance_get_all_by_host_and_not_type(admin, host) == []


def test_instances_without_a_host_are_found(create, admin):
    create(1)
    create(2, host=None, node=None)
    assert ids(db.instance_get_all_by_host(admin, None)) == [2]
    assert ids(db.instance_get_all_by_host_and_node(admin, None, None)) == [2]
    assert ids(db.instance_get_all_by_host_and_not_type(admin, None)) == [2]


@pytest.mark.parametrize(
    ("type_id", "found"),
    [(None, [1, 2]), (1, [2]), ("1", [2]), (9, [1, 2]), ("x", [1, 2]), ({"$gt": 0}, [1, 2])],
)
def test_instances_of_another_type_exclude_those_without_a_type(create, admin, type_id, found):
    create(1, instance_type_id=1)
    create(2, instance_type_id=2)
    create(3, instance_type_id=None)
    assert ids(db.instance_get_all_by_host_and_not_type(admin, "h1", type_id)) == found


# Times


def test_hung_in_rebooting_finds_instances_updated_before_the_window(create, admin):
    for number, seconds in enumerate((0, 50, 70), 1):
        changed = clock.utcnow() - timedelta(seconds=seconds)
        create(number, task_state="rebooting", updated_at=changed)
    create(4, task_state="rebooting")
    create(5, task_state="rebooting_hard", updated_at=NOON)
    assert ids(db.instance_get_all_hung_in_rebooting(admin, 60)) == [3]
    assert ids(db.instance_get_all_hung_in_rebooting(admin, 0)) == [1, 2, 3]
    assert ids(db.instance_get_all_hung_in_rebooting(admin, 60.5)) == [3]


@pytest.mark.sends_nothing
@pytest.mark.parametrize("window", ["600", None, float("nan"), 10**20, [60]])
def test_window_that_is_not_a_time_is_refused(create, admin, window):
    with pytest.raises(exception.InvalidInput, match="reboot_window"):
        db.instance_get_all_hung_in_rebooting(admin, window)


@pytest.mark.parametrize(
    "moment", [NOON, NOON.replace(tzinfo=timezone.utc), "2013-04-01T14:00:00+02:00"]
)
def test_window_excludes_its_bounds(create, admin, moment):
    create(1, launched_at=NOON, terminated_at=NOON)
    create(2, launched_at=NOON, terminated_at=NOON + HOUR)
    create(3, launched_at=NOON - HOUR)
    create(4)
    active = db.instance_get_active_by_window_joined
    assert ids(active(admin, moment)) == [2, 3, 4]
    assert ids(active(admin, NOON - HOUR, moment)) == [3]
    assert ids(active(admin, NOON - HOUR, NOON + HOUR)) == [1, 2, 3]


def test_empty_project_and_host_do_not_narrow_the_window(create, admin):
    create(1)
    create(2, project_id="project2", host=None)
    assert len(db.instance_get_active_by_window_joined(admin, NOON, None, "", "")) == 2
    assert len(db.instance_get_active_by_window_joined(admin, NOON, None, "project2")) == 1
    assert db.instance_get_active_by_window_joined(admin, NOON, None, {"$ne": 1}) == []


@pytest.mark.sends_nothing
@pytest.mark.parametrize("moment", ["soon", 5, ["2013-04-01"], {"$gt": NOON}])
def test_window_with_invalid_times_is_refused(create, admin, moment):
    with pytest.raises(exception.InvalidInput, match="begin"):
        db.instance_get_active_by_window_joined(admin, moment)
    with pytest.raises(exception.InvalidInput, match="end"):
        db.instance_get_active_by_window_joined(admin, NOON, moment)


@pytest.mark.sends_nothing
def test_window_requires_a_beginning(create, admin):
    with pytest.raises(exception.InvalidInput, match="begin"):
        db.instance_get_active_by_window_joined(admin, None)


# Sums


def test_sums_of_a_project_are_integers(create, admin):
    create(1, vcpus=2, memory_mb=2**40)
    create(2, vcpus=None, memory_mb=2**40)
    create(3, vcpus=4, memory_mb=1, project_id=None)
    sums = db.instance_data_get_for_project(admin, "project1")
    assert sums == (2, 2, 2**41)
    assert isinstance(sums, tuple)
    assert db.instance_data_get_for_project(admin, None) == (1, 4, 1)
    assert db.instance_data_get_for_project(admin, "project1", session=object()) == sums


@pytest.mark.parametrize("project", [{"$ne": None}, ["project1"], 1.5, "", "PROJECT1"])
def test_sums_of_an_invalid_project_are_zero(create, admin, project):
    create(vcpus=1)
    assert db.instance_data_get_for_project(admin, project) == (0, 0, 0)


# Cost


def test_long_list_sends_one_query_per_relation(store, user, monkeypatch):
    count = 300
    table("instances").insert_many(
        {"uuid": uuid_of(number), "project_id": "project1"} for number in range(count)
    )
    table("instance_metadata").insert_many(
        {"instance_uuid": uuid_of(number), "key": "a", "value": "b"} for number in range(count)
    )
    asked = []
    find = Table.find
    monkeypatch.setattr(
        Table,
        "find",
        lambda self, *args, **how: asked.append(self.name) or find(self, *args, **how),
    )
    rows = db.instance_get_all(user)
    assert len(rows) == count
    assert all(len(row["metadata"]) == 1 for row in rows)
    assert asked.count("instances") == 1
    assert max(asked.count(name) for name in asked) == 1
