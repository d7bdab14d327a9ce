"""Faults injected step by step: naive variants are caught, the API is correct.

A member is cut off while its callers still reach it, or does not replicate.
"""

import contextlib
import threading

import pytest
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern

from nova_docdb import db
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection, late_requests
from tests.network import scenarios
from tests.network.history import OK, UNKNOWN, History, Operation, Recorder
from tests.network.judge import judge
from tests.network.worker import ADMIN, LIMIT, PROJECT, Worker, connect, summary
from tests.threads import wait_until

pytestmark = pytest.mark.slow

A, B = (f"{n:08d}-0000-4000-9000-000000000001" for n in (1, 2))


@pytest.fixture(scope="module")
def slow_to_step_down(cluster):
    """A replica set whose primary stays primary for 20 seconds after it is cut off."""
    with cluster.primary().client() as client:
        config = client.admin.command("replSetGetConfig")["config"]
        config["version"] += 1
        config["settings"].update(electionTimeoutMillis=20_000, heartbeatTimeoutSecs=2)
        client.admin.command("replSetReconfig", config)
    return cluster


@pytest.fixture
def prepared(slow_to_step_down):
    with connection.set_aside():
        # A member that was deposed undoes its operations before it serves reads.
        wait_until(lambda: all(map(serves_reads, slow_to_step_down.nodes)))
        scenarios.prepare(slow_to_step_down)
        yield slow_to_step_down
        slow_to_step_down.heal()
        CONF.reset()


@pytest.fixture
def deposed(prepared):
    """The primary, cut off from the other members, but not from callers."""
    primary = prepared.primary()
    for other in prepared.others(primary):
        prepared.separate(primary, other)
    yield primary
    late_requests.forget()


@pytest.fixture
def recorder():
    return Recorder("caller 1")


def reach(cluster, node, options="", milliseconds=1500):
    """Connect to one node, through its proxy."""
    address = cluster.proxies[node].address
    connect(f"mongodb://{address}/nova?directConnection=true{options}", milliseconds)


def replace(cluster, deposed):
    """Have another primary elected, and the old one learn of it."""
    others = cluster.others(deposed)
    with others[0].client() as client, contextlib.suppress(OperationFailure):
        # If the other one is a candidate already, it is elected.
        client.admin.command("replSetStepUp")
    elected = wait_until(lambda: next(filter(is_primary, others), None))
    with elected.client() as client:
        # The new one has a majority before the old one is back.
        client.nova.elections.insert_one({})
    cluster.heal()
    wait_until(lambda: not is_primary(deposed))


def is_primary(node):
    return hello(node)["isWritablePrimary"]


def serves_reads(node):
    state = hello(node)
    return state["isWritablePrimary"] or state["secondary"]


def hello(node):
    with node.client() as client:
        return client.admin.command("hello")


def verdict(cluster, recorder):
    late_requests.forget()
    connection.close()
    stored = scenarios.at_the_end(cluster)
    return judge(History(recorder.operations), stored, limit=LIMIT)


def claim(recorder, uuid):
    return recorder.call(
        Operation("claim", uuid), lambda: db.fixed_ip_associate_pool(ADMIN, 1, uuid)
    )


def test_claim_that_one_member_acknowledged_is_lost_and_caught(prepared, deposed, recorder):
    CONF.set_override("allow_weak_writes", True, group="mongo")
    reach(prepared, deposed, "&w=1")
    CONF.set_override("allow_weak_writes", True, group="mongo")
    assert claim(recorder, A).outcome == OK
    replace(prepared, deposed)
    assert set(verdict(prepared, recorder).faults) == {"lost"}


def test_claim_without_a_majority_has_an_unknown_outcome(prepared, deposed, recorder):
    reach(prepared, deposed)
    assert claim(recorder, A).outcome == UNKNOWN
    replace(prepared, deposed)
    assert verdict(prepared, recorder).faults == {}


def read_locally(node):
    """Return the owner of the first address by a local read of the node."""
    with node.client() as client:
        fixed_ips = client.nova.get_collection("fixed_ips", read_concern=ReadConcern("local"))
        return fixed_ips.find_one({"address": "10.0.0.0"})["instance_uuid"]


def test_read_of_a_claim_that_a_failover_undoes_is_caught_and_the_api_shows_none(
    prepared, deposed, recorder
):
    reach(prepared, deposed, milliseconds=4000)
    claiming = threading.Thread(target=claim, args=(recorder, A))
    claiming.start()
    wait_until(lambda: read_locally(deposed))
    local = Recorder("naive")
    local.call(Operation("read address", "10.0.0.0"), lambda: read_locally(deposed))
    read = recorder.call(
        Operation("read address", "10.0.0.0"),
        lambda: db.fixed_ip_get_by_address(ADMIN, "10.0.0.0")["instance_uuid"],
    )
    claiming.join()
    assert (read.outcome, read.answer) == (OK, None)
    replace(prepared, deposed)
    assert verdict(prepared, recorder).faults == {}
    assert set(verdict(prepared, local).faults) == {"undone"}


@pytest.fixture
def lagging(prepared):
    """A secondary that applies nothing, as while its files are copied for a backup."""
    primary = prepared.primary()
    node, other = prepared.others(primary)
    source = prepared.proxies[primary].address
    with other.client() as client:
        # If it copied from the locked one, it would apply nothing, and there would be no majority.
        client.admin.command("replSetSyncFrom", source)
        wait_until(lambda: client.admin.command("replSetGetStatus")["syncSourceHost"] == source)
    with node.client() as client:
        client.admin.command("fsync", lock=True)
        yield node
        client.admin.command("fsyncUnlock")


def list_of_two(first, second):
    """Read an instance on one node and its related rows on another, as without a snapshot."""
    patient = {"serverSelectionTimeoutMS": 20_000}
    with first.client(**patient) as one, second.client(**patient) as other:
        nodes = [client.get_database("nova", read_concern=ReadConcern("majority"))
                 for client in (one, other)]  # fmt: skip
        rows = list(nodes[0].instances.find({"project_id": PROJECT, "deleted": 0}))
        for row in rows:
            of = {"instance_uuid": row["uuid"], "deleted": 0}
            row["metadata"] = list(nodes[1].instance_metadata.find(of))
            row["system_metadata"] = list(nodes[1].instance_system_metadata.find(of))
            row["info_cache"] = nodes[1].instance_info_caches.find_one(of)
        return [summary(row) for row in rows]


def test_list_from_a_secondary_that_lags_is_whole_and_one_of_two_moments_is_caught(
    prepared, lagging, recorder
):
    connect(scenarios.url_of(prepared), 5000)
    caller = Worker(3)
    caller._recorder = recorder
    caller.create()
    assert recorder.operations[-1].outcome == OK, recorder.operations
    for _ in range(30):
        caller.list_from_secondaries()
    lists = [op for op in recorder.operations if op.kind == "list"]
    assert {op.outcome for op in lists} == {OK}
    # Each list has the complete instance, or is older than it.
    assert verdict(prepared, recorder).faults == {}
    naive = Recorder("naive")
    naive.call(Operation("list"), lambda: list_of_two(prepared.primary(), lagging))
    assert set(verdict(prepared, naive).faults) == {"half_made"}, naive.operations
