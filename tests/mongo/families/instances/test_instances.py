"""Instances beyond the recorded answers: quirks, races, invalid input."""

import copy

import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.tables import relations
from nova_docdb.mongo.tables.table import table
from tests.threads import COUNT, at_once, kinds

UUID = "a1b2c3d4-0000-4000-8000-000000000001"
UNKNOWN = "a1b2c3d4-0000-4000-8000-000000000009"


@pytest.fixture
def create(store, user):
    """Create an instance of the user's project."""

    def create(**values):
        return db.instance_create(user, {"uuid": UUID, "project_id": "project1", **values})

    return create


def pairs(rows):
    return {row["key"]: row["value"] for row in rows}


# instance_get, instance_get_by_uuid


@pytest.mark.parametrize("number", ["abc", "", 10**30, 1.5, [1], {"$gt": 0}, b"1"])
def test_id_that_is_not_an_integer_raises_invalid_id(create, user, number):
    create()
    for function in (db.instance_get, db.instance_get_floating_address):
        with pytest.raises(exception.InvalidID) as caught:
            function(user, number)
        assert caught.value.kwargs["id"] == number


@pytest.mark.parametrize("number", [0, -1, 2, 2**63 - 1, None])
def test_unknown_id_is_not_found(create, user, number):
    create()
    with pytest.raises(exception.InstanceNotFound):
        db.instance_get(user, number)


@pytest.mark.parametrize("uuid", [None, 1, "", "x", {"$gt": ""}, {"$ne": None}, [UUID]])
def test_invalid_uuid_is_not_found(create, user, uuid):
    create()
    with pytest.raises(exception.InstanceNotFound):
        db.instance_get_by_uuid(user, uuid)


def test_live_info_cache_is_preferred_to_deleted_ones(create, user):
    create()
    db.instance_info_cache_delete(user, UUID)
    db.instance_info_cache_update(user, UUID, {"network_info": "new"})
    assert db.instance_get_by_uuid(user, UUID)["info_cache"]["network_info"] == "new"


def test_changing_a_returned_instance_changes_nothing_in_the_store(create, user):
    create(metadata={"a": "b"}, security_groups=["default"])
    read = db.instance_get_by_uuid(user, UUID)
    again = copy.deepcopy(read)
    read["metadata"][0]["value"] = read["security_groups"][0]["name"] = "changed"
    assert db.instance_get_by_uuid(user, UUID) == again


# instance_update, instance_update_and_get_original


def test_updated_instance_is_what_get_returns(create, user):
    create(metadata={"a": "1", "b": "2"}, system_metadata={"s": "1"}, security_groups=["default"])
    values = {"host": "h", "metadata": {"a": "9", "c": "3"}, "system_metadata": {}}
    after = db.instance_update(user, UUID, values)
    assert after == db.instance_get_by_uuid(user, UUID)
    assert pairs(after["metadata"]) == {"a": "9", "c": "3"}
    assert after["system_metadata"] == []


def test_original_is_the_state_before_with_its_metadata(create, user):
    create(host="old", metadata={"a": "1", "b": "2"}, system_metadata={"s": "1"})
    unchanged = db.instance_get_by_uuid(user, UUID)
    values = {"host": "new", "metadata": {"a": "9"}, "system_metadata": {"s": "2"}}
    before, after = db.instance_update_and_get_original(user, UUID, values)
    assert before == unchanged
    assert after == db.instance_get_by_uuid(user, UUID)


def test_original_and_updated_share_no_objects(create, user):
    create(metadata={"a": "1"}, security_groups=["default"])
    before, after = db.instance_update_and_get_original(user, UUID, {})
    assert before == after
    before["metadata"][0]["value"] = before["security_groups"][0]["name"] = "changed"
    before["host"] = before["info_cache"]["network_info"] = "changed"
    assert after == db.instance_get_by_uuid(user, UUID)


@pytest.mark.parametrize("values", [{"host": "h"}, {"uuid": UNKNOWN}, {"deleted": 1}])
def test_updated_instance_has_its_current_dependents(create, user, values):
    create(metadata={"a": "1"}, security_groups=["default"])
    _before, after = db.instance_update_and_get_original(user, UUID, values)
    user.read_deleted = "yes"
    assert after == db.instance_get_by_uuid(user, after["uuid"])


def test_values_of_the_caller_are_unchanged(create, user):
    create()
    values = {
        "host": "h",
        "expected_task_state": [None],
        "metadata": {"a": "b"},
        "system_metadata": {"c": "d"},
    }
    given = copy.deepcopy(values)
    db.instance_update(user, UUID, values)
    db.instance_update_and_get_original(user, UUID, values)
    assert values == given


