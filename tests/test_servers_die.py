"""Servers killed under load: no acknowledged write is lost, nothing is allocated twice.

Thirty-two workers, threads of one process or of eight, make every allocating call
(``tests/load.py``) while the server is killed with -9, stepped down, or restarted. At the end their
results are compared with the store. The figures are printed; ``docs/reliability.md`` has them.
"""

import contextlib
import multiprocessing
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from pymongo.errors import InvalidOperation

from nova_docdb import clock, context, db, exception
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.admin import check
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table
from tests import load, servers
from tests.quotas import everything_expires
from tests.threads import at_once

pytestmark = pytest.mark.slow

ADMIN = context.get_admin_context()
WORKERS = 32
OPERATIONS = 100
EVERYTHING = WORKERS * OPERATIONS


@pytest.fixture
def standalone():
    servers.require_mongod()
    server = servers.Mongod()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def replica_set():
    servers.require_mongod()
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


def work(first, count, done):
    """Run workers as threads and return their merged results."""

    def count_one():
        with done.get_lock():
            done.value += 1

    results = load.Results()
    with ThreadPoolExecutor(count) as pool:
        numbers = range(first, first + count)
        for one in pool.map(lambda n: load.Worker(n, count_one).work(OPERATIONS), numbers):
            results.add(one)
    return results


def run(processes, inject):
    """Run the workers in ``processes`` processes while ``inject`` runs, and return their results.

    :param processes: 1 is this process
    """
    load.prepare()
    # A forked child creates its own client.
    fork = multiprocessing.get_context("fork")
    done = fork.Value("i", 0)
    results = load.Results()
    if processes == 1:
        with ThreadPoolExecutor(1) as pool:
            injecting = pool.submit(inject, done)
            results.add(work(0, WORKERS, done))
            injecting.result()
        return results
    answers = fork.Queue()
    each = WORKERS // processes

    def child(first):
        try:
            answers.put(work(first, each, done))
        except BaseException as error:
            answers.put(error)

    children = [fork.Process(target=child, args=(n * each,)) for n in range(processes)]
    for process in children:
        process.start()
    try:
        inject(done)
        for _child in children:
            answer = answers.get(timeout=120)
            assert isinstance(answer, load.Results), repr(answer)
            results.add(answer)
    finally:
        for process in children:
            process.join(10)
            process.kill()
    return results


def when(done, share):
    """Wait until a share of all operations is done."""
    deadline = time.monotonic() + 120
    while done.value < share * EVERYTHING:
        assert time.monotonic() < deadline, f"only {done.value} of {EVERYTHING} operations are done"
        time.sleep(0.01)


def assert_nothing_lost_or_double(results, capsys, title):
    lost, double = load.wrong_results(results)
    leaked = load.leaked(results)
    calls, unknown = results.counts["calls"], results.counts["unknown"]
    with capsys.disabled():
        print(  # noqa: T201 - the figures
            f"\n{title}: {calls} calls, {unknown} unknown, {leaked} leaked,"
            f" lost {len(lost)}, double {len(double)}"
        )
    assert lost == []
    assert double == []
    assert leaked <= unknown
    usage = db.quota_usage_get(ADMIN, "acme", "units")
    assert usage["in_use"] + usage["reserved"] <= load.LIMIT
    everything_expires()
    with pytest.MonkeyPatch.context() as patch:
        later = clock.utcnow() + timedelta(hours=1)
        patch.setattr(clock, "utcnow", lambda: later)
        for finding in check.findings():
            finding.repair()
        assert list(check.findings()) == []
    # The repair has removed no reported result.
    assert load.wrong_results(results) == ([], [])


PROCESSES = pytest.mark.parametrize("processes", [1, 8], ids=["threads", "processes"])


@PROCESSES
def test_standalone_server_is_killed_and_restarted(standalone, connected, capsys, processes):
    connected(standalone.url)

    def inject(done):
        for share in (0.2, 0.6):
            when(done, share)
            standalone.kill()
            standalone.start()

    title = f"standalone, killed twice, {processes} processes"
    assert_nothing_lost_or_double(run(processes, inject), capsys, title)


def test_primary_steps_down_and_a_member_is_restarted(replica_set, connected, capsys):
    connected(replica_set.url)

    def inject(done):
        when(done, 0.15)
        replica_set.step_down()
        when(done, 0.4)
        node = next(node for node in replica_set.nodes if node is not replica_set.primary())
        node.shut_down()
        node.start()
        when(done, 0.7)
        replica_set.step_down()

    title = "replica set, two step-downs and a node restarted, 1 process"
    assert_nothing_lost_or_double(run(1, inject), capsys, title)


def test_primary_is_killed(replica_set, connected, capsys):
    connected(replica_set.url)

    def inject(done):
        when(done, 0.2)
        killed = replica_set.primary()
        killed.kill()
        when(done, 0.6)
        killed.start()

    title = "replica set, primary killed, 8 processes"
    assert_nothing_lost_or_double(run(8, inject), capsys, title)


def test_server_is_down_for_ten_seconds(standalone, connected):
    connected(standalone.url)
    db.cell_create(ADMIN, {"name": "before"})
    standalone.kill()
    back = threading.Timer(10, standalone.start)
    back.start()
    stored = ["before"]
    for name in ("during", "after"):
        # The first call may get the broken connection; a call without one waits for the server.
        with contextlib.suppress(exception.DBConnectionError):
            db.cell_create(ADMIN, {"name": name})
            stored.append(name)
    back.join()
    assert "after" in stored
    assert [cell["name"] for cell in db.cell_get_all(ADMIN)] == stored


def open_sockets():
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(str(descriptor.readlink()))
    return {link for link in links if link.startswith("socket:")}


def open_cursors(server):
    with server.client() as client:
        return client.admin.command("serverStatus")["metrics"]["cursor"]["open"]["total"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc here")
def test_close_ends_all_threads_sockets_and_cursors(standalone, connected):
    connection.close()
    threads, sockets = set(threading.enumerate()), open_sockets()
    connected(standalone.url)
    client = connection.current().client
    # More rows than in a first batch, read by several threads.
    table("services").insert_many({"host": f"h{n}"} for n in range(500))
    assert [len(found) for found in at_once(*[lambda: db.service_get_all(ADMIN)] * 8)] == [500] * 8
    assert list(check.findings()) == []
    assert open_cursors(standalone) == 0
    opened = open_sockets() - sockets
    started = set(threading.enumerate()) - threads
    assert opened
    assert started
    connection.close()
    for thread in started:
        thread.join(10)
    assert not [thread for thread in started if thread.is_alive()]
    assert not open_sockets() & opened
    with pytest.raises(InvalidOperation):
        client.admin.command("ping")
