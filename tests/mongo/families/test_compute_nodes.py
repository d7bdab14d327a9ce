import pytest

from nova_docdb import db
from tests.threads import COUNT, at_once

NODE = {
    **dict.fromkeys(("service_id", "vcpus", "memory_mb", "local_gb", "vcpus_used"), 1),
    **dict.fromkeys(("memory_mb_used", "local_gb_used", "hypervisor_version"), 1),
    "hypervisor_type": "kvm",
    "cpu_info": "{}",
}


@pytest.mark.parametrize(
    ("text", "found"),
    [("_", ["a_b"]), ("%", []), ("A_B", ["a_b"]), (".", []), ("", ["a_b", "axb"])],
)
def test_search_is_literal_and_ignores_case(store, admin, text, found):
    for name in ("a_b", "axb", None):
        db.compute_node_create(admin, {**NODE, "hypervisor_hostname": name})
    nodes = db.compute_node_search_by_hypervisor(admin, text)
    assert [node["hypervisor_hostname"] for node in nodes] == found


def test_stats_are_returned_as_text(store, admin):
    created = db.compute_node_create(admin, {**NODE, "stats": {"n": 5}})
    assert created["stats"][0]["value"] == "5"
    changed = db.compute_node_update(admin, 1, {"stats": {"n": 6}})
    assert changed["stats"][0]["value"] == db.compute_node_get(admin, 1)["stats"][0]["value"] == "6"


@pytest.mark.parametrize(
    ("version", "stored"), [("1.0", 1), ("7.1", 7), ("5.1.0", 5), (7.1, 7), ("1004000", 1004000)]
)
def test_node_with_a_dotted_version_registers(store, admin, version, stored):
    created = db.compute_node_create(admin, {**NODE, "hypervisor_version": version})
    assert created["hypervisor_version"] == stored
    changed = db.compute_node_update(admin, 1, {"hypervisor_version": version})
    assert changed["hypervisor_version"] == db.compute_node_get(admin, 1)["hypervisor_version"]
    assert type(changed["hypervisor_version"]) is int


def test_statistics_of_nodes_that_report_numbers_as_text(store, admin):
    for memory in ("1024.0", "1e3", 24, 1.0):
        db.compute_node_create(admin, {**NODE, "memory_mb": memory})
    assert db.compute_node_statistics(admin)["memory_mb"] == 2049


def test_node_that_moves_has_its_new_service(store, admin):
    for host in ("host1", "host2"):
        db.service_create(admin, {"host": host})
    db.compute_node_create(admin, NODE)
    assert db.compute_node_update(admin, 1, {"service_id": 2})["service"]["host"] == "host2"


def test_values_of_the_caller_are_unchanged(store, admin):
    values = {**NODE, "stats": {"n": 5}}
    db.compute_node_create(admin, values)
    db.compute_node_update(admin, 1, values, prune_stats=True)
    assert values == {**NODE, "stats": {"n": 5}}


def test_concurrent_updates_leave_one_live_stat_per_key(store, admin):
    db.compute_node_create(admin, NODE)
    update = db.compute_node_update
    at_once(*(lambda n=n: update(admin, 1, {"stats": {"a": n, "b": n}}) for n in range(COUNT)))
    keys = sorted(stat["key"] for stat in db.compute_node_get(admin, 1)["stats"])
    assert keys == ["a", "b"]


def test_one_of_several_destroys_of_a_service_succeeds(store, admin):
    db.service_create(admin, {})
    found = at_once(*[lambda: db.service_destroy(admin, 1)] * COUNT)
    assert sum(result is None for result in found) == 1


def test_concurrent_updates_of_different_columns_are_both_kept(store, admin):
    db.service_create(admin, {})
    at_once(
        lambda: db.service_update(admin, 1, {"disabled": True}),
        lambda: db.service_update(admin, 1, {"report_count": 5}),
    )
    found = db.service_get(admin, 1)
    assert (found["disabled"], found["report_count"]) == (True, 5)


@pytest.mark.parametrize("text", ["garbage", "", "2013-01-02", "2013-01-02T03:04:05"])
def test_text_that_is_not_a_time_with_microseconds_raises_value_error(store, admin, text):
    with pytest.raises(ValueError, match="does not match format"):
        db.compute_node_create(admin, {**NODE, "created_at": text})
    assert db.compute_node_get_all(admin) == []
    created = db.compute_node_create(admin, {**NODE, "created_at": "2013-01-02T03:04:05.678000"})
    assert created["created_at"].isoformat() == "2013-01-02T03:04:05.678000"
    with pytest.raises(ValueError, match="does not match format"):
        db.compute_node_update(admin, created["id"], {"updated_at": text})


def test_statistics_beyond_64_bits_are_not_rounded(store, admin):
    for memory in (2**63 - 1, 2**63 - 1, 3):
        db.compute_node_create(admin, {**NODE, "memory_mb": memory})
    assert db.compute_node_statistics(admin)["memory_mb"] == 2**64 + 1
