"""The load check detects losses and double allocations."""

import pytest

from nova_docdb import db, testing
from nova_docdb.mongo.store import connection
from tests import load


@pytest.fixture(scope="module")
def results():
    results = load.Results()
    with testing.embedded_store():
        load.prepare(addresses=100)
        for number in range(3):
            results.add(load.Worker(number, lambda: None).work(120))
        yield results


def test_correct_results_pass_the_check(results):
    assert load.wrong_results(results) == ([], [])
    assert results.counts["unknown"] == 0


def some(pairs):
    return next(iter(pairs.items()))


def tampered(name, where, change):
    """Return a function that changes a row behind the workers, and the original row."""
    collection = connection.get_database()[name]
    before = collection.find_one(where)
    collection.update_one({"_id": before["_id"]}, {"$set": change})
    return collection, before


LOST = {
    "fixed": lambda t: ("fixed_ips", {"instance_uuid": some(t.fixed)[0]}, {"instance_uuid": "x"}),
    "floating": lambda t: (
        "floating_ips",
        {"project_id": some(t.floating)[0]},
        {"project_id": "x"},
    ),
    "network": lambda t: ("networks", {"_id": some(t.networks)[1]}, {"project_id": "x"}),
    "instance": lambda t: ("instances", {"uuid": some(t.instances)[0]}, {"deleted": 1}),
    "metadata": lambda t: (
        "instance_metadata",
        {"instance_uuid": some(t.instances)[0], "deleted": 0},
        {"value": "x"},
    ),
    "reads": lambda t: ("volume_usage_cache", {}, {"tot_reads": t.reads - 1}),
    "committed": lambda t: (
        "quota_usages",
        {"resource": "units"},
        {"in_use": t.committed - 1},
    ),
    "key_pairs": lambda _t: ("key_pairs", {}, {"deleted": 1}),
    "archived": lambda t: ("shadow_instances", {"uuid": next(iter(t.destroyed))}, {"uuid": "x"}),
}

DOUBLE = {
    "committed": lambda t: ("quota_usages", {"resource": "units"}, {"in_use": t.committed + 1}),
    "reads": lambda t: ("volume_usage_cache", {}, {"tot_reads": t.reads + 1}),
}


@pytest.mark.parametrize("kind", LOST)
def test_lost_result_is_detected(results, kind):
    load.wrong_results(results)  # archives what is deleted
    collection, before = tampered(*LOST[kind](results))
    try:
        lost, double = load.wrong_results(results)
        assert kind in {what for what, *_rest in lost}
        assert double == []
    finally:
        collection.replace_one({"_id": before["_id"]}, before, upsert=True)


@pytest.mark.parametrize("kind", DOUBLE)
def test_double_effect_is_detected(results, kind):
    collection, before = tampered(*DOUBLE[kind](results))
    try:
        assert [what for what, *_rest in load.wrong_results(results)[1]] == [kind]
    finally:
        collection.replace_one({"_id": before["_id"]}, before)


def test_double_allocation_is_detected(results):
    other = load.Results()
    other.add(results)
    (_owner, address), (project, network) = some(results.fixed), some(results.networks)
    other.fixed["another"] = address
    other.networks[f"not {project}"] = network
    key, number = some(results.winners)[0], some(results.numbers)[0]
    other.winners[key] += 2
    other.numbers[number] = other.numbers[number] | {99999}
    other.originals["uuid", "state"] += 2
    assert {what for what, *_rest in load.wrong_results(other)[1]} == {
        "address",
        "network",
        "unique",
        "number",
        "original",
    }


def test_address_without_a_known_owner_is_leaked(results):
    assert load.leaked(results) == 0
    address = db.fixed_ip_associate_pool(load.ADMIN, 1, load.SHARED[0])
    assert load.leaked(results) == 1
    db.fixed_ip_disassociate(load.ADMIN, address)
    assert load.leaked(results) == 0
