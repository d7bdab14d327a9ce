import pytest

from nova_docdb import db, exception
from tests.threads import COUNT, at_once, kinds

GROUP = {"name": "web", "project_id": "project1"}


def test_second_live_group_of_a_name_is_refused(store, user):
    db.security_group_create(user, {**GROUP, "description": "first"})
    with pytest.raises(exception.SecurityGroupExists) as caught:
        db.security_group_create(user, GROUP)
    assert caught.value.kwargs["security_group_name"] == "web"
    assert isinstance(caught.value, exception.Invalid)
    assert db.security_group_get_by_name(user, "project1", "web")["description"] == "first"
    db.security_group_destroy(user, 1)
    assert db.security_group_create(user, GROUP)["id"] == 2


def test_groups_without_a_project_have_unique_names(store, admin):
    db.security_group_create(admin, {"name": "web"})
    with pytest.raises(exception.SecurityGroupExists):
        db.security_group_create(admin, {"name": "web"})


@pytest.mark.parametrize("read_deleted", ["no", "yes", "only"])
def test_default_group_gets_the_live_default_rules_only(store, admin, read_deleted):
    for protocol in ("tcp", "udp"):
        db.security_group_default_rule_create(admin, {"protocol": protocol})
    db.security_group_default_rule_destroy(admin, 1)
    existed, group = db.security_group_ensure_default(admin.elevated(read_deleted=read_deleted))
    assert existed is False
    rules = db.security_group_get(admin, group["id"])["rules"]
    assert [rule["protocol"] for rule in rules] == ["udp"]


def test_destroy_does_not_change_rows_deleted_before(store, admin):
    db.security_group_create(admin, GROUP)
    db.security_group_rule_create(admin, {"parent_group_id": 1})
    db.security_group_destroy(admin, 1)
    everything = admin.elevated(read_deleted="yes")
    before = db.security_group_get(everything, 1), db.security_group_rule_get(everything, 1)
    db.security_group_destroy(everything, 1)
    assert (db.security_group_get(everything, 1), db.security_group_rule_get(everything, 1)) == (
        before
    )


def test_group_that_grants_to_itself_includes_itself_without_relations(store, user):
    db.security_group_create(user, GROUP)
    db.security_group_rule_create(user, {"parent_group_id": 1, "group_id": 1})
    (rule,) = db.security_group_get(user, 1)["rules"]
    assert rule["grantee_group"]["id"] == 1
    assert "rules" not in rule["grantee_group"]


def test_concurrent_callers_create_one_default_group_with_one_copy_of_each_rule(store, admin, user):
    db.security_group_default_rule_create(admin, {"protocol": "tcp"})
    found = at_once(*[lambda: db.security_group_ensure_default(user)] * COUNT)
    assert sorted(existed for existed, _group in found) == [False] + [True] * (COUNT - 1)
    assert len({group["id"] for _existed, group in found}) == 1
    (group,) = db.security_group_get_by_project(user, "project1")
    assert len(group["rules"]) == 1


def test_one_of_several_creates_of_a_name_succeeds(store, user):
    found = at_once(*[lambda: db.security_group_create(user, GROUP)] * COUNT)
    assert kinds(found) == {"dict": 1, "SecurityGroupExists": COUNT - 1}
