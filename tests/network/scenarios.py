"""The faults, and a run of callers under each.

A run starts processes of callers, waits until they have made calls, injects the fault, ends it,
waits for calls again, and judges the history.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nova_docdb import testing
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.store import connection
from tests.network import final, worker
from tests.network.cluster import CLIENT
from tests.network.history import History
from tests.network.judge import judge
from tests.network.proxy import HOLD, RESET, SWALLOW, TO_CLIENT, Fault

ROOT = Path(__file__).parents[2]
PROCESSES = 3
THREADS = 3
# Short, so that calls during the fault end soon.
CALL_TIMEOUT_MS = 3000
# Longer than an election, and than the deadline of a call.
FAULT_SECONDS = 4.0
CALLS_BEFORE = 300
CALLS_AFTER = 300
SECONDS_TO_WAIT = 180
# How far the clocks of the three processes are ahead.
SECONDS_AHEAD = (0, 45, -45)


class Run:
    """A run of callers on a cluster.

    :param ahead: by how many seconds the clock of each process is ahead
    :ivar killed: the callers that were killed
    """

    def __init__(self, cluster, folder, ahead=(0,) * PROCESSES):
        self.cluster = cluster
        self.folder = Path(folder)
        self.killed = set()
        self._ahead = ahead
        self._processes = []

    def start(self):
        self._processes = [self._start(number) for number in range(PROCESSES)]
        self.wait_for_calls(CALLS_BEFORE)

    def _start(self, number):
        numbers = [number * THREADS + thread + 1 for thread in range(THREADS)]
        arguments = {
            "url": url_of(self.cluster),
            "call_timeout_ms": CALL_TIMEOUT_MS,
            "folder": str(self.folder),
            "numbers": numbers,
            "seconds_ahead": self._ahead[number],
        }
        command = [sys.executable, "-m", "tests.network.worker", json.dumps(arguments)]
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stderr=(self.folder / "errors").open("ab")
        )

    def wait_for_calls(self, number):
        """Wait until this many more calls have succeeded."""
        wanted = self._succeeded() + number
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while self._succeeded() < wanted:
            if time.monotonic() > deadline:
                errors = (self.folder / "errors").read_text()
                raise RuntimeError(f"the callers make no progress: {errors[-2000:]}")
            time.sleep(0.1)

    def _succeeded(self):
        paths = self.folder.glob("*.history")
        return sum(path.read_bytes().count(b'"outcome": "ok"') for path in paths)

    def kill_callers(self, number):
        """Kill one process of callers with -9."""
        self._processes[number].kill()
        self._processes[number].wait()
        self.killed |= {f"caller {number * THREADS + thread + 1}" for thread in range(THREADS)}

    def stop(self):
        for process in self._processes:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        for process in self._processes:
            process.wait(SECONDS_TO_WAIT)

    def kill(self):
        for process in self._processes:
            process.kill()
            process.wait()


def url_of(cluster):
    # Runs are short, so clients check the servers more often than every ten seconds.
    return cluster.url.replace("/?", "/nova?") + "&heartbeatFrequencyMS=500"


def during_fault():
    time.sleep(FAULT_SECONDS)


def nothing(run):
    during_fault()


def separated(*, members=False, clients=False, fault=HOLD):
    """Return a fault between the primary and the other members, clients, or both."""

    def inject(run):
        primary = run.cluster.primary()
        others = run.cluster.others(primary) if members else []
        for other in (*others, *([CLIENT] if clients else [])):
            run.cluster.separate(primary, other, fault)
        during_fault()

    return inject


def everywhere(fault, *where):
    """Return a fault on the connections of all members."""

    def inject(run):
        run.cluster.everywhere(fault, *where)
        during_fault()

    return inject


def receives_nothing(run):
    primary = run.cluster.primary()
    for other in run.cluster.others(primary):
        run.cluster.cut(other, primary)
    during_fault()


def reaches_no_member(run):
    primary = run.cluster.primary()
    for other in run.cluster.others(primary):
        run.cluster.cut(primary, other)
    during_fault()


def secondary_lags(run):
    primary = run.cluster.primary()
    run.cluster.cut(primary, run.cluster.others(primary)[0], Fault("delay", seconds=0.3))
    during_fault()


def paused(run):
    run.cluster.primary().send_signal(signal.SIGSTOP)
    during_fault()


def killed(run):
    primary = run.cluster.primary()
    primary.kill()
    during_fault()
    primary.start()


def callers_killed(run):
    for number in range(PROCESSES - 1):
        run.kill_callers(number)
        time.sleep(FAULT_SECONDS / PROCESSES)


SCENARIOS = {
    "no fault": nothing,
    "primary cut off from the other members": separated(members=True),
    "primary cut off from clients": separated(clients=True),
    "primary cut off from members and clients": separated(members=True, clients=True),
    "primary receives nothing from the members": receives_nothing,
    "members receive nothing from the primary": reaches_no_member,
    "packets between clients and the primary are lost": separated(clients=True, fault=SWALLOW),
    "primary refuses clients": separated(clients=True, fault=RESET),
    "every packet is 50 ms late": everywhere(Fault("delay", seconds=0.05)),
    "one reply in 50 is lost, the connection stays": everywhere(
        Fault("swallow", share=0.02), [TO_CLIENT], CLIENT
    ),
    "one reply in 50 is lost, the connection is reset": everywhere(
        Fault("reset", share=0.02), [TO_CLIENT], CLIENT
    ),
    "one secondary lags": secondary_lags,
    "primary paused (SIGSTOP) and continued": paused,
    "primary killed (-9) and restarted": killed,
    "two processes of clients killed (-9)": callers_killed,
    "clocks of clients 45 s ahead and behind": nothing,
}


def run(cluster, name):
    """Run callers under a fault and return the verdict."""
    prepare(cluster)
    ahead = SECONDS_AHEAD if name.startswith("clocks") else (0,) * PROCESSES
    with tempfile.TemporaryDirectory(prefix="nova-docdb-history-") as folder:
        callers = Run(cluster, folder, ahead)
        try:
            callers.start()
            SCENARIOS[name](callers)
            cluster.heal()
            callers.wait_for_calls(CALLS_AFTER)
            callers.stop()
        finally:
            callers.kill()
            cluster.heal()
            if folder_to_keep := os.environ.get("NOVA_DOCDB_TEST_HISTORIES"):
                keep(folder, Path(folder_to_keep) / name.replace(" ", "-"))
        history = History.read(folder)
    return judge(history, at_the_end(cluster), limit=worker.LIMIT, killed=callers.killed)


def keep(folder, target):
    target.mkdir(parents=True, exist_ok=True)
    for path in Path(folder).iterdir():
        (target / path.name).write_bytes(path.read_bytes())


def prepare(cluster):
    """Empty the store and insert the rows that callers share."""
    with cluster.primary().client() as client:
        # A killed client leaves its transaction open, for a minute by default.
        client.admin.command("killAllSessions", [])
    worker.connect(url_of(cluster))
    db_sync(default_flavors=False)
    testing.clear()
    worker.prepare()
    connection.close()


def at_the_end(cluster):
    """Return the state of the majority at the end."""
    worker.connect(url_of(cluster))
    try:
        with cluster.primary().client() as client:
            return final.read(final.operations(client))
    finally:
        connection.close()
