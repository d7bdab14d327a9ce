"""instance_create beyond the recorded answers."""

import copy

import pytest

from nova_docdb import db, exception
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import Table, table
from tests.threads import COUNT, at_once, kinds

UUID = "a1b2c3d4-0000-4000-8000-000000000001"
OTHER = "a1b2c3d4-0000-4000-8000-000000000002"

CHILDREN = (
    "instance_info_caches",
    "instance_metadata",
    "instance_system_metadata",
    "security_group_instance_association",
    "instance_id_mappings",
)

EVERYTHING = {
    "uuid": UUID,
    "project_id": "project1",
    "hostname": "web",
    "metadata": {"b": "1", "a": "2"},
    "system_metadata": {"s": "t"},
    "info_cache": {"network_info": "[]"},
    "security_groups": ["default"],
}


def rows(name):
    return table(name).find({})


def no_rows():
    """Return whether the store has no rows."""
    return not any(rows(name) for name in ("instances", "security_groups", *CHILDREN))


def test_returned_instance_is_what_get_returns(store, user):
    created = db.instance_create(user, EVERYTHING)
    read = db.instance_get_by_uuid(user, UUID)
    for group in read["security_groups"]:
        assert group.pop("rules") == []
    assert created == read


def test_dependents_get_ids_in_the_given_order(store, user):
    db.instance_create(user, EVERYTHING)
    assert [row["key"] for row in rows("instance_metadata")] == ["b", "a"]


def test_values_of_the_caller_are_unchanged(store, user):
    values = copy.deepcopy(EVERYTHING)
    db.instance_create(user, values)
    assert values == EVERYTHING


def test_returned_instance_shares_nothing_with_the_store(store, user):
    created = db.instance_create(user, EVERYTHING)
    created["metadata"][0]["value"] = created["info_cache"]["network_info"] = "changed"
    created["security_groups"].clear()
    read = db.instance_get_by_uuid(user, UUID)
    assert read["metadata"][0]["value"] == "1"
    assert read["info_cache"]["network_info"] == "[]"
    assert len(read["security_groups"]) == 1


@pytest.mark.parametrize("destroyed", [False, True])
def test_taken_uuid_raises_instance_exists_and_writes_nothing(store, user, destroyed):
    db.instance_create(user, EVERYTHING)
    if destroyed:
        db.instance_destroy(user, UUID)
    before = {name: rows(name) for name in CHILDREN}
    with pytest.raises(exception.InstanceExists, match=UUID):
        db.instance_create(user, EVERYTHING)
    assert len(rows("instances")) == 1
    assert {name: rows(name) for name in CHILDREN} == before


def test_group_named_twice_is_added_once(store, user):
    db.security_group_create(user, {"name": "web", "project_id": "project1"})
    created = db.instance_create(user, {"security_groups": ["web", "default", "web", "default"]})
    assert sorted(group["name"] for group in created["security_groups"]) == ["default", "web"]
    assert len(rows("security_group_instance_association")) == 2


def test_default_group_is_created_with_the_default_rules(store, admin, user):
    rule = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr": "10.0.0.0/8"}
    db.security_group_default_rule_create(admin, rule)
    db.instance_create(user, {"uuid": UUID, "security_groups": ["default"]})
    (group,) = db.instance_get_by_uuid(admin, UUID)["security_groups"]
    assert [{name: created[name] for name in rule} for created in group["rules"]] == [rule]


def test_unknown_group_is_refused_and_nothing_is_written(store, user):
    with pytest.raises(exception.SecurityGroupNotFoundForProject) as caught:
        db.instance_create(user, {**EVERYTHING, "security_groups": ["default", "nope"]})
    assert caught.value.kwargs["security_group_id"] == "nope"
    assert caught.value.kwargs["project_id"] == "project1"
    assert no_rows()


@pytest.mark.parametrize("name", [{"$ne": None}, ["default"], None])
def test_value_that_is_not_a_name_of_a_group_is_refused(store, user, name):
    db.instance_create(user, {"security_groups": ["default"]})
    with pytest.raises(exception.SecurityGroupNotFoundForProject):
        db.instance_create(user, {"security_groups": [name]})


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        {"vcpus": "two"},
        {"vcpus": {"$gt": 0}},
        {"metadata": ["a"]},
        {"metadata": {"a": {"$gt": ""}}},
        {"system_metadata": "a"},
        {"info_cache": "x"},
        {"info_cache": {"network_info": []}},
        {"security_groups": "default"},
        {"security_groups": {"default": 1}},
        {"security_groups": 1},
    ],
)
def test_value_of_a_wrong_type_is_refused_and_nothing_is_written(store, user, values):
    with pytest.raises(exception.InvalidInput):
        db.instance_create(user, values)
    assert no_rows()


