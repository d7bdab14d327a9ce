"""A uuid has one instance, read completely or not at all; one of equal expected states succeeds."""

from collections import Counter

from nova_docdb import db, exception
from nova_docdb.config import CONF
from tests.claims.scenario import (
    ADMIN,
    USER,
    UUIDS,
    an_instance,
    calls,
    claim,
    live,
    no_two_live,
    one_wins,
    won,
)


def check_complete(instance):
    assert {pair["key"] for pair in instance["metadata"]} == {"a", "b"}
    assert instance["info_cache"] is not None
    assert [group["name"] for group in instance["security_groups"]] == ["default"]


COMPLETE = {"project_id": "acme", "metadata": {"a": "1", "b": "2"}, "security_groups": ["default"]}


@claim("instance_create")
def one_uuid_is_one_instance(simulation, faulty):
    outcomes = simulation.run(
        *calls(db.instance_create, *[(USER, {**COMPLETE, "uuid": UUIDS[0]})] * 3)
    )
    rows = live("instances")
    assert len(rows) <= 1
    for row in rows:
        check_complete(db.instance_get(ADMIN, row["id"]))
    one_wins(outcomes, faulty)


@claim("instance_create")
def a_project_of_two_first_instances_has_one_default_group(simulation, faulty):
    outcomes = simulation.run(
        *calls(db.instance_create, *((USER, {**COMPLETE, "uuid": uuid}) for uuid in UUIDS[:2]))
    )
    no_two_live("security_groups", "project_id", "name")
    for outcome in won(outcomes):
        check_complete(outcome.value)
    assert faulty or len(won(outcomes)) == 2


@claim("instance_create", "instance_get_all")
def an_instance_is_never_read_incomplete(simulation, _faulty):
    seen = simulation.run(
        lambda: db.instance_create(USER, {**COMPLETE, "uuid": UUIDS[0]}),
        *[lambda: db.instance_get_all(ADMIN)] * 2,
    )
    for reader in won(seen[1:]):
        for instance in reader.value:
            check_complete(instance)


@claim("instance_create")
def a_host_name_of_a_scope_is_given_once(simulation, faulty):
    CONF.set_override("osapi_compute_unique_server_name_scope", "global")
    try:
        outcomes = simulation.run(
            *calls(
                db.instance_create,
                *((USER, {"uuid": uuid, "hostname": name})
                  for uuid, name in zip(UUIDS, ("web", "WEB", "web"), strict=False)),
            )
        )  # fmt: skip
    finally:
        CONF.clear_override("osapi_compute_unique_server_name_scope")
    assert len(live("instances")) <= 1
    one_wins(outcomes, faulty)


@claim("instance_update")
def one_of_equal_expected_states_succeeds(simulation, faulty):
    an_instance()
    outcomes = simulation.run(
        *calls(
            db.instance_update,
            *((USER, UUIDS[0], {"expected_task_state": None, "task_state": f"t{n}"})
              for n in range(3)),
        )
    )  # fmt: skip
    one_wins(outcomes, faulty)


@claim("instance_update_and_get_original")
def every_original_is_what_the_write_replaced(simulation, faulty):
    an_instance(task_state="t")
    outcomes = simulation.run(
        *calls(
            db.instance_update_and_get_original,
            *((USER, UUIDS[0], {"task_state": f"t{n}"}) for n in range(3)),
        )
    )
    originals = Counter(outcome.value[0]["task_state"] for outcome in won(outcomes))
    assert all(count == 1 for count in originals.values()), originals
    if not faulty:
        (row,) = live("instances")
        # The originals and the current state are the first state and the three that were set.
        assert originals + Counter([row["task_state"]]) == Counter(["t", "t0", "t1", "t2"])


@claim("instance_destroy")
def one_of_several_destroys_succeeds(simulation, faulty):
    an_instance()
    one_wins(simulation.run(*calls(db.instance_destroy, *[(USER, UUIDS[0])] * 3)), faulty)


@claim("instance_destroy", "constraint", "instance_update")
def a_constraint_holds_at_the_delete(simulation, faulty):
    an_instance(host="h1")
    on_h1 = db.constraint(host=db.equal_any("h1"))
    destroyed, moved = simulation.run(
        lambda: db.instance_destroy(USER, UUIDS[0], on_h1),
        lambda: db.instance_update(USER, UUIDS[0], {"host": "h2"}),
    )
    one_wins([destroyed, moved], faulty)
    if destroyed.value is not None:
        assert destroyed.value["host"] == "h1"
    if isinstance(destroyed.error, exception.ConstraintNotMet):
        assert len(live("instance_info_caches")) == 1
    if moved.value is not None:
        assert live("instances")[0]["host"] == "h2"


