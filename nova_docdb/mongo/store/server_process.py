"""Whether a server was restarted in the middle of a call.

A connection ends with its server. As long as a client makes no new one, all that it sends goes to
one process. Where it made one, which it also does when callers become more, the server is asked
which process it is.
"""

from __future__ import annotations

import itertools
from typing import Any

import pymongo
from pymongo.monitoring import ConnectionPoolListener, ConnectionReadyEvent


class Connections(ConnectionPoolListener):
    """Numbers the connections that clients make.

    :ivar newest: the number of the one that was ready last; each is here but once
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.newest = 0

    def connection_ready(self, event: ConnectionReadyEvent) -> None:  # noqa: ARG002
        """Number it: it has a server, and nobody has it yet."""
        self.newest = next(self._numbers)

    def _ignore(self, event: Any) -> None:
        """Nothing was made."""

    pool_created = pool_ready = pool_cleared = pool_closed = _ignore
    connection_created = connection_closed = connection_check_out_started = _ignore
    connection_check_out_failed = connection_checked_out = connection_checked_in = _ignore


class Process:
    """The process of a standalone server, as it is when this is made.

    :param client: of that server, which is known to it
    :param connections: hears of those of every client that is used
    """

    def __init__(self, client: pymongo.MongoClient[Any], connections: Connections) -> None:
        self._client = client
        self._connections = connections
        self._newest = connections.newest
        (server,) = client.topology_description.server_descriptions().values()
        self._identity = (server.topology_version or {}).get("processId")

    def is_the_same(self) -> bool:
        """Tell whether all that was sent since then went to it.

        :raises PyMongoError: if the server has to be asked, and does not answer
        """
        if self._connections.newest == self._newest:
            return True
        said = self._client.admin.command("hello").get("topologyVersion") or {}
        return bool(said.get("processId") == self._identity)
