"""Agent builds beyond the recorded answers."""

import pytest

from nova_docdb import db, exception

TRIPLE = {"hypervisor": "kvm", "os": "linux", "architecture": "x86"}


def test_lowest_id_of_several_builds_of_a_triple_is_returned(store, admin):
    first = db.agent_build_create(admin, {**TRIPLE, "version": "1"})
    db.agent_build_create(admin, {**TRIPLE, "version": "2"})
    assert db.agent_build_get_by_triple(admin, *TRIPLE.values()) == first


def test_deleted_build_can_be_changed_and_deleted_again(store, admin):
    build = db.agent_build_create(admin, TRIPLE)
    for _ in range(2):
        db.agent_build_destroy(admin, build["id"])
    db.agent_build_update(admin, build["id"], {"version": "3"})
    assert db.agent_build_get_all(admin) == []


def test_unknown_build_is_not_found(store, admin):
    with pytest.raises(exception.AgentBuildNotFound):
        db.agent_build_update(admin, 7, {"version": "3"})
    with pytest.raises(exception.AgentBuildNotFound):
        db.agent_build_destroy(admin, 7)


def test_empty_hypervisor_lists_all_builds(store, admin):
    build = db.agent_build_create(admin, TRIPLE)
    assert db.agent_build_get_all(admin, "") == [build]
    assert db.agent_build_get_all(admin, "xen") == []
