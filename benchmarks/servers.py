"""The servers of a run: mongod, and MariaDB where it is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.servers import SECONDS_TO_START, Mongod, ReplicaSet, free_port

CACHE_GB = 1

STORES: dict[str, Any] = {"standalone": Mongod, "replica_set": ReplicaSet}


def mongod(store: str) -> Any:
    """Return a server of that kind, not started: ``start``, ``url``, ``stop``."""
    return STORES[store](cache_gb=CACHE_GB)


class MariaDB:
    """A MariaDB that flushes its log at every commit, in a temporary folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nova-docdb-mariadb-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL for SQLAlchemy; {} stands for the database."""
        return f"mysql+pymysql://root@127.0.0.1:{self.port}/{{}}"

    def start(self) -> None:
        """Start it and wait until it answers.

        :raises RuntimeError: if it does not
        """
        user = self._owner()
        data = f"--datadir={self.folder / 'data'}"
        install = ["mariadb-install-db", "--no-defaults", data, *user]
        log = self.folder / "mariadb.log"
        with log.open("wb") as output:
            subprocess.run(
                [*install, "--auth-root-authentication-method=normal", "--skip-test-db"],
                check=True,
                stdout=output,
                stderr=output,
            )
            self._process = subprocess.Popen(
                [
                    *(_find(), "--no-defaults", data, *user),
                    *(f"--port={self.port}", "--bind-address=127.0.0.1"),
                    *(f"--socket={self.folder / 'socket'}", "--skip-name-resolve"),
                    "--innodb-flush-log-at-trx-commit=1",
                    f"--innodb-buffer-pool-size={CACHE_GB}G",
                ],
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.1)
        raise RuntimeError(f"MariaDB did not start:\n{log.read_text(errors='replace')[-3000:]}")

    def stop(self) -> None:
        """End it and remove its folder."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _owner(self) -> list[str]:
        """Return the option that names who runs the server; root may not."""
        if os.geteuid() != 0:
            return []
        shutil.chown(self.folder, "mysql")
        return ["--user=mysql"]


def _find() -> str:
    found = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    assert found is not None
    return found


def has_mariadb() -> bool:
    """Tell whether MariaDB is installed."""
    return bool(shutil.which("mariadb-install-db")) and bool(
        shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    )