def test_none_for_metadata_equals_its_absence(create, user):
    create(metadata={"a": "b"}, system_metadata={"c": "d"})
    after = db.instance_update(user, UUID, {"metadata": None, "system_metadata": None})
    assert pairs(after["metadata"]) == {"a": "b"}
    assert pairs(after["system_metadata"]) == {"c": "d"}


def test_hostname_may_become_none(create, user):
    create(hostname="web")
    assert db.instance_update(user, UUID, {"hostname": None})["hostname"] is None


def test_name_in_values_is_ignored(create, user):
    create()
    after = db.instance_update(user, UUID, {"name": "x", "id": 9})
    assert (after["name"], after["id"], after["updated_at"]) == ("instance-00000001", 1, None)


def test_returned_address_is_as_stored(create, user):
    create()
    after = db.instance_update(user, UUID, {"access_ip_v6": "2001:0db8:0::0001"})
    assert after["access_ip_v6"] == "2001:db8::1"


def test_text_that_looks_like_a_field_path_is_text(create, user):
    create(host="$node", node="n")
    after = db.instance_update(user, UUID, {"display_name": "$node", "host": "$$ROOT"})
    assert (after["display_name"], after["host"]) == ("$node", "$$ROOT")
    assert after == db.instance_get_by_uuid(user, UUID)


@pytest.mark.parametrize("values", [{}, {"host": "h"}, {"metadata": {"a": "1"}}])
def test_updated_at_stays_if_no_column_changes(create, user, values):
    create(host="h")
    assert db.instance_update(user, UUID, values)["updated_at"] is None
    assert db.instance_get_by_uuid(user, UUID)["updated_at"] is None


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        {"host": "h", "vcpus": "two"},
        {"host": {"$set": {"host": "x"}}},
        {"host": "h", "metadata": ["a"]},
        {"host": "h", "system_metadata": {"a": ["b"]}},
        {"host": "h", "info_cache": {"network_info": "x"}},
        {"host": "h", "security_groups": ["default"]},
    ],
)
def test_value_of_a_wrong_type_is_refused_and_nothing_is_written(create, user, values):
    create(metadata={"a": "b"})
    before = db.instance_get_by_uuid(user, UUID)
    for function in (db.instance_update, db.instance_update_and_get_original):
        with pytest.raises(exception.InvalidInput):
            function(user, UUID, values)
    assert db.instance_get_by_uuid(user, UUID) == before


def test_unexpected_task_state_is_named_and_metadata_is_unchanged(create, user):
    create(task_state="a", metadata={"k": "v"})
    with pytest.raises(exception.UnexpectedTaskStateError) as caught:
        db.instance_update(user, UUID, {"expected_task_state": ["b"], "metadata": {}})
    assert caught.value.kwargs["expected"] == ["b"]
    assert caught.value.kwargs["actual"] == "a"
    assert db.instance_metadata_get(user, UUID) == {"k": "v"}


@pytest.mark.parametrize("refused", [{"info_cache": {}}, {"memory_mb": "x"}, {"metadata": "x"}])
def test_unexpected_task_state_is_reported_before_an_invalid_value(create, user, refused):
    create(task_state="a")
    with pytest.raises(exception.UnexpectedTaskStateError):
        db.instance_update(user, UUID, {"expected_task_state": "b", **refused})
    with pytest.raises(exception.InvalidInput):
        db.instance_update(user, UUID, {"expected_task_state": "a", **refused})


@pytest.mark.parametrize("expected", ["", [], (), {"$ne": None}, [["a"]], [{"$gt": ""}], 1])
def test_invalid_task_state_is_never_the_expected_one(create, user, expected):
    create(task_state="a")
    with pytest.raises(exception.UnexpectedTaskStateError):
        db.instance_update(user, UUID, {"expected_task_state": expected, "host": "h"})


@pytest.mark.parametrize("expected", [None, frozenset({None, "a"}), {None}, (None,)])
def test_none_as_expected_task_state_matches_no_task(create, user, expected):
    create()
    assert db.instance_update(user, UUID, {"expected_task_state": expected, "host": "h"})["host"]


def test_missing_instance_is_reported_before_an_unexpected_task_state(create, user2):
    create(task_state="a")
    with pytest.raises(exception.InstanceNotFound):
        db.instance_update(user2, UUID, {"expected_task_state": "b"})


def test_uuid_of_another_instance_is_refused(create, user):
    create()
    create(uuid=UNKNOWN)
    for values in ({"uuid": UNKNOWN}, {"uuid": UNKNOWN, "hostname": "free"}):
        with pytest.raises(exception.InstanceExists, match=UNKNOWN):
            db.instance_update(user, UUID, values)
    with pytest.raises(exception.InstanceExists, match=UNKNOWN):
        db.instance_test_and_set(user, UUID, "uuid", [UUID], UNKNOWN)


