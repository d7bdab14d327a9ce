"""The servers of a run: mongod, and MariaDB if it is installed."""

from __future__ import annotations

from typing import Any

from tests.servers import Mongod, ReplicaSet
from tests.sql import servers as sql

CACHE_GB = 1

STORES: dict[str, Any] = {"standalone": Mongod, "replica_set": ReplicaSet}


def mongod(store: str) -> Any:
    """Return a server that is not started yet, with ``start``, ``url`` and ``stop``."""
    return STORES[store](cache_gb=CACHE_GB)


class MariaDB(sql.MariaDB):
    """A MariaDB that flushes its log at every commit."""

    flags = (
        "--innodb-flush-log-at-trx-commit=1",
        f"--innodb-buffer-pool-size={CACHE_GB}G",
        "--skip-name-resolve",
    )

    def every_url(self) -> str:
        """Return the SQLAlchemy URL of a user who can create databases; {} is the database."""
        return f"mysql+pymysql://root@127.0.0.1:{self.port}/{{}}"


def has_mariadb() -> bool:
    """Return whether MariaDB is installed."""
    return all(MariaDB.find(program) for program in ("mariadbd", "mariadb-install-db"))