@claim("instance_test_and_set")
def one_of_equal_tests_sets(simulation, faulty):
    an_instance()
    outcomes = simulation.run(
        *calls(
            db.instance_test_and_set,
            *((USER, UUIDS[0], "task_state", [None, ""], f"t{n}") for n in range(3)),
        )
    )
    one_wins(outcomes, faulty)


@claim("instance_info_cache_update")
def a_cache_is_updated_and_never_duplicated(simulation, faulty):
    an_instance()
    db.instance_info_cache_delete(ADMIN, UUIDS[0])
    outcomes = simulation.run(
        *calls(
            db.instance_info_cache_update,
            *((ADMIN, UUIDS[0], {"network_info": f"[{n}]"}) for n in range(3)),
        )
    )
    rows = live("instance_info_caches")
    assert len(rows) <= 1
    if not faulty:
        assert len(won(outcomes)) == 3
        assert rows[0]["network_info"] in {"[0]", "[1]", "[2]"}


@claim("instance_metadata_update")
def a_metadata_key_has_one_live_row(simulation, _faulty):
    an_instance()
    won(
        simulation.run(
            *calls(
                db.instance_metadata_update,
                (USER, UUIDS[0], {"a": "1", "b": "1"}, False),
                (USER, UUIDS[0], {"b": "2", "a": "2"}, False),
                (USER, UUIDS[0], {"a": "3"}, True),
            )
        )
    )
    no_two_live("instance_metadata", "instance_uuid", "key")


@claim("instance_metadata_update", "instance_update")
def replaced_metadata_is_of_one_caller(simulation, faulty):
    an_instance(metadata={"a": "0"})
    sets = [{"a": "1", "b": "1"}, {"a": "2", "c": "2"}, {"d": "3"}]
    first, second, third = sets
    outcomes = simulation.run(
        lambda: db.instance_metadata_update(USER, UUIDS[0], first, True),
        lambda: db.instance_metadata_update(USER, UUIDS[0], second, True),
        lambda: db.instance_update(USER, UUIDS[0], {"metadata": third}),
    )
    assert faulty or len(won(outcomes)) == 3
    assert faulty or db.instance_metadata_get(USER, UUIDS[0]) in sets
    # A later call replaces any result of the concurrent calls.
    db.instance_metadata_update(USER, UUIDS[0], {"e": "4"}, True)
    assert db.instance_metadata_get(USER, UUIDS[0]) == {"e": "4"}


@claim("instance_destroy")
def nothing_of_a_destroyed_instance_stays_live(simulation, faulty):
    an_instance(metadata={"a": "1", "b": "2"}, security_groups=["default"])
    destroyed, *readers = simulation.run(
        lambda: db.instance_destroy(USER, UUIDS[0]), *[lambda: db.instance_get_all(ADMIN)] * 2
    )
    won([destroyed, *readers])
    names = ("instance_info_caches", "instance_metadata", "security_group_instance_association")
    if not faulty:
        assert [live(name) for name in ("instances", *names)] == [[], [], [], []]
    elif live("instances"):
        check_complete(db.instance_get_by_uuid(ADMIN, UUIDS[0]))


@claim("instance_system_metadata_update")
def a_system_metadata_key_has_one_live_row(simulation, faulty):
    an_instance()
    outcomes = simulation.run(
        *calls(
            db.instance_system_metadata_update,
            *((USER, UUIDS[0], {"a": str(n), "b": str(n)}, False) for n in range(3)),
        )
    )
    no_two_live("instance_system_metadata", "instance_uuid", "key")
    if not faulty:
        assert len(won(outcomes)) == 3
        assert db.instance_system_metadata_get(USER, UUIDS[0]).keys() == {"a", "b"}


@claim("migration_update")
def updates_of_two_columns_are_both_kept(simulation, faulty):
    db.migration_create(ADMIN, {"instance_uuid": UUIDS[0]})
    simulation.run(
        lambda: db.migration_update(ADMIN, 1, {"status": "done"}),
        lambda: db.migration_update(ADMIN, 1, {"dest_host": "h"}),
    )
    row = db.migration_get(ADMIN, 1)
    assert faulty or (row["status"], row["dest_host"]) == ("done", "h")