def test_one_of_many_updates_with_the_same_expected_state_succeeds(create, user):
    create(task_state="before")

    def update(number):
        values = {"expected_task_state": "before", "task_state": f"by {number}"}
        return db.instance_update_and_get_original(user, UUID, values)

    results = at_once(*(lambda n=n: update(n) for n in range(COUNT)))
    assert kinds(results) == {"tuple": 1, "UnexpectedTaskStateError": COUNT - 1}
    ((before, after),) = (result for result in results if isinstance(result, tuple))
    assert before["task_state"] == "before"
    assert db.instance_get_by_uuid(user, UUID)["task_state"] == after["task_state"]


def test_originals_of_many_updates_form_one_chain(create, user):
    create(progress=-1)
    results = at_once(
        *(
            lambda n=n: db.instance_update_and_get_original(user, UUID, {"progress": n})
            for n in range(COUNT)
        )
    )
    following = {before["progress"]: after["progress"] for before, after in results}
    progress, chain = -1, []
    while progress in following:
        progress = following.pop(progress)
        chain.append(progress)
    assert sorted(chain) == list(range(COUNT))
    assert db.instance_get_by_uuid(user, UUID)["progress"] == progress


# instance_destroy


def test_destroyed_instance_is_what_get_returns_except_groups_and_metadata(create, user):
    create(metadata={"a": "1"}, system_metadata={"s": "1"}, security_groups=["default"])
    destroyed = db.instance_destroy(user, UUID)
    user.read_deleted = "yes"
    read = db.instance_get_by_uuid(user, UUID)
    assert [group["name"] for group in destroyed.pop("security_groups")] == ["default"]
    assert read.pop("security_groups") == []
    stored = table("instance_metadata").find({})
    assert destroyed.pop("metadata") == stored
    assert [row["deleted"] for row in stored] == [1]
    assert read.pop("metadata") == []
    assert destroyed == read


def test_info_cache_that_was_deleted_before_is_returned_unchanged(create, user):
    create()
    db.instance_info_cache_delete(user, UUID)
    before = db.instance_get_by_uuid(user, UUID)["info_cache"]
    assert db.instance_destroy(user, UUID)["info_cache"] == before


@pytest.mark.parametrize("read_deleted", ["yes", "only"])
def test_destroyed_instance_is_not_destroyed_again(create, user, read_deleted):
    create()
    destroyed = db.instance_destroy(user, UUID)
    user.read_deleted = read_deleted
    with pytest.raises(exception.InstanceNotFound):
        db.instance_destroy(user, UUID)
    assert db.instance_get_by_uuid(user, UUID)["deleted_at"] == destroyed["deleted_at"]


def test_context_that_reads_only_deleted_rows_destroys_no_live_instance(create, user):
    create()
    user.read_deleted = "only"
    with pytest.raises(exception.InstanceNotFound):
        db.instance_destroy(user, UUID)
    user.read_deleted = "no"
    assert db.instance_get_by_uuid(user, UUID)["deleted"] == 0


def test_one_of_many_destroys_succeeds(create, user):
    create(metadata={"a": "1"})
    results = at_once(*[lambda: db.instance_destroy(user, UUID)] * COUNT)
    assert kinds(results) == {"dict": 1, "InstanceNotFound": COUNT - 1}


# instance_test_and_set


def test_attribute_in_one_of_the_states_is_set(create, user):
    create(vm_state="active")
    result = db.instance_test_and_set(user, UUID, "vm_state", ["active", "stopped"], "paused")
    after = db.instance_get_by_uuid(user, UUID)
    assert (result, after["vm_state"]) == (None, "paused")
    assert after["updated_at"] is not None


def test_none_among_the_states_matches_a_missing_value(create, user):
    create()
    db.instance_test_and_set(user, UUID, "task_state", [None], "pausing")
    assert db.instance_get_by_uuid(user, UUID)["task_state"] == "pausing"


def test_attribute_in_another_state_is_not_changed(create, user):
    create(vm_state="error")
    with pytest.raises(exception.InstanceInvalidState) as caught:
        db.instance_test_and_set(user, UUID, "vm_state", ("active", None), "paused")
    assert caught.value.kwargs == {
        "attr": "vm_state",
        "instance_uuid": UUID,
        "state": "error",
        "method": "instance_test_and_set",
        "code": caught.value.code,
    }
    assert db.instance_get_by_uuid(user, UUID)["vm_state"] == "error"


