"""Detection of a server restart in the middle of a call.

A connection ends with its server process. As long as a client opens no new connection, all its
commands reach the same process. If it has opened one, which it also does under load, the server's
process id is compared.
"""

from __future__ import annotations

import itertools
from typing import Any

import pymongo
from pymongo.monitoring import ConnectionPoolListener, ConnectionReadyEvent


class Connections(ConnectionPoolListener):
    """Counts the connections that the clients open.

    :ivar newest: the sequence number of the newest connection
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.newest = 0

    def connection_ready(self, event: ConnectionReadyEvent) -> None:  # noqa: ARG002
        """Count a connection before its first use."""
        self.newest = next(self._numbers)

    def _ignore(self, event: Any) -> None:
        """Ignore the event: no connection was opened."""

    pool_created = pool_ready = pool_cleared = pool_closed = _ignore
    connection_created = connection_closed = connection_check_out_started = _ignore
    connection_check_out_failed = connection_checked_out = connection_checked_in = _ignore


class Process:
    """The process of a standalone server at the time of creation.

    :param client: a client that has found the server
    :param connections: the counter of the connections of all clients
    """

    def __init__(self, client: pymongo.MongoClient[Any], connections: Connections) -> None:
        self._client = client
        self._connections = connections
        self._newest = connections.newest
        (server,) = client.topology_description.server_descriptions().values()
        self._identity = (server.topology_version or {}).get("processId")

    def is_the_same(self) -> bool:
        """Return whether all commands since then reached this process.

        :raises PyMongoError: if the server must be asked and does not answer
        """
        if self._connections.newest == self._newest:
            return True
        version = self._client.admin.command("hello").get("topologyVersion") or {}
        return bool(version.get("processId") == self._identity)
