"""Real mongod processes for tests: on free ports of 127.0.0.1, in temporary folders."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from pathlib import Path

import pymongo
import pytest
from pymongo.errors import PyMongoError

SECONDS_TO_START = 60
# Bytes that the servers of four workers take in the worst case.
ROOM = 6 * 2**30
# Elections of a test's replica set are quick.
ELECTION = {"electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 200}


def find_mongod():
    """Return the path of a mongod, from the environment, the wheel or the PATH; or None."""
    if own := os.environ.get("NOVA_DOCDB_TEST_MONGOD"):
        return own
    wheel = Path(sysconfig.get_paths()["purelib"]) / "fiftyone" / "db" / "bin" / "mongod"
    if wheel.exists():
        wheel.chmod(0o755)
        return str(wheel)
    return shutil.which("mongod")


def require_mongod():
    """Skip a test if there is no mongod, or fail it if one is required."""
    if find_mongod() is None:
        reason = "no mongod: install the extra [test] on Linux x86-64, or put one on the PATH"
        if os.environ.get("NOVA_DOCDB_REQUIRE_MONGOD"):
            pytest.fail(reason)
        pytest.skip(reason)


def in_memory():
    """Return a folder in memory with room for servers, or None.

    Writes that wait for the journal are fast there. A killed server loses the same data as on a
    disk: what it had not written to the operating system yet.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a new folder is created in it
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM:
        return memory
    return None


class Mongod:
    """One mongod.

    :param replica_set: the name of its replica set, or None for a standalone
    :param parameters: for --setParameter, such as "notablescan=1"
    :param role: its role in a sharded cluster, "shardsvr" or "configsvr"; or None
    :param cache_gb: the size of its cache
    :param parent: the parent of its data folder; None means the system's temporary folder
    """

    def __init__(self, replica_set=None, parameters=(), role=None, cache_gb=0.5, parent=None):
        self.folder = Path(tempfile.mkdtemp(prefix="nova-docdb-mongod-", dir=parent))
        self.port = free_port()
        self._command = [
            find_mongod(),
            *("--dbpath", str(self.folder), "--port", str(self.port), "--bind_ip", "127.0.0.1"),
            *("--wiredTigerCacheSizeGB", str(cache_gb), "--nounixsocket"),
            *(("--replSet", replica_set) if replica_set else ()),
            *((f"--{role}",) if role else ()),
        ]
        for parameter in parameters:
            self._command += ["--setParameter", parameter]
        self._process = None

    @property
    def pid(self):
        return self._process.pid

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def url(self):
        return f"mongodb://{self.address}/"

    def start(self):
        """Start or restart it, and wait until it answers."""
        log = self.folder / "mongod.log"
        # For the kernel, the parent of a process is the thread that starts it.
        in_main = threading.current_thread() is threading.main_thread()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                stdout=output,
                stderr=output,
                preexec_fn=die_with_parent if in_main else None,
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(PyMongoError), self.client() as client:
                client.admin.command("ping")
                return self
        raise RuntimeError(f"mongod did not start:\n{log.read_text(errors='replace')[-3000:]}")

    def client(self, **options):
        """Return a direct client of this server."""
        options = {"serverSelectionTimeoutMS": 500, **options}
        return pymongo.MongoClient(self.url, directConnection=True, **options)

    def send_signal(self, number):
        self._process.send_signal(number)

    def has_socket(self, inode):
        """Return whether it has the socket with this inode open."""
        # A socket may be closed, or the process killed, in the meantime.
        with contextlib.suppress(OSError):
            for descriptor in Path(f"/proc/{self.pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    if str(descriptor.readlink()) == f"socket:[{inode}]":
                        return True
        return False

    def kill(self):
        """Kill it with SIGKILL."""
        self._process.kill()
        self._process.wait()

    def shut_down(self):
        """Shut it down cleanly; it can be restarted."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait()

    def stop(self):
        """Stop it and remove its folder."""
        if self._process is not None and self._process.poll() is None:
            # Its data is removed too, so a clean shutdown is not needed.
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class ReplicaSet:
    """A replica set.

    :param options: as for ``Mongod``
    """

    def __init__(self, nodes=1, name="rs", role=None, **options):
        self.name = name
        self.role = role
        self.nodes = [Mongod(name, role=role, **options) for _ in range(nodes)]

    @property
    def addresses(self):
        """The addresses by which members and clients reach the nodes."""
        return [node.address for node in self.nodes]

    @property
    def url(self):
        return f"mongodb://{','.join(self.addresses)}/?replicaSet={self.name}"

    def start(self):
        for node in self.nodes:
            node.start()
        members = [{"_id": n, "host": address} for n, address in enumerate(self.addresses)]
        config = {"_id": self.name, "members": members, "settings": ELECTION}
        if self.role == "configsvr":
            config["configsvr"] = True
        with self.nodes[0].client() as client:
            client.admin.command("replSetInitiate", config)
        self.primary()
        return self

    def primary(self):
        """Return the primary, after waiting for an election."""
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            for node in self.nodes:
                with contextlib.suppress(PyMongoError), node.client() as client:
                    if client.admin.command("hello")["isWritablePrimary"]:
                        return node
            time.sleep(0.05)
        raise RuntimeError(f"no primary in {SECONDS_TO_START} seconds")

    def step_down(self):
        """Make the primary step down."""
        with contextlib.suppress(PyMongoError), self.primary().client() as client:
            client.admin.command("replSetStepDown", 5, secondaryCatchUpPeriodSecs=2)

    def stop(self):
        for node in self.nodes:
            node.stop()


def free_port():
    """Return a port that outgoing connections do not use while its server is down.

    Linux uses ports from 32768 on for outgoing connections.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def die_with_parent():
    """Make Linux kill the server when the test run is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
