"""Real MariaDB and PostgreSQL servers for tests: on free ports of 127.0.0.1."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from tests.servers import SECONDS_TO_START, die_with_parent, free_port, in_memory

PASSWORD = "secret"


class SqlServer:
    """A SQL server of one engine, with the user ``nova``.

    :cvar program: the server's program
    :cvar folders: where distributions put it, off the PATH
    :cvar user: the user to run as if the tests run as root, which the server rejects
    :cvar package: its Debian package
    :cvar ending: the signal that stops it without saving
    """

    program = ""
    folders = ()
    user = ""
    package = ""
    ending = signal.SIGKILL

    def __init__(self):
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"nova-docdb-{self.program}-", dir=in_memory()))
        self.data = self.folder / "data"
        self._numbers = itertools.count(1)
        self._process = None

    @classmethod
    def find(cls, program=None):
        """Return the path of a program of this engine, or None."""
        program = program or cls.program
        if found := shutil.which(program):
            return found
        places = sorted(path for folder in cls.folders for path in Path("/").glob(folder))
        return next((str(p / program) for p in reversed(places) if (p / program).exists()), None)

    def start(self):
        """Create its data folder, start it, and wait until it answers."""
        if os.getuid() == 0:
            shutil.chown(self.folder, self.user)
        self._initialise()
        in_main = threading.current_thread() is threading.main_thread()
        log = self.folder / "server.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command(),
                stdout=output,
                stderr=output,
                preexec_fn=die_with_parent if in_main else None,
                **self._as_user(),
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OperationalError):
                self._execute("SELECT 1")
                self._make_user()
                return self
            time.sleep(0.1)
        raise RuntimeError(f"{self.program} did not start:\n{log.read_text()[-3000:]}")

    def stop(self):
        """Stop it and remove its folder."""
        if self._process is not None and self._process.poll() is None:
            # Immediately; PostgreSQL needs time to end its children.
            self._process.send_signal(self.ending)
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self, *options):
        """Create an empty database and return its URL.

        :param options: for ``_make_database``
        """
        name = f"nova{next(self._numbers)}"
        self._make_database(name, *options)
        return self.url(name)

    def _run(self, *command):
        subprocess.run(command, check=True, capture_output=True, **self._as_user())

    def _as_user(self):
        if os.getuid() != 0:
            return {}
        return {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "cwd": self.folder}

    def _execute(self, *statements):
        engine = sa.create_engine(self._admin_url(), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connected:
                for statement in statements:
                    connected.execute(sa.text(statement))
        finally:
            engine.dispose()


class MariaDB(SqlServer):
    """A MariaDB server.

    :cvar flags: command-line flags
    """

    program = "mariadbd"
    folders = ("usr/sbin", "usr/local/sbin")
    user = "mysql"
    package = "mariadb-server"
    flags = (
        # No data needs to outlive the test, so nothing is flushed to disk.
        *("--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync"),
        *("--sync-frm=0", "--innodb-doublewrite=0"),
        # As on Debian; Nova's tables declare their character sets.
        "--character-set-server=utf8mb4",
    )

    def url(self, database, password=PASSWORD):
        return f"mysql://nova:{password}@127.0.0.1:{self.port}/{database}"

    def _initialise(self):
        self._run(
            self.find("mariadb-install-db"),
            *("--no-defaults", f"--datadir={self.data}", "--skip-test-db"),
            "--auth-root-authentication-method=normal",
        )

    def _command(self):
        return [
            self.find(),
            *("--no-defaults", f"--datadir={self.data}", f"--port={self.port}"),
            *("--bind-address=127.0.0.1", f"--socket={self.folder}/socket"),
            *(f"--pid-file={self.folder}/pid", "--skip-log-bin"),
            *self.flags,
        ]

    def _admin_url(self):
        return f"mysql+pymysql://root@localhost/mysql?unix_socket={self.folder}/socket"

    def _make_user(self):
        self._execute(
            f"CREATE USER nova@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
            f"CREATE USER nova@localhost IDENTIFIED BY '{PASSWORD}'",
        )

    def _make_database(self, name):
        self._execute(
            f"CREATE DATABASE {name}",
            *(f"GRANT ALL ON {name}.* TO nova@'{host}'" for host in ("127.0.0.1", "localhost")),
        )

    def forbid_writing(self, url):
        """Revoke all privileges of the user except reading."""
        name = sa.make_url(url).database
        for host in ("127.0.0.1", "localhost"):
            self._execute(
                f"REVOKE ALL ON {name}.* FROM nova@'{host}'",
                f"GRANT SELECT ON {name}.* TO nova@'{host}'",
            )


class PostgreSQL(SqlServer):
    """A PostgreSQL server."""

    program = "postgres"
    folders = ("usr/lib/postgresql/*/bin", "usr/local/pgsql/bin")
    user = "postgres"
    package = "postgresql"
    ending = signal.SIGQUIT

    def url(self, database, password=PASSWORD):
        return f"postgresql://nova:{password}@127.0.0.1:{self.port}/{database}"

    def _initialise(self):
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._run(
            self.find("initdb"),
            *("-D", str(self.data), "-U", "admin", "-A", "scram-sha-256"),
            *(f"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8"),
        )

    def _command(self):
        return [
            self.find(),
            *("-D", str(self.data), "-p", str(self.port), "-h", "127.0.0.1"),
            *("-k", "", "-c", "fsync=off", "-c", "full_page_writes=off"),
        ]

    def _admin_url(self):
        return f"postgresql+psycopg://admin:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def _make_user(self):
        self._execute(f"CREATE ROLE nova LOGIN PASSWORD '{PASSWORD}'")

    def _make_database(self, name, encoding="UTF8"):
        locale = "C.UTF-8" if encoding == "UTF8" else "C"
        self._execute(
            f"CREATE DATABASE {name} OWNER nova TEMPLATE template0 "
            f"ENCODING '{encoding}' LOCALE '{locale}'"
        )

    def forbid_writing(self, url):
        """Make every session of the database read-only."""
        name = sa.make_url(url).database
        self._execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
