"""Unique host names beyond the recorded answers."""

import pytest

from nova_docdb import context, db, exception
from nova_docdb.config import CONF
from tests.threads import COUNT, at_once, kinds


def create(who, name, project="project1"):
    return db.instance_create(who, {"hostname": name, "project_id": project})


@pytest.fixture
def scope(store):
    def scope(name):
        CONF.set_override("osapi_compute_unique_server_name_scope", name)

    scope("project")
    return scope


@pytest.mark.parametrize("read_deleted", ["yes", "only"])
def test_name_of_a_destroyed_instance_is_free_for_every_context(scope, user, read_deleted):
    db.instance_destroy(user, create(user, "web")["uuid"])
    user.read_deleted = read_deleted
    assert create(user, "web")["hostname"] == "web"


def test_none_is_not_a_name(scope, user):
    create(user, None)
    assert create(user, None)["hostname"] is None
    uuid = create(user, "web")["uuid"]
    assert db.instance_update(user, uuid, {"hostname": None})["hostname"] is None


def test_empty_text_is_a_name(scope, user):
    create(user, "")
    with pytest.raises(exception.InstanceExists):
        create(user, "")


def test_empty_text_can_be_claimed_by_an_instance_without_a_name(scope, user):
    create(user, "")
    unnamed = create(user, None)["uuid"]
    with pytest.raises(exception.InstanceExists):
        db.instance_update(user, unnamed, {"hostname": ""})


def test_name_released_by_an_update_is_free(scope, user):
    uuid = create(user, "web")["uuid"]
    db.instance_update(user, uuid, {"hostname": "db"})
    create(user, "WEB")
    with pytest.raises(exception.InstanceExists):
        create(user, "DB")
    db.instance_update(user, uuid, {"hostname": None})
    create(user, "db")


def test_change_of_case_keeps_the_claim(scope, user):
    uuid = create(user, "web")["uuid"]
    assert db.instance_update(user, uuid, {"hostname": "WEB"})["hostname"] == "WEB"
    with pytest.raises(exception.InstanceExists):
        create(user, "Web")


def test_name_set_while_the_option_was_off_is_found(scope, user):
    scope("")
    create(user, "web")
    scope("project")
    with pytest.raises(exception.InstanceExists):
        create(user, "web")


def test_change_of_case_is_not_checked_against_names_from_before_the_option(scope, user):
    scope("")
    uuid = create(user, "web")["uuid"]
    create(user, "web")
    scope("project")
    assert db.instance_update(user, uuid, {"hostname": "WEB"})["hostname"] == "WEB"


def test_name_changed_while_the_option_is_off_releases_its_claim(scope, user):
    uuid = create(user, "web")["uuid"]
    scope("")
    db.instance_update(user, uuid, {"hostname": "db"})
    scope("project")
    create(user, "web")


def test_project_of_the_context_is_searched(scope, user, admin):
    create(user, "web")
    create(admin, "web", project="project1")
    with pytest.raises(exception.InstanceExists):
        create(user, "web", project="admin-project")


def test_instance_that_moves_to_another_project_releases_its_name(scope, user, admin):
    uuid = create(user, "web")["uuid"]
    db.instance_update(admin, uuid, {"project_id": "project2"})
    create(user, "web")


def test_global_scope_searches_all_projects(scope, user, user2):
    scope("global")
    create(user, "web")
    with pytest.raises(exception.InstanceExists):
        create(user2, "WEB", project="project2")


def test_project_and_name_are_not_confused(scope):
    one = context.RequestContext("u", "a", is_admin=False)
    other = context.RequestContext("u", 'a", "b', is_admin=False)
    create(one, 'b", "c', project="a")
    assert create(other, "c", project='a", "b')["hostname"] == "c"


def test_name_is_not_an_operator(scope, user):
    create(user, "$hostname")
    create(user, ".*")
    assert create(user, "web")["hostname"] == "web"


@pytest.mark.parametrize("name", ["project", "global"])
def test_one_of_many_creates_of_a_name_succeeds(scope, user, name):
    scope(name)
    results = at_once(*[lambda: create(user, "web")] * COUNT)
    assert kinds(results) == {"dict": 1, "InstanceExists": COUNT - 1}
    assert len(db.instance_get_all(user)) == 1


def test_one_of_many_updates_to_a_name_succeeds(scope, user):
    uuids = [create(user, f"web{number}")["uuid"] for number in range(COUNT)]
    results = at_once(
        *(lambda uuid=uuid: db.instance_update(user, uuid, {"hostname": "db"}) for uuid in uuids)
    )
    assert kinds(results) == {"dict": 1, "InstanceExists": COUNT - 1}
    names = [instance["hostname"] for instance in db.instance_get_all(user)]
    assert names.count("db") == 1


def test_unexpected_task_state_is_reported_before_a_taken_name(scope, user):
    create(user, "web")
    uuid = create(user, "db")["uuid"]
    with pytest.raises(exception.UnexpectedTaskStateError):
        db.instance_update(user, uuid, {"hostname": "web", "expected_task_state": "x"})


@pytest.mark.parametrize(("name", "other"), [("ÄRGER", "ärger"), ("Web", "wEB"), ("ÑU", "ñu")])
def test_case_beyond_ascii_is_ignored_on_every_store(store, admin, name, other):
    # Named while the option is off: only the search finds it.
    db.instance_create(admin, {"project_id": "p", "hostname": name})
    CONF.set_override("osapi_compute_unique_server_name_scope", "global")
    with pytest.raises(exception.InstanceExists):
        db.instance_create(admin, {"project_id": "p", "hostname": other})
