"""A worker that dies between two writes: after every command of a call, on the embedded store."""

import itertools

import pytest

from nova_docdb import context, db, exception, testing
from nova_docdb.mongo.tables.table import table

UUID = "a1b2c3d4-0000-4000-8000-000000000001"

WHOLE = {
    "uuid": UUID,
    "project_id": "project1",
    "metadata": {"a": "1", "b": "2"},
    "system_metadata": {"s": "t"},
    "info_cache": {"network_info": "[]"},
    "security_groups": ["default"],
}

ANYONE = context.get_admin_context(read_deleted="yes")


class WorkerDied(Exception):
    """Raised in place of the first command that the dead worker does not send."""


@pytest.fixture
def deaths(embedded, user):
    """Yield once for every command of a call; that command and all later ones are not sent."""

    # As on a standalone server: a transaction leaves nothing.
    embedded.has_transactions = False

    def deaths(prepare, call):
        for survived in itertools.count():
            testing.clear()
            prepare()
            commands = itertools.count()

            def run(_collection, _command, step, commands=commands, survived=survived):
                if next(commands) >= survived:
                    raise WorkerDied
                return step()

            embedded.runner = run
            try:
                call()
            except WorkerDied:
                embedded.runner = None
                yield survived
            else:
                embedded.runner = None
                assert survived > 3  # the call has sent commands
                return

    return deaths


def test_creator_that_dies_leaves_no_instance_and_does_not_block_others(deaths, user):
    for _survived in deaths(lambda: None, lambda: db.instance_create(user, WHOLE)):
        assert db.instance_get_all(ANYONE) == []
        created = db.instance_create(user, {**WHOLE, "uuid": None})
        assert [len(created[name]) for name in ("metadata", "system_metadata")] == [2, 1]
        assert [group["name"] for group in created["security_groups"]] == ["default"]
        assert len(db.security_group_get_all(ANYONE)) == 1


def test_destroyer_that_dies_leaves_the_instance_complete_or_destroyed(deaths, user):
    def prepare():
        db.instance_create(user, WHOLE)

    def destroy():
        db.instance_destroy(user, UUID)

    for _survived in deaths(prepare, destroy):
        instance = db.instance_get_by_uuid(ANYONE, UUID)
        if instance["deleted"]:
            with pytest.raises(exception.InstanceNotFound):
                db.instance_destroy(user, UUID)
            assert db.security_group_in_use(ANYONE, 1) is False
        else:
            assert len(instance["metadata"]) == 2
            assert len(instance["security_groups"]) == 1


def test_updater_that_dies_leaves_the_row_unchanged_or_updated(deaths, user):
    values = {
        "host": "h",
        "vm_state": "active",
        "expected_task_state": None,
        "metadata": {"a": "9"},
    }

    def prepare():
        db.instance_create(user, WHOLE)

    for _survived in deaths(prepare, lambda: db.instance_update(user, UUID, values)):
        instance = db.instance_get_by_uuid(user, UUID)
        assert (instance["host"], instance["vm_state"]) in {(None, None), ("h", "active")}
        keys = [row["key"] for row in table("instance_metadata").find({"deleted": 0})]
        assert len(keys) == len(set(keys))
        after = db.instance_update(user, UUID, values)
        assert {row["key"]: row["value"] for row in after["metadata"]} == {"a": "9"}
