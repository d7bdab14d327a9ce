"""Certificates beyond the recorded answers."""

import pytest

from nova_docdb import db, exception


def test_lists_are_filtered_by_owner_and_ordered_by_id(store, admin):
    rows = [
        db.certificate_create(admin, {"user_id": user, "project_id": project, "file_name": "f"})
        for user, project in (("alice", "acme"), ("bob", "acme"), ("alice", "umbrella"))
    ]
    assert db.certificate_get_all_by_project(admin, "acme") == rows[:2]
    assert db.certificate_get_all_by_user(admin, "alice") == [rows[0], rows[2]]
    assert db.certificate_get_all_by_user_and_project(admin, "alice", "acme") == rows[:1]


def test_none_finds_certificates_of_no_project(store, admin):
    row = db.certificate_create(admin, {"user_id": "alice"})
    assert db.certificate_get_all_by_project(admin, None) == [row]


def test_users_cannot_list_even_their_own_certificates(store, user):
    with pytest.raises(exception.AdminRequired):
        db.certificate_get_all_by_user(user, user.user_id)