def test_none_for_dependents_equals_their_absence(store, user):
    parts = ("metadata", "system_metadata", "info_cache", "security_groups")
    created = db.instance_create(user, dict.fromkeys(parts))
    assert (created["metadata"], created["system_metadata"], created["security_groups"]) == (
        [],
        [],
        [],
    )
    assert created["info_cache"]["network_info"] is None


def test_existing_ec2_id_of_a_uuid_is_kept(store, user):
    number = db.ec2_instance_create(user, UUID)["id"]
    db.instance_create(user, {"uuid": UUID})
    assert db.get_ec2_instance_id_by_uuid(user, UUID) == number
    assert len(rows("instance_id_mappings")) == 1


def test_forced_ec2_id_of_a_uuid_is_kept_and_no_other_id_is_used(store, user):
    db.ec2_instance_create(user, UUID, 77)
    db.instance_create(user, {"uuid": UUID})
    assert [row["id"] for row in rows("instance_id_mappings")] == [77]
    assert db.ec2_instance_create(user, OTHER)["id"] == 78


def test_uuid_of_an_archived_instance_may_be_used_again(store, admin):
    db.instance_create(admin, EVERYTHING)
    db.instance_destroy(admin, UUID)
    for name in ("instances", *CHILDREN):
        table(name).remove(table(name).deleted)
    created = db.instance_create(admin, {**EVERYTHING, "system_metadata": {"s": "new"}})
    assert [row["value"] for row in created["system_metadata"]] == ["new"]
    assert db.instance_system_metadata_get(admin, UUID) == {"s": "new"}


def test_one_of_many_creates_of_a_uuid_succeeds_with_a_complete_instance(store, user):
    def create(number):
        pairs = {"by": str(number), f"only{number}": "x"}
        return db.instance_create(user, {**EVERYTHING, "metadata": pairs, "system_metadata": pairs})

    results = at_once(*(lambda n=n: create(n) for n in range(COUNT)))
    assert kinds(results) == {"dict": 1, "InstanceExists": COUNT - 1}
    (winner,) = (result for result in results if isinstance(result, dict))
    read = db.instance_get_by_uuid(user, UUID)
    assert read["metadata"] == winner["metadata"]
    assert read["system_metadata"] == winner["system_metadata"]
    assert [len(rows(name)) for name in CHILDREN] == [1, 2, 2, 1, 1]
    assert len(rows("security_groups")) == 1


def test_refused_insert_of_the_instance_removes_its_dependents(store, user, monkeypatch):
    CONF.set_override("osapi_compute_unique_server_name_scope", "project")
    db.instance_create(user, {"hostname": "web", "project_id": "project1"})
    before = {name: rows(name) for name in CHILDREN}
    # The search did not find the name, as if the other call were concurrent.
    monkeypatch.setattr(
        "nova_docdb.mongo.families.instances.host_names.check_free", lambda *_: None
    )
    with pytest.raises(exception.InstanceExists, match="WEB"):
        db.instance_create(user, {**EVERYTHING, "hostname": "WEB"})
    assert {name: rows(name) for name in CHILDREN} == before
    assert len(rows("instances")) == 1


def test_forced_id_that_is_taken_is_a_duplicate_entry(store, admin, user):
    db.instance_create(admin, {"id": 7})
    with pytest.raises(exception.DBDuplicateEntry) as caught:
        db.instance_create(user, {"id": 7})
    assert caught.value.columns == ["id"]
    assert len(rows("instance_info_caches")) == 1
    assert [group["project_id"] for group in rows("security_groups")] == ["admin-project"]
    assert db.instance_create(admin, {})["info_cache"]["id"] == 2


def test_connection_lost_at_the_last_write_keeps_the_dependents(store, user, monkeypatch):
    store_rows = Table.store

    def lose_the_answer(self, *args):
        stored = store_rows(self, *args)
        if self.name == "instances":
            raise exception.DBConnectionError("the answer was lost")
        return stored

    with monkeypatch.context() as patched:
        patched.setattr(Table, "store", lose_the_answer)
        with pytest.raises(exception.DBConnectionError):
            db.instance_create(user, EVERYTHING)
    if "replicaSet" in store or connection.is_embedded():
        # An aborted transaction leaves no rows.
        assert [name for name in (*CHILDREN, "instances") if rows(name)] == []
        return
    read = db.instance_get_by_uuid(user, UUID)
    assert len(read["metadata"]) == 2
    assert read["info_cache"]["network_info"] == "[]"


@pytest.mark.sends_nothing
def test_create_requires_a_user_or_an_admin(store, anonymous):
    with pytest.raises(exception.NotAuthorized):
        db.instance_create(anonymous, None)