def test_test_and_set_requires_a_uuid_and_a_visible_instance(create, user, user2, anonymous):
    create(vm_state="active")
    arguments = ("vm_state", ["active"], "paused")
    with pytest.raises(exception.InvalidUUID):
        db.instance_test_and_set(user, "nope", *arguments)
    with pytest.raises(exception.InstanceNotFound):
        db.instance_test_and_set(user, UNKNOWN, *arguments)
    with pytest.raises(exception.InstanceNotFound):
        db.instance_test_and_set(user2, UUID, *arguments)
    with pytest.raises(exception.NotAuthorized):
        db.instance_test_and_set(anonymous, "nope", *arguments)


@pytest.mark.parametrize("attr", ["color", "id", "name", "$where", "a.b", None, ["vm_state"]])
def test_unknown_column_cannot_be_set(create, user, attr):
    create()
    with pytest.raises(exception.InvalidInput):
        db.instance_test_and_set(user, UUID, attr, [None], "x")


def test_one_of_many_test_and_set_calls_succeeds(create, user):
    create(vm_state="active")
    call = lambda: db.instance_test_and_set(user, UUID, "vm_state", ["active"], "paused")  # noqa: E731
    assert kinds(at_once(*[call] * COUNT)) == {"NoneType": 1, "InstanceInvalidState": COUNT - 1}


# floating addresses


@pytest.fixture
def addresses(create):
    """Give an instance two fixed addresses, the later one with two floating ones."""
    create()
    fixed_ips, floating_ips = table("fixed_ips"), table("floating_ips")
    first, second = (
        fixed_ips.insert({"address": address, "instance_uuid": UUID})
        for address in ("10.0.0.9", "10.0.0.1")
    )
    for address in ("1.1.1.9", "1.1.1.1"):
        floating_ips.insert({"address": address, "fixed_ip_id": second["id"]})
    return first, second


def test_first_floating_address_of_the_first_fixed_one_is_returned(addresses, user):
    first, second = addresses
    assert db.instance_get_floating_address(user, 1) is None
    table("floating_ips").update_all({"fixed_ip_id": second["id"]}, {"fixed_ip_id": first["id"]})
    assert db.instance_get_floating_address(user, 1) == "1.1.1.9"


def test_read_deleted_applies_to_floating_addresses(addresses, user):
    table("floating_ips").soft_delete({"_id": 1})
    found = db.instance_floating_address_get_all(user, UUID)
    assert [row["address"] for row in found] == ["1.1.1.1"]
    user.read_deleted = "only"
    found = db.instance_floating_address_get_all(user, UUID)
    assert [row["address"] for row in found] == ["1.1.1.9"]


def test_instance_without_a_live_fixed_address(addresses, user):
    table("fixed_ips").soft_delete({"instance_uuid": UUID})
    for function, argument in (
        (db.instance_get_floating_address, 1),
        (db.instance_floating_address_get_all, UUID),
    ):
        with pytest.raises(exception.FixedIpNotFoundForInstance) as caught:
            function(user, argument)
        assert caught.value.kwargs["instance_uuid"] == UUID


@pytest.mark.parametrize("uuid", [None, 1, "x", UUID.upper(), [UUID]])
def test_functions_that_require_a_uuid_refuse_other_values(create, user, uuid):
    create()
    for function, *rest in (
        (db.instance_update, {}),
        (db.instance_update_and_get_original, {}),
        (db.instance_destroy,),
        (db.instance_floating_address_get_all,),
    ):
        with pytest.raises(exception.InvalidUUID):
            function(user, uuid, *rest)


# An update of the row alone takes no transaction


@pytest.fixture
def between(monkeypatch):
    """Return a function that makes another call between an update and the read of related rows."""

    def between(other):
        aggregated = relations._aggregated

        def after_the_other(*args, **options):
            monkeypatch.setattr(relations, "_aggregated", aggregated)
            other()
            return aggregated(*args, **options)

        monkeypatch.setattr(relations, "_aggregated", after_the_other)

    return between


@pytest.mark.parametrize(
    "other",
    [
        lambda admin: db.instance_destroy(admin, UUID),
        lambda admin: db.instance_metadata_update(admin, UUID, {"a": "2"}, True),
        lambda admin: db.instance_update(admin, UUID, {"metadata": {"b": "2"}, "host": "h2"}),
    ],
)
@pytest.mark.parametrize("task_state", ["spawning", "deleting"])
def test_update_returns_related_rows_as_they_were_right_after_it(
    create, admin, between, store, other, task_state
):
    if "replicaSet" not in store:
        pytest.skip("a replica set can read an earlier moment")
    create(metadata={"a": "1"}, task_state="spawning")
    between(lambda: other(admin))
    updated = db.instance_update(admin, UUID, {"task_state": task_state})
    assert (updated["task_state"], updated["deleted"], updated["host"]) == (task_state, 0, None)
    assert pairs(updated["metadata"]) == {"a": "1"}
