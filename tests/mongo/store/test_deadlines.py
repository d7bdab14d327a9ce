"""Every call ends by its deadline or the timeouts of the URL, and reports its outcome.

A call that does not end makes ``ended`` fail its test.
"""

import threading
from urllib.parse import urlsplit

import pymongo
import pytest

from nova_docdb import db, exception
from nova_docdb.backend import backend_function
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo import api, calls
from nova_docdb.mongo.store import connection, deadlines
from tests import servers
from tests.network import TO_CLIENT, TO_SERVER, Proxy
from tests.threads import wait_until

STORES = ("mongod", "replica_set")
# They wait for deadlines.
SLOW_STORES = ("mongod",)

UNKNOWN = "it is unknown whether the call took effect"
UNCHANGED = "nothing was changed"
# Much longer than the deadlines of these tests, and much shorter than without a deadline.
MUCH = 60

SERVICE = {"host": "h", "binary": "b", "topic": "t"}


@pytest.fixture
def proxy(store):
    with Proxy(urlsplit(store).netloc) as proxy:
        yield proxy


@pytest.fixture
def connect(proxy, store):
    """Connect through the proxy, with options of the URL and ``call_timeout_ms``."""
    path = urlsplit(store).path

    def connect(options="", milliseconds=1000):
        connection.close()
        CONF.set_override("call_timeout_ms", milliseconds, group="mongo")
        url = f"mongodb://{proxy.address}{path}?directConnection=true{options and '&' + options}"
        CONF.set_override("connection", url, group="mongo")
        # The commands of a first call.
        db.service_get_all_by_host(ADMIN, "nobody")
        connection.current().is_standalone  # noqa: B018 - sends a command

    yield connect
    connection.close()


@pytest.fixture(autouse=True)
def _admin(admin):
    global ADMIN  # noqa: PLW0603 - for the helpers of this module
    ADMIN = admin


def ended(function, *arguments):
    """Run a call that must end and return its result or exception."""
    outcome = []

    def run():
        try:
            outcome.append(function(*arguments))
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(MUCH)
    assert outcome, "the call did not end"
    return outcome[0]


def error_text(function, *arguments):
    """Return the text of the DBConnectionError that a call must raise."""
    error = ended(function, *arguments)
    assert type(error) is exception.DBConnectionError, error
    return str(error)


class TestSwallowedReply:
    def test_of_a_write_ends_the_call_with_an_unknown_outcome(self, proxy, connect, admin):
        connect()
        proxy.swallow_replies(b"services")
        assert UNKNOWN in error_text(db.service_create, admin, SERVICE)

    def test_of_a_read_ends_the_call_and_changes_nothing(self, proxy, connect, admin):
        connect()
        proxy.swallow_replies(b"services")
        assert UNCHANGED in error_text(db.service_get_all, admin)

    def test_of_a_read_after_a_write_of_the_call_is_an_unknown_outcome(self, proxy, connect, admin):
        connect()
        db.instance_create(admin, {"project_id": "p"})
        (instance,) = db.instance_get_all(admin)
        deferred = {"metadata": {"a": "b"}, "hostname": "x"}
        proxy.swallow_replies(b"instance_metadata")
        assert UNKNOWN in error_text(db.instance_update, admin, instance["uuid"], deferred)

    def test_in_a_transaction_leaves_no_transaction_open(self, store, proxy, connect, admin):
        connect()
        if connection.current().is_standalone:
            pytest.skip("a standalone server has no transactions")
        instance = db.instance_create(admin, {"project_id": "p"})
        proxy.swallow_replies(b"instance_metadata")
        error_text(db.instance_update, admin, instance["uuid"], {"metadata": {"a": "b"}})
        with pymongo.MongoClient(store) as client:
            status = client.admin.command("serverStatus")
        assert status["transactions"]["currentOpen"] == 0

    def test_is_retried_if_the_url_limits_a_reply(self, proxy, connect, admin):
        connect("socketTimeoutMS=300", milliseconds=30_000)
        proxy.swallow_replies(b"services")
        assert ended(db.service_get_all, admin) == []
        assert proxy.caught.is_set()

    def test_of_a_commit_ends_the_call_with_an_unknown_outcome(self, proxy, connect, admin):
        connect()
        if connection.current().is_standalone:
            pytest.skip("a standalone server has no transactions")
        proxy.swallow_replies(b"commitTransaction")
        assert UNKNOWN in error_text(db.instance_create, admin, {"project_id": "p"})
        assert proxy.caught.is_set()


