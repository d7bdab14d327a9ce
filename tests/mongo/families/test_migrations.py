"""Migrations beyond the recorded answers."""

import pytest

from nova_docdb import db, exception

HERE = {"source_compute": "h", "source_node": "n"}


def in_progress(admin):
    return db.migration_get_in_progress_by_host_and_node(admin, "h", "n")


@pytest.mark.parametrize("status", ["pre-migrating", "error", "finished"])
def test_migration_is_in_progress_until_it_is_confirmed_or_reverted(store, admin, status):
    migration = db.migration_create(admin, {**HERE, "status": status})
    assert [row["id"] for row in in_progress(admin)] == [migration["id"]]
    db.migration_update(admin, migration["id"], {"status": "confirmed"})
    assert in_progress(admin) == []


def test_migration_without_a_status_is_not_in_progress(store, admin):
    db.migration_create(admin, HERE)
    assert in_progress(admin) == []


def test_migration_within_one_node_is_listed_once(store, admin):
    there = {"dest_compute": "h", "dest_node": "n"}
    db.migration_create(admin, {**HERE, **there, "status": "migrating"})
    assert len(in_progress(admin)) == 1


def test_migration_includes_its_live_instance_with_system_metadata(store, admin):
    uuid = db.instance_create(admin, {"system_metadata": {"a": "b"}})["uuid"]
    db.migration_create(admin, {**HERE, "status": "migrating", "instance_uuid": uuid})
    (row,) = in_progress(admin)
    assert [pair["value"] for pair in row["instance"]["system_metadata"]] == ["b"]
    db.instance_destroy(admin, uuid)
    (row,) = in_progress(admin)
    assert row["instance"] is None


def test_lowest_id_of_several_migrations_of_a_status_is_returned(store, admin):
    values = {"instance_uuid": "i", "status": "finished"}
    first, _second = (db.migration_create(admin, values) for _ in range(2))
    assert db.migration_get_by_instance_and_status(admin, "i", "finished")["id"] == first["id"]
    with pytest.raises(exception.MigrationNotFoundByStatus):
        db.migration_get_by_instance_and_status(admin, "i", "error")


def test_migration_that_was_never_updated_is_not_unconfirmed(store, admin):
    migration = db.migration_create(admin, {"status": "finished", "dest_compute": "h"})
    assert db.migration_get_unconfirmed_by_dest_compute(admin, 0, "h") == []
    db.migration_update(admin, migration["id"], {"dest_host": "10.0.0.1"})
    assert len(db.migration_get_unconfirmed_by_dest_compute(admin, 0, "h")) == 1
