"""A primary that was paused and replaced acknowledges nothing from its memory."""

import signal

import pymongo
import pytest
from pymongo.write_concern import WriteConcern

from nova_docdb import clock, db, exception
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.calls import WRITES
from nova_docdb.mongo.store import connection, late_requests
from nova_docdb.mongo.store.client import Connection
from tests import quotas, servers
from tests.db.samples import call
from tests.threads import wait_until

UUID = "a1b2c3d4-0000-4000-8000-000000000001"


class Deposed:
    """A replica set whose first primary resumes while the other members are paused.

    The election timeout is a minute: so it stays primary for that long, although another one was
    elected and then paused too.
    """

    def __init__(self):
        self._set = servers.ReplicaSet(3, parent=servers.in_memory())

    def start(self):
        self._set.start()
        with pymongo.MongoClient(self._set.url) as client:
            config = client.admin.command("replSetGetConfig")["config"]
            config["version"] += 1
            config["settings"]["electionTimeoutMillis"] = 60_000
            client.admin.command("replSetReconfig", config)
        self.first = self._set.primary()
        self.others = [node for node in self._set.nodes if node is not self.first]
        return self

    @property
    def url(self):
        return self._set.url.replace("/?", "/nova?")

    @property
    def url_of_the_first(self):
        return f"{self.first.url}nova?directConnection=true"

    def replace(self, change):
        """Elect another primary and make a change there, which the first one does not have."""
        with pymongo.MongoClient(self._set.url) as client:
            # A member that lacks a write of the others gets no votes.
            everywhere = WriteConcern(w=3)
            client.nova.get_collection("all", write_concern=everywhere).insert_one({})
        self.first.send_signal(signal.SIGSTOP)
        second, _third = self.others
        with second.client(serverSelectionTimeoutMS=20_000) as client:
            client.admin.command("replSetStepUp")
            wait_until(lambda: client.admin.command("hello")["isWritablePrimary"])
        connect(f"{second.url}nova?directConnection=true")
        change()
        for node in self.others:
            node.send_signal(signal.SIGSTOP)
        self.first.send_signal(signal.SIGCONT)

    def stop(self):
        for node in self._set.nodes:
            node.send_signal(signal.SIGCONT)
        self._set.stop()


def connect(url):
    connection.close()
    CONF.set_override("connection", url, group="mongo")


@pytest.fixture
def deposed(admin, user):
    """A deposed primary with rows that another one has changed since.

    It stays primary for a minute, unless it resumes with a queued message of the election and steps
    down. In neither case may it acknowledge anything.
    """
    servers.require_mongod()
    with connection.set_aside():
        CONF([], project="nova_docdb", default_config_files=[])
        try:
            deposed = Deposed()
            try:
                connect(deposed.start().url)
                deposed.replace(prepared(admin, user))
                yield deposed
            finally:
                connection.close()
                deposed.stop()
        finally:
            CONF.reset()


def prepared(admin, user):
    """Insert rows for calls without a change, and return a function that changes the rows."""
    db_sync(default_flavors=False)
    db.network_create_safe(admin, {"label": "only"})
    db.network_associate(admin, "red")
    db.security_group_ensure_default(user)
    db.instance_create(admin, {"uuid": UUID, "metadata": {"a": "1"}})
    reserved = quotas.reserve({"cores": 2})
    db.ec2_instance_create(admin, UUID)
    db.dnsdomain_register_for_zone(admin, "cloud.example", "zone1")

    def change():
        db.reservation_rollback(quotas.ADMIN, reserved, quotas.PROJECT)
        db.instance_metadata_update(admin, UUID, {"a": "2"}, False)
        network = db.network_get_all(admin)[0]
        db.network_disassociate(admin, network["id"])
        db.network_associate(admin, "blue")
        group = db.security_group_get_by_name(admin, user.project_id, "default")
        db.security_group_destroy(admin, group["id"])
        db.dnsdomain_unregister(admin, "cloud.example")

    return change