@pytest.mark.parametrize(
    "options",
    [
        "serverSelectionTimeoutMS=300&socketTimeoutMS=300",
        "connectTimeoutMS=300",
        "timeoutMS=500",
        "",
    ],
)
@pytest.mark.parametrize("direction", [TO_SERVER, TO_CLIENT])
def test_call_to_a_server_that_never_answers_ends(proxy, connect, admin, options, direction):
    connect(options)
    proxy.swallow(direction)
    assert UNCHANGED in error_text(db.service_get_all, admin)
    # The driver may have found the server unreachable by now, and send nothing.
    assert isinstance(ended(db.service_create, admin, SERVICE), exception.DBConnectionError)


def test_commit_on_a_lost_server_does_not_wait_two_minutes(proxy, connect, admin):
    connect("serverSelectionTimeoutMS=500", milliseconds=30_000)
    if connection.current().is_standalone:
        pytest.skip("a standalone server has no transactions")
    proxy.swallow_replies(b"commitTransaction")

    def go():
        proxy.caught.wait(MUCH)
        proxy.__exit__()

    threading.Thread(target=go, daemon=True).start()
    assert UNKNOWN in error_text(db.instance_create, admin, {"project_id": "p"})


def test_calls_to_an_unreachable_server_end_by_their_deadline(connect, proxy, admin):
    connect()
    proxy.__exit__()
    for function, argument in ((db.instance_create, {"project_id": "p"}), (db.cell_get, 1)):
        assert isinstance(ended(function, admin, argument), exception.DBConnectionError)


def test_pool_without_a_free_connection_ends_the_call(proxy, connect, admin):
    connect("maxPoolSize=1&waitQueueTimeoutMS=100", milliseconds=30_000)
    proxy.hold(TO_CLIENT)
    other = threading.Thread(target=ended, args=(db.service_get_all, admin))
    other.start()
    try:
        wait_until(pool_is_busy)
        assert "connection pool" in error_text(db.service_get_all, admin)
    finally:
        proxy.heal()
        other.join()


def pool_is_busy():
    """Return whether the client's only connection is in use."""
    (server,) = connection.current().client._topology._servers.values()
    return server.pool.active_sockets == 1


def test_call_of_many_commands_has_one_deadline(connect, admin):
    """If the URL limits each command, no command starts after the deadline of the call."""
    connect("socketTimeoutMS=5000")
    call = deadlines.Call(deadlines.Limits(seconds=1e-9, by_driver=True))
    with call, pytest.raises(exception.DBConnectionError, match="call_timeout_ms"):
        db.service_get_all(admin)


def test_callback_shares_the_deadline(connect, admin, monkeypatch):
    connect()
    seen = []

    def outer(_context, _agent_build_id):
        seen.append(deadlines.running())
        inner(_context)

    def inner(_context):
        seen.append(deadlines.running())

    inner = calls._with_deadline(inner, in_steps=False)
    calls._with_deadline(outer, in_steps=False)(admin, 1)
    assert seen[0] is seen[1] is not None


@pytest.mark.parametrize("name", sorted(calls.IN_STEPS))
def test_long_running_function_has_no_deadline(connect, name, monkeypatch):
    connect()
    seen = []
    monkeypatch.setattr(api, name, lambda: seen.append(deadlines.running()))
    calls._wrapped(name, getattr(api, name))()
    assert seen[0]._deadline is None


