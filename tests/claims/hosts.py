"""Compute nodes, services, aggregates and flavors, and their pairs."""

from datetime import datetime

from nova_docdb import db
from tests.claims.scenario import ADMIN, calls, claim, live, no_two_live, one_wins, won

NODE = {
    **dict.fromkeys(("service_id", "vcpus", "memory_mb", "local_gb", "vcpus_used"), 1),
    **dict.fromkeys(("memory_mb_used", "local_gb_used", "hypervisor_version"), 1),
    "hypervisor_type": "kvm",
    "cpu_info": "{}",
    "stats": {"a": "1", "b": "2"},
}
FLAVOR = {"name": "n", "flavorid": "f", "memory_mb": 1, "vcpus": 1}


@claim("compute_node_create", "compute_node_get_all")
def a_node_is_never_read_without_its_stats(simulation, _faulty):
    outcomes = simulation.run(
        lambda: db.compute_node_create(ADMIN, NODE),
        *[lambda: db.compute_node_get_all(ADMIN)] * 2,
    )
    for reader in won(outcomes[1:]):
        assert all(len(node["stats"]) == 2 for node in reader.value)


def destroyed_once(function, prepare, *arguments):
    """Claim that one of several equal destroys succeeds."""

    def one_of_equal_destroys_succeeds(simulation, faulty):
        prepare()
        one_wins(simulation.run(*calls(function, *[(ADMIN, *arguments)] * 3)), faulty)

    one_of_equal_destroys_succeeds.__name__ = f"one_{function.__name__}_succeeds"
    claim(function.__name__)(one_of_equal_destroys_succeeds)


for destroy, prepared, named in (
    (db.aggregate_delete, lambda: db.aggregate_create(ADMIN, {"name": "a"}, {"k": "v"}), 1),
    (db.compute_node_delete, lambda: db.compute_node_create(ADMIN, NODE), 1),
    (db.instance_type_destroy, lambda: db.instance_type_create(ADMIN, FLAVOR), "n"),
    (db.security_group_rule_destroy, lambda: db.security_group_rule_create(ADMIN, {}), 1),
    (db.service_destroy, lambda: db.service_create(ADMIN, {}), 1),
):
    destroyed_once(destroy, prepared, named)


@claim("compute_node_update")
def a_stat_has_one_live_row(simulation, faulty):
    db.compute_node_create(ADMIN, NODE)
    outcomes = simulation.run(
        *calls(
            db.compute_node_update,
            *((ADMIN, 1, {"stats": {"b": str(n), "c": str(n)}}) for n in range(3)),
        )
    )
    no_two_live("compute_node_stats", "compute_node_id", "key")
    assert faulty or len(won(outcomes)) == 3
    assert faulty or len(live("compute_node_stats")) == 3


@claim("service_update")
def updates_of_a_service_are_all_kept(simulation, faulty):
    db.service_create(ADMIN, {"host": "h", "report_count": 0})
    simulation.run(
        lambda: db.service_update(ADMIN, 1, {"report_count": 1}),
        lambda: db.service_update(ADMIN, 1, {"disabled": True}),
    )
    (row,) = live("services")
    assert faulty or (row["report_count"], row["disabled"]) == (1, True)


@claim("aggregate_create", "aggregate_get_all")
def an_aggregate_is_never_read_without_its_metadata(simulation, faulty):
    *readers, created = simulation.run(
        *[lambda: db.aggregate_get_all(ADMIN)] * 2,
        lambda: db.aggregate_create(ADMIN, {"name": "a"}, {"k": "v"}),
    )
    for reader in won(readers):
        assert all(found["metadetails"] == {"k": "v"} for found in reader.value)
    assert faulty or created.error is None


@claim("aggregate_update")
def an_aggregate_name_is_given_once(simulation, faulty):
    for name in "abc":
        db.aggregate_create(ADMIN, {"name": name})
    outcomes = simulation.run(
        *calls(db.aggregate_update, *((ADMIN, n, {"name": "new"}) for n in (1, 2, 3)))
    )
    no_two_live("aggregates", "name")
    one_wins(outcomes, faulty)


@claim("aggregate_host_add")
def a_host_is_in_an_aggregate_once(simulation, faulty):
    db.aggregate_create(ADMIN, {"name": "a"})
    one_wins(simulation.run(*calls(db.aggregate_host_add, *[(ADMIN, 1, "h")] * 3)), faulty)
    no_two_live("aggregate_hosts", "aggregate_id", "host")


@claim("aggregate_metadata_add")
def a_key_of_an_aggregate_has_one_live_row(simulation, faulty):
    db.aggregate_create(ADMIN, {"name": "a"})
    outcomes = simulation.run(
        *calls(
            db.aggregate_metadata_add, *((ADMIN, 1, {"a": str(n), "b": str(n)}) for n in range(3))
        )
    )
    no_two_live("aggregate_metadata", "aggregate_id", "key")
    assert faulty or len(won(outcomes)) == 3
    assert faulty or len(live("aggregate_metadata")) == 2


@claim("instance_type_extra_specs_update_or_create")
def an_extra_spec_has_one_live_row(simulation, faulty):
    db.instance_type_create(ADMIN, FLAVOR)
    outcomes = simulation.run(
        *calls(
            db.instance_type_extra_specs_update_or_create,
            *((ADMIN, "f", {"a": str(n), "b": str(n)}) for n in range(3)),
        )
    )
    no_two_live("instance_type_extra_specs", "instance_type_id", "key")
    assert faulty or len(won(outcomes)) == 3
    assert faulty or len(live("instance_type_extra_specs")) == 2


@claim("instance_type_access_add")
def a_project_gets_access_once(simulation, faulty):
    db.instance_type_create(ADMIN, FLAVOR)
    one_wins(simulation.run(*calls(db.instance_type_access_add, *[(ADMIN, "f", "p")] * 3)), faulty)
    no_two_live("instance_type_projects", "instance_type_id", "project_id")


@claim("task_log_begin_task")
def a_task_runs_once(simulation, faulty):
    moment = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC
    outcomes = simulation.run(
        *calls(db.task_log_begin_task, *[(ADMIN, "audit", moment, moment, "h")] * 3)
    )
    one_wins(outcomes, faulty)
