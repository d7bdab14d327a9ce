"""The metadata of an instance: concurrent callers, and invalid keys."""

import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.tables.table import table
from tests.threads import at_once

UUID = "11111111-0000-4000-8000-000000000001"


def test_concurrent_replacements_keep_the_pairs_of_one(store, admin):
    db.instance_create(admin, {"uuid": UUID, "metadata": {"old": "0"}})
    sets = [{f"k{n}": "1", "shared": str(n)} for n in range(4)]
    for _round in range(3):
        found = at_once(
            *(lambda pairs=pairs: db.instance_metadata_update(admin, UUID, pairs, True)
              for pairs in sets)
        )  # fmt: skip
        assert found == sets
        assert db.instance_metadata_get(admin, UUID) in sets


def test_concurrent_replacement_and_addition_duplicate_no_key(store, admin):
    db.instance_create(admin, {"uuid": UUID})
    replaced, added = {"a": "1", "b": "1"}, {"b": "2", "c": "2"}
    found = at_once(
        lambda: db.instance_metadata_update(admin, UUID, replaced, True),
        lambda: db.instance_metadata_update(admin, UUID, added, False),
    )
    assert found == [replaced, added]
    stays = db.instance_metadata_get(admin, UUID)
    assert stays.items() <= {**replaced, **added}.items() | replaced.items()


@pytest.mark.parametrize("pairs", [{1: "a", "1": "b"}, {None: "a"}])
def test_equal_or_empty_keys_are_refused(store, admin, pairs):
    with pytest.raises(exception.InvalidInput, match="keys must be distinct text"):
        db.instance_create(admin, {"metadata": pairs})
    assert db.instance_get_all(admin) == []


def test_metadata_of_an_unknown_instance_is_refused(store, admin):
    for update in (db.instance_metadata_update, db.instance_system_metadata_update):
        with pytest.raises(exception.InstanceNotFound):
            update(admin, "nobody", {"a": "b"}, False)
    assert table("instance_metadata").count({}) == 0


@pytest.mark.parametrize("read_deleted", ["yes", "only"])
def test_system_metadata_update_changes_live_rows_only(store, admin, read_deleted):
    uuid = db.instance_create(admin, {"system_metadata": {"a": "1"}})["uuid"]
    db.instance_system_metadata_update(admin, uuid, {}, True)
    context = admin.elevated(read_deleted=read_deleted)
    db.instance_system_metadata_update(context, uuid, {"a": "2"}, False)
    assert db.instance_system_metadata_get(admin, uuid) == {"a": "2"}
    everything = admin.elevated(read_deleted="yes")
    assert db.instance_system_metadata_get(everything, uuid) == {"a": "2"}
