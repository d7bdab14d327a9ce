"""Requests that the network delivers after their caller has given up."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace

import pytest

from nova_docdb import db, exception, testing
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.store import confirmations, connection, late_requests, snapshots
from nova_docdb.mongo.tables.table import table
from tests import servers
from tests.network.worker import connect

UUID = "a1b2c3d4-0000-4000-8000-00000000000{}"
FIXED_IPS = table("fixed_ips")
FLOATING_IPS = table("floating_ips")
NETWORKS = table("networks")


class Network:
    """A proxy that holds writes, and delivers them on the connections of their callers."""

    def __init__(self, port):
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.holds = False
        self._held = []
        threading.Thread(target=self._accept, daemon=True).start()

    def deliver(self):
        """Deliver the held requests, wait for the replies, and return the number of requests."""
        self.holds = False
        held, self._held = self._held, []
        for server, request, answered in held:
            server.sendall(request)
            assert answered.wait(20)
        return len(held)

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._port))
            answered = threading.Event()
            for way in ((client, server, answered), (server, client, answered)):
                threading.Thread(target=self._carry, args=way, daemon=True).start()

    def _carry(self, source, target, answered):
        to_server = target.getpeername()[1] == self._port
        while True:
            try:
                found = source.recv(1 << 20)
            except OSError:
                return
            if not found:
                return
            if to_server and self.holds and b"txnNumber" in found:
                answered.clear()
                self._held.append((target, found, answered))
                continue
            if not to_server:
                answered.set()
            try:
                target.sendall(found)
            except OSError:
                # The client has given up.
                continue


@pytest.fixture(scope="module")
def replica_set():
    servers.require_mongod()
    replica_set = servers.ReplicaSet(parent=servers.in_memory()).start()
    with connection.set_aside():
        connect(url_of(replica_set.nodes[0].address))
        db_sync(default_flavors=False)
    yield replica_set
    replica_set.stop()


@pytest.fixture
def network(replica_set):
    """A network between the calls and their server, which is empty."""
    network = Network(replica_set.nodes[0].port)
    with connection.set_aside():
        connect(url_of(network.address))
        testing.clear()
        connect(url_of(network.address), 400)
        FIXED_IPS.exists({})
        yield network
        CONF.reset()
    network.close()


def url_of(address):
    return f"mongodb://{address}/nova?directConnection=true"


@pytest.fixture
def addresses(network, admin):
    rows = [{"address": f"10.0.0.{n}", "network_id": 1} for n in range(1, 5)]
    db.fixed_ip_bulk_create(admin, rows)
    db.floating_ip_bulk_create(admin, [{"address": "192.0.2.1", "pool": "nova"}])
    return SimpleNamespace(fixed="10.0.0.1", floating="192.0.2.1")


@pytest.fixture
def others(monkeypatch):
    """Make the next calls like those of another process, which has no failed call."""
    for module in (confirmations, snapshots):
        monkeypatch.setattr(module, "settle", lambda: None)


def held(network, function):
    """Make a call fail while the network holds its write."""
    network.holds = True
    with pytest.raises(exception.DBConnectionError):
        function()
    network.holds = False


def taken(uuid):
    return FIXED_IPS.count(FIXED_IPS.where_live(instance_uuid=uuid))


def claim_again(admin, network):
    uuid = UUID.format(1)
    held(network, lambda: db.fixed_ip_associate_pool(admin, 1, uuid))
    with pytest.raises(exception.FixedIpNotFoundForInstance):
        db.fixed_ip_get_by_instance(admin, uuid)
    db.fixed_ip_associate_pool(admin, 1, uuid)
    assert network.deliver() >= 1
    return taken(uuid)


def test_held_claim_leaves_no_second_address(network, addresses, admin):
    assert claim_again(admin, network) == 1


def test_held_claim_that_is_not_settled_leaves_a_second_address(network, addresses, admin, others):
    assert claim_again(admin, network) == 2


def test_call_that_cannot_settle_earlier_calls_fails(network, addresses, admin):
    held(network, lambda: db.fixed_ip_associate_pool(admin, 1, UUID.format(1)))
    network.holds = True
    with pytest.raises(exception.DBConnectionError):
        db.fixed_ip_get_by_instance(admin, UUID.format(1))
    network.holds = False
    with pytest.raises(exception.FixedIpNotFoundForInstance):
        db.fixed_ip_get_by_instance(admin, UUID.format(1))
    assert late_requests._unsettled == []


def test_call_waits_while_another_thread_settles(network, addresses, admin, monkeypatch):
    uuid = UUID.format(1)
    held(network, lambda: db.fixed_ip_associate_pool(admin, 1, uuid))
    begun, may_write = threading.Event(), threading.Event()
    write_marker = late_requests.write_marker

    def slowly(*args, **kwargs):
        begun.set()
        assert may_write.wait(20)
        return write_marker(*args, **kwargs)

    monkeypatch.setattr(late_requests, "write_marker", slowly)
    with ThreadPoolExecutor() as pool:
        settling = pool.submit(db.network_get_all, admin)
        assert begun.wait(20)
        with pytest.raises(exception.DBConnectionError, match="could not be settled"):
            db.fixed_ip_get_by_instance(admin, uuid)
        may_write.set()
        with suppress(exception.DBConnectionError):
            settling.result(20)
    with pytest.raises(exception.FixedIpNotFoundForInstance):
        db.fixed_ip_get_by_instance(admin, uuid)
    network.deliver()
    assert taken(uuid) == 0


def test_held_creation_of_an_instance_creates_none(network, admin):
    uuid = UUID.format(1)
    held(network, lambda: db.instance_create(admin, {"uuid": uuid, "metadata": {"a": "1"}}))
    with pytest.raises(exception.InstanceNotFound):
        db.instance_get_by_uuid(admin, uuid)
    network.deliver()
    assert db.instance_get_all(admin) == []


@pytest.mark.parametrize("values", [{"instance_uuid": None}, {"leased": True}])
def test_held_update_of_a_fixed_address_does_not_affect_the_next_owner(
    network, addresses, admin, others, values
):
    first, second = UUID.format(1), UUID.format(2)
    db.fixed_ip_associate(admin, addresses.fixed, first, 1)
    held(network, lambda: db.fixed_ip_update(admin, addresses.fixed, values))
    db.fixed_ip_disassociate(admin, addresses.fixed)
    db.fixed_ip_associate(admin, addresses.fixed, second, 1)
    before = db.fixed_ip_get_by_address(admin, addresses.fixed)
    assert network.deliver()
    assert db.fixed_ip_get_by_address(admin, addresses.fixed) == before


HELD = {
    "floating_ip_deallocate": (),
    "floating_ip_set_auto_assigned": (),
    "floating_ip_update": ({"project_id": None},),
}


@pytest.mark.parametrize("name", HELD)
def test_held_request_does_not_affect_the_next_owner_of_a_floating_address(
    network, addresses, admin, others, name
):
    db.floating_ip_allocate_address(admin, "red", "nova")
    held(network, lambda: getattr(db, name)(admin, addresses.floating, *HELD[name]))
    db.floating_ip_deallocate(admin, addresses.floating)
    db.floating_ip_allocate_address(admin, "blue", "nova")
    before = db.floating_ip_get_by_address(admin, addresses.floating)
    assert network.deliver()
    assert db.floating_ip_get_by_address(admin, addresses.floating) == before


def test_held_disassociation_does_not_affect_the_next_association(
    network, addresses, admin, others
):
    db.floating_ip_allocate_address(admin, "red", "nova")
    db.floating_ip_fixed_ip_associate(admin, addresses.floating, "10.0.0.1", "h")
    held(network, lambda: db.floating_ip_disassociate(admin, addresses.floating))
    db.floating_ip_disassociate(admin, addresses.floating)
    db.floating_ip_fixed_ip_associate(admin, addresses.floating, "10.0.0.2", "h")
    assert network.deliver()
    assert db.floating_ip_get_by_address(admin, addresses.floating)["fixed_ip_id"] == 2


def test_held_association_does_not_affect_the_next_one(network, addresses, admin, others):
    db.floating_ip_allocate_address(admin, "red", "nova")
    held(
        network,
        lambda: db.floating_ip_fixed_ip_associate(admin, addresses.floating, "10.0.0.1", "h"),
    )
    db.floating_ip_fixed_ip_associate(admin, addresses.floating, "10.0.0.2", "h")
    assert network.deliver()
    assert db.floating_ip_get_by_address(admin, addresses.floating)["fixed_ip_id"] == 2


def test_held_disassociation_of_a_network_does_not_affect_the_next_project(network, admin, others):
    created = db.network_create_safe(admin, {"label": "n"})
    db.network_associate(admin, "red")
    held(network, lambda: db.network_disassociate(admin, created["id"]))
    db.network_disassociate(admin, created["id"])
    db.network_associate(admin, "blue")
    assert network.deliver()
    assert db.network_get(admin, created["id"])["project_id"] == "blue"
