"""Servers that die under load: nothing acknowledged is lost, nothing is given twice.

Eight threads boot and delete instances against one project's quota and one pool of addresses while
the server is killed with -9, stepped down, or restarted. A call whose connection broke has an
unknown outcome, and its worker goes on; what was acknowledged is held against the store at the end.
"""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from pymongo.errors import InvalidOperation

from nova_docdb import clock, context, db, exception
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo import check, connection
from nova_docdb.mongo.joins import table
from tests import servers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(servers.find_mongod() is None, reason="no mongod here"),
]

ADMIN = context.get_admin_context()
WORKERS = 8
ROUNDS = 40
LIMIT = WORKERS * ROUNDS

RESOURCES = {"instances": SimpleNamespace(name="instances", sync=lambda *_a, **_k: {})}


@pytest.fixture
def standalone():
    server = servers.Mongod()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def replica_set():
    server = servers.ReplicaSet(3)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def connected():
    def connect(url):
        connection.close()
        head, _, options = url.partition("?")
        options = "&".join(filter(None, [options, "serverSelectionTimeoutMS=30000"]))
        CONF.set_override("connection", f"{head}nova?{options}", group="mongo")
        db_sync(default_flavors=False)

    yield connect
    connection.close()
    CONF.clear_override("connection", group="mongo")


class Load:
    """What the workers were told."""

    def __init__(self):
        self.counts = Counter()
        self.instances = {}
        self.addresses = {}
        self.committed = 0
        self._lock = threading.Lock()

    def work(self, number):
        tenant = context.RequestContext(f"user{number}", "acme")
        for _round in range(ROUNDS):
            try:
                self._boot(tenant)
            except exception.DBConnectionError:
                self._count("unknown")

    def _boot(self, tenant):
        expire = clock.utcnow() + timedelta(hours=1)
        quotas, deltas = {"instances": LIMIT}, {"instances": 1}
        uuids = db.quota_reserve(tenant, RESOURCES, quotas, deltas, expire, None, 0)
        self._count("reserved")
        uuid = db.instance_create(tenant, {"project_id": "acme", "metadata": {"a": "b"}})["uuid"]
        with self._lock:
            self.instances[uuid] = "b"
        self._count("created")
        address = db.fixed_ip_associate_pool(ADMIN, 1, uuid)
        with self._lock:
            self.addresses[uuid] = address
        self._count("addresses")
        db.reservation_commit(tenant, uuids)
        self._count("committed")

    def _count(self, event):
        with self._lock:
            self.counts[event] += 1


def run(harm):
    """Run the load while ``harm`` is done, and return it."""
    db.network_create_safe(ADMIN, {})
    rows = [{"address": f"10.0.{n // 250}.{n % 250}", "network_id": 1} for n in range(2 * LIMIT)]
    db.fixed_ip_bulk_create(ADMIN, rows)
    load = Load()
    with ThreadPoolExecutor(WORKERS + 1) as pool:
        harming = pool.submit(harm, load)
        for worker in [pool.submit(load.work, number) for number in range(WORKERS)]:
            worker.result()
        harming.result()
    return load


def lost_and_double(load):
    """Hold what was acknowledged against the store; return how much is lost and given twice."""
    stored = {row["uuid"] for row in table("instances").find({"deleted": 0})}
    lost = len(load.instances.keys() - stored)
    metadata = table("instance_metadata").find({"deleted": 0})
    lost += len(load.instances.keys() - {row["instance_uuid"] for row in metadata})
    owned = {
        row["instance_uuid"]: row["address"]
        for row in table("fixed_ips").find({"network_id": 1, "deleted": 0})
        if row["instance_uuid"]
    }
    lost += sum(owned.get(uuid) != address for uuid, address in load.addresses.items())
    double = len(load.addresses) - len(set(load.addresses.values()))
    return lost, double


def usage():
    return db.quota_usage_get(ADMIN, "acme", "instances")


def assert_sound(load, capsys, title):
    lost, double = lost_and_double(load)
    before = usage()
    with capsys.disabled():
        shown = ", ".join(f"{event} {count}" for event, count in sorted(load.counts.items()))
        print(f"\n{title}: {shown}; lost {lost}, double {double}")  # noqa: T201 - the figures
    assert (lost, double) == (0, 0)
    assert load.counts["committed"] > 0
    assert before["in_use"] >= load.counts["committed"]
    assert before["in_use"] + before["reserved"] <= LIMIT
    rows = table("reservations")
    rows.update_all(rows.live, {"expire": clock.utcnow() - timedelta(hours=1)})
    db.reservation_expire(ADMIN)
    assert usage()["reserved"] == 0
    kinds = {finding.kind for finding in check.findings()}
    assert kinds <= {"row of an instance that is gone"}


def when(load, created):
    """Wait until so many instances were created."""
    deadline = time.monotonic() + 60
    while load.counts["created"] < created and time.monotonic() < deadline:
        time.sleep(0.01)


def test_standalone_killed_and_started_again(standalone, connected, capsys):
    connected(standalone.url)

    def harm(load):
        for created in (LIMIT // 5, LIMIT // 2):
            when(load, created)
            standalone.kill()
            time.sleep(0.5)
            standalone.start()

    assert_sound(run(harm), capsys, "standalone, killed twice")


def test_primary_steps_down(replica_set, connected, capsys):
    connected(replica_set.url)

    def harm(load):
        for created in (LIMIT // 5, LIMIT // 2):
            when(load, created)
            replica_set.step_down()

    assert_sound(run(harm), capsys, "replica set, two step-downs")


def test_primary_killed_and_a_node_restarted(replica_set, connected, capsys):
    connected(replica_set.url)

    def harm(load):
        when(load, LIMIT // 4)
        killed = replica_set.primary()
        killed.kill()
        when(load, LIMIT // 2)
        killed.start()

    assert_sound(run(harm), capsys, "replica set, primary killed")


def test_server_that_was_away_for_ten_seconds(standalone, connected):
    connected(standalone.url)
    db.cell_create(ADMIN, {"name": "before"})
    standalone.kill()
    with pytest.raises(exception.DBConnectionError):
        db.cell_create(ADMIN, {"name": "unknown"})
    back = threading.Timer(10, standalone.start)
    back.start()
    db.cell_create(ADMIN, {"name": "after"})
    back.join()
    assert [cell["name"] for cell in db.cell_get_all(ADMIN)] == ["before", "after"]


def test_close_leaves_no_thread_behind(standalone, connected):
    connected(standalone.url)
    client = connection.current().client
    db.cell_get_all(ADMIN)
    before = threading.active_count()
    connection.close()
    deadline = time.monotonic() + 10
    while threading.active_count() >= before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() < before
    with pytest.raises(InvalidOperation):
        client.admin.command("ping")
