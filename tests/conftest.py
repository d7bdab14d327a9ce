"""The stores on which every test of the contract runs.

``store`` is one of: the embedded store, a standalone mongod, a replica set of one node. A test that
uses it starts with an empty store, and its overrides in ``CONF`` are reset afterwards.
"""

import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import settings

from nova_docdb import context, testing
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.store import connection
from tests import servers

STORES = ("embedded", "mongod", "replica_set")
# Most tests repeat on a standalone server what they show on a replica set.
SLOW_STORES = ("mongod",)

# The same examples in every run, on every machine, without a deadline.
settings.register_profile("nova_docdb", derandomize=True, database=None, deadline=None)
settings.load_profile("nova_docdb")


def pytest_addoption(parser):
    parser.addoption("--store", action="append", choices=STORES, help="run on this store only")
    parser.addoption(
        "--update-generated",
        action="store_true",
        help="write the files that a test compares with what it measures",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """Return the workers for ``-n auto``: at most four, because each starts its own servers.

    One more than processors, because tests wait for servers. Slow tests elect and kill servers,
    which must not wait for a processor.
    """
    processors = os.cpu_count() or 1
    return min(processors if config.option.markexpr == "slow" else processors + 1, 4)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Return a scheduler that moves tests to workers that have none left."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


def pytest_generate_tests(metafunc):
    if "store_url" in metafunc.fixturenames:
        mine, slow = stores_of(metafunc.module)
        if metafunc.definition.get_closest_marker("sends_nothing"):
            mine = ("embedded",)
        if asked := metafunc.config.getoption("--store"):
            mine, slow = [name for name in mine if name in asked], ()
        stores = [
            pytest.param(name, marks=[pytest.mark.slow] if name in slow else []) for name in mine
        ]
        metafunc.parametrize("store_url", stores, indirect=True, scope="session")


def stores_of(module):
    """Return the stores of a module's tests, and those on which they are slow.

    A module can name both: ``STORES`` if its tests are expensive, or differ on a standalone server.
    """
    slow = () if hasattr(module, "STORES") else SLOW_STORES
    return getattr(module, "STORES", STORES), getattr(module, "SLOW_STORES", slow)


def of_this_worker(url):
    """Return a URL with a separate database for each worker of ``-n`` that shares a server."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return url
    parts = urlsplit(url)
    return parts._replace(path=f"/{parts.path.strip('/') or 'nova'}_{worker}").geturl()


@pytest.fixture(scope="session")
def store_url(request):
    """The URL of a store; a server runs as long as its tests."""
    name = request.param
    if name == "embedded":
        yield "mongomock://localhost/nova"
        return
    if url := os.environ.get("NOVA_DOCDB_TEST_URL"):
        yield of_this_worker(url)
        return
    servers.require_mongod()
    start = servers.Mongod if name == "mongod" else servers.ReplicaSet
    # It rejects queries without an index.
    server = start(parameters=("notablescan=1",), parent=servers.in_memory())
    try:
        server.start()
        head, _, options = server.url.partition("?")
        yield f"{head}nova_test" + (f"?{options}" if options else "")
    finally:
        server.stop()


@pytest.fixture(scope="session")
def synced_store(store_url):
    """The URL of a store that is connected and has all indexes."""
    connection.close()
    CONF([], project="nova_docdb", default_config_files=[])
    CONF.set_override("connection", store_url, group="mongo")
    db_sync(default_flavors=False)
    yield store_url
    connection.close()


def refuse(collection, command, _step):
    raise AssertionError(f"{command} of {collection} was sent: the test needs every store")


@pytest.fixture
def store(request, synced_store):
    """An empty store; overrides in CONF are reset after the test."""
    if connection._current is None or connection._current.url != synced_store:
        connection.close()
    CONF.set_override("connection", synced_store, group="mongo")
    testing.clear()
    embedded = connection.current().store
    sends_nothing = request.node.get_closest_marker("sends_nothing") is not None
    if sends_nothing:
        embedded.runner, embedded.has_transactions = refuse, False
    yield synced_store
    if sends_nothing:
        embedded.runner, embedded.has_transactions = None, True
    CONF.reset()


@pytest.fixture
def quick_path(tmp_path):
    """A new folder, in memory if there is room, because SQLite syncs often."""
    if servers.in_memory() is None:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="nova-docdb-", dir=servers.in_memory()) as folder:
        yield Path(folder)


@pytest.fixture
def embedded():
    """A new embedded store, independent of --store; its ``runner`` can run commands."""
    with testing.embedded_store():
        yield connection.current().store


@pytest.fixture
def admin():
    return context.RequestContext("admin-user", "admin-project", is_admin=True)


@pytest.fixture
def user():
    return context.RequestContext("user1", "project1", is_admin=False)


@pytest.fixture
def user2():
    return context.RequestContext("user2", "project2", is_admin=False)


@pytest.fixture
def anonymous():
    return context.RequestContext(None, None, is_admin=False)