def outcome_of(function):
    """Return the exception of a call or None, and forget that the call must be settled."""
    try:
        function()
    except Exception as error:
        return error
    finally:
        late_requests.forget()
    return None


@pytest.mark.slow
def test_primary_that_was_paused_and_replaced_acknowledges_nothing(deposed, admin, user):
    CONF.set_override("call_timeout_ms", 500, group="mongo")
    connect(deposed.url_of_the_first)

    for function in (
        lambda: db.reservation_commit(quotas.ADMIN, ["unknown"], quotas.PROJECT),
        lambda: db.instance_metadata_update(admin, UUID, {"a": "1"}, False),
        lambda: db.network_associate(admin, "red"),
        lambda: db.project_get_networks(admin, "red"),
        lambda: db.security_group_ensure_default(user),
        lambda: db.ec2_instance_create(admin, UUID),
        lambda: db.dnsdomain_register_for_zone(admin, "cloud.example", "zone1"),
        lambda: db.instance_update(admin, UUID, {"vm_state": None}),
        lambda: db.fixed_ip_disassociate_all_by_timeout(admin, "h", clock.utcnow()),
        lambda: db.reservation_expire(admin),
        lambda: db.archive_deleted_rows(admin),
        lambda: db.instance_destroy(admin, UUID.replace("a", "b")),
    ):
        assert isinstance(outcome_of(function), exception.DBConnectionError)
    CONF.set_override("call_timeout_ms", 200, group="mongo")
    connect(deposed.url_of_the_first)
    for name in sorted(WRITES - {"db_sync"}):
        outcome = outcome_of(lambda name=name: call(name, admin))
        # Some samples lack a value and are refused before anything is sent.
        assert isinstance(outcome, exception.DBError | exception.InvalidInput), (name, outcome)


# The functions of an aggregate's hosts read the aggregate first, and not in a transaction, whose
# commit would prove the read.


@pytest.fixture
def aggregate(store, admin):
    return db.aggregate_create(admin, {"name": "a"})["id"]


@pytest.fixture
def elections(store, monkeypatch):
    """Make the driver return these elections, one at each check."""
    seen = ["first"]
    if "replicaSet" not in store:
        pytest.skip("elections are held in replica sets only")
    monkeypatch.setattr(
        Connection, "election", lambda _self: seen.pop(0) if len(seen) > 1 else seen[0]
    )
    return seen


def test_change_after_reads_of_another_primary_is_unknown(store, admin, aggregate, elections):
    elections[:] = ["first", "second"]
    with pytest.raises(exception.DBConnectionError, match="primary was replaced"):
        db.aggregate_host_add(admin, aggregate, "host1")


def test_change_without_a_read_succeeds_after_an_election(store, admin, elections):
    elections[:] = ["first", "second"]
    db.agent_build_create(admin, {"hypervisor": "kvm"})


def test_member_that_is_not_primary_acknowledges_nothing(store, admin, aggregate, monkeypatch):
    """With directConnection the URL may be that of a secondary, which has no election."""
    if "replicaSet" not in store:
        pytest.skip("elections are held in replica sets only")
    monkeypatch.setattr(Connection, "_known_election", lambda _self: None)
    with pytest.raises(exception.DBConnectionError, match="primary was replaced"):
        db.aggregate_host_delete(admin, aggregate, "unknown")


def test_marker_of_another_primary_is_not_a_proof(store, admin, aggregate, elections):
    elections[:] = ["first"]
    with pytest.raises(exception.DBConnectionError, match="primary was replaced"):
        db.aggregate_host_delete(admin, aggregate, "unknown")


def test_single_server_and_embedded_store_need_no_markers(store, admin, aggregate):
    if "replicaSet" in store:
        pytest.skip("a replica set needs them")
    with pytest.raises(exception.AggregateHostNotFound):
        db.aggregate_host_delete(admin, aggregate, "unknown")
    assert "confirmations" not in connection.get_database().list_collection_names()
