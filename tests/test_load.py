"""The load check detects losses and double allocations."""

import pytest

from nova_docdb import db, testing
from nova_docdb.mongo.store import connection
from tests import load


@pytest.fixture(scope="module")
def told():
    told = load.Told()
    with testing.embedded_store():
        load.prepare(addresses=100)
        for number in range(3):
            told.add(load.Worker(number, lambda: None).work(120))
        yield told


def test_correct_results_pass_the_check(told):
    assert load.told_wrong(told) == ([], [])
    assert told.counts["unknown"] == 0


def some(pairs):
    return next(iter(pairs.items()))


def tampered(name, where, change):
    """Return a function that changes a row without the workers' knowledge, and the original row."""
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
def test_lost_result_is_detected(told, kind):
    load.told_wrong(told)  # archives what is deleted
    collection, before = tampered(*LOST[kind](told))
    try:
        lost, double = load.told_wrong(told)
        assert kind in {what for what, *_rest in lost}
        assert double == []
    finally:
        collection.replace_one({"_id": before["_id"]}, before, upsert=True)


@pytest.mark.parametrize("kind", DOUBLE)
def test_double_effect_is_detected(told, kind):
    collection, before = tampered(*DOUBLE[kind](told))
    try:
        assert [what for what, *_rest in load.told_wrong(told)[1]] == [kind]
    finally:
        collection.replace_one({"_id": before["_id"]}, before)


def test_double_allocation_is_detected(told):
    other = load.Told()
    other.add(told)
    (_owner, address), (project, network) = some(told.fixed), some(told.networks)
    other.fixed["another"] = address
    other.networks[f"not {project}"] = network
    key, number = some(told.winners)[0], some(told.numbers)[0]
    other.winners[key] += 2
    other.numbers[number] = other.numbers[number] | {99999}
    other.originals["uuid", "state"] += 2
    assert {what for what, *_rest in load.told_wrong(other)[1]} == {
        "address",
        "network",
        "unique",
        "number",
        "original",
    }


def test_address_without_a_known_owner_is_leaked(told):
    assert load.leaked(told) == 0
    address = db.fixed_ip_associate_pool(load.ADMIN, 1, load.SHARED[0])
    assert load.leaked(told) == 1
    db.fixed_ip_disassociate(load.ADMIN, address)
    assert load.leaked(told) == 0