def test_command_of_a_long_running_function_has_a_deadline(proxy, connect, admin):
    connect(milliseconds=300)
    db.service_destroy(admin, db.service_create(admin, SERVICE)["id"])
    proxy.swallow(TO_SERVER)
    assert isinstance(ended(db.archive_deleted_rows, admin, 10), exception.DBConnectionError)


def test_deadline_can_be_disabled(connect):
    connect(milliseconds=0)
    assert connection.current().limits == deadlines.UNLIMITED
    assert connection.current().client.options.pool_options.socket_timeout is None


def test_earlier_deadline_of_the_caller_applies(proxy, connect, admin):
    connect(milliseconds=600_000)
    proxy.swallow(TO_SERVER)

    def call():
        with pymongo.timeout(0.5):
            db.service_get_all(admin)

    assert UNCHANGED in error_text(call)


def test_majority_that_is_lost_ends_writes_by_wtimeout(connect, admin):
    connect("wtimeoutMS=250", milliseconds=30_000)
    assert connection.get_database().write_concern.document["wtimeout"] == 250


def test_function_of_the_contract_has_a_deadline(connect):
    connect()

    @backend_function
    def service_get_all(context):
        """Return all services."""

    assert service_get_all(ADMIN) == []


@pytest.fixture(scope="module")
def lagging():
    """A primary whose only secondary has stopped replicating: no majority confirms a write."""
    servers.require_mongod()
    members = servers.ReplicaSet(nodes=2, parent=servers.in_memory())
    try:
        members.start()
        primary = members.primary()
        (secondary,) = (node for node in members.nodes if node is not primary)
        CONF.set_override("connection", f"{primary.url}nova?directConnection=true", group="mongo")
        with connection.set_aside():
            db_sync(default_flavors=False)
        with secondary.client() as client:
            client.admin.command("fsync", lock=True)
            yield primary
            client.admin.command("fsyncUnlock")
    finally:
        CONF.reset()
        members.stop()


@pytest.mark.slow
class TestLostMajority:
    @pytest.fixture(autouse=True)
    def _aside(self):
        with connection.set_aside():
            yield
        CONF.reset()

    @staticmethod
    def connect(primary, options="", milliseconds=30_000):
        CONF.set_override("call_timeout_ms", milliseconds, group="mongo")
        url = f"{primary.url}nova?directConnection=true{options}"
        CONF.set_override("connection", url, group="mongo")

    def test_ends_a_write_by_the_deadline(self, lagging, admin):
        self.connect(lagging, milliseconds=1500)
        assert UNKNOWN in error_text(db.service_create, admin, SERVICE)

    def test_ends_a_write_by_the_wtimeout_of_the_url(self, lagging, admin):
        self.connect(lagging, "&wtimeoutMS=300")
        assert UNKNOWN in error_text(db.service_create, admin, {**SERVICE, "host": "other"})

    def test_ends_a_transaction_by_the_deadline(self, lagging, admin):
        self.connect(lagging, milliseconds=1500)
        assert UNKNOWN in error_text(db.instance_create, admin, {"project_id": "p"})

    def test_does_not_block_reads(self, lagging, admin):
        self.connect(lagging, milliseconds=1500)
        assert ended(db.instance_get_all, admin) == []

    def test_write_that_is_killed_while_it_waits_is_an_unknown_outcome(self, lagging, admin):
        self.connect(lagging)
        killed = threading.Thread(target=kill_a_waiting_write, args=(lagging,))
        killed.start()
        assert UNKNOWN in error_text(db.service_create, admin, {**SERVICE, "host": "third"})
        killed.join()


def kill_a_waiting_write(primary):
    """Kill waiting inserts and counter updates until the insert of a service has been killed."""
    with primary.client() as client:
        while True:
            waiting = client.admin.command("currentOp", {"ns": {"$regex": "^nova"}, "active": True})
            for operation in waiting["inprog"]:
                if "nova." in operation.get("ns", "") and operation.get("op") != "none":
                    client.admin.command("killOp", op=operation["opid"])
                    return
