from datetime import datetime
from types import SimpleNamespace

import pytest

from nova_docdb import context, exception


def test_admin_context_has_no_user_or_project():
    admin = context.get_admin_context(read_deleted="yes")
    assert (admin.user_id, admin.project_id, admin.is_admin) == (None, None, True)
    assert admin.read_deleted == "yes"


def test_repr_shows_the_caller_and_hides_the_token():
    shown = repr(context.RequestContext("alice", "acme", auth_token="s3cret"))
    assert shown == (
        "RequestContext(user_id='alice', project_id='acme', is_admin=False, read_deleted='no')"
    )


@pytest.mark.parametrize("value", ["maybe", "", None, True])
def test_read_deleted_is_one_of_three(value):
    with pytest.raises(ValueError, match="read_deleted"):
        context.RequestContext("u", "p", read_deleted=value)


def test_role_admin_sets_is_admin_by_default():
    assert context.RequestContext("u", "p", roles=["Admin"]).is_admin
    assert not context.RequestContext("u", "p", is_admin=False, roles=["admin"]).is_admin
    assert not context.RequestContext("u", "p").is_admin


def test_elevated_is_a_copy():
    user = context.RequestContext("u", "p", roles=["member"])
    elevated = user.elevated(read_deleted="only")
    assert (elevated.is_admin, elevated.read_deleted) == (True, "only")
    assert elevated.roles == ["member", "admin"]
    assert (user.is_admin, user.read_deleted, user.roles) == (False, "no", ["member"])


def test_context_survives_a_dict():
    first = context.RequestContext("u", "p", roles=["r"], quota_class="gold", request_id="req-1")
    again = context.RequestContext.from_dict(first.to_dict())
    assert again.to_dict() == first.to_dict()
    assert isinstance(again.timestamp, datetime)


def test_unknown_fields_of_a_newer_sender_are_ignored():
    assert context.RequestContext.from_dict({"user_id": "u", "project_id": "p", "new": 1})


def test_any_object_with_the_attributes_is_a_context():
    own = SimpleNamespace(user_id="u", project_id="p", is_admin=False, read_deleted="no")
    assert context.is_user_context(own)
    assert context.elevated(own).is_admin
    assert not own.is_admin


@context.require_admin_context
def for_admins(context):
    return "done"


@context.require_context
def for_all(context):
    return "done"


ADMIN = context.get_admin_context()
USER = context.RequestContext("user1", "project1", quota_class="gold")
NOBODY = context.RequestContext(None, None)
HALF = context.RequestContext("user1", None)


@pytest.mark.parametrize("who", [USER, NOBODY, HALF, None, {}])
def test_admin_functions_refuse_others(who):
    with pytest.raises(exception.AdminRequired):
        for_admins(who)


def test_admin_functions_accept_admins():
    assert for_admins(ADMIN) == "done"


@pytest.mark.parametrize("who", [NOBODY, HALF, None, {}])
def test_context_without_user_or_project_is_refused(who):
    with pytest.raises(exception.NotAuthorized):
        for_all(who)


@pytest.mark.parametrize("who", [USER, ADMIN])
def test_users_and_admins_are_accepted(who):
    assert for_all(who) == "done"


@pytest.mark.parametrize(
    ("guard", "own", "other"),
    [
        (context.authorize_project_context, "project1", "project2"),
        (context.authorize_user_context, "user1", "user2"),
        (context.authorize_quota_class_context, "gold", "silver"),
        (context.authorize_quota_class_context, "gold", None),
    ],
)
def test_user_is_authorized_only_for_own_ids(guard, own, other):
    guard(USER, own)
    guard(ADMIN, other)
    with pytest.raises(exception.NotAuthorized):
        guard(USER, other)
