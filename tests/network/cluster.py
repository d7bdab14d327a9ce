"""A replica set whose members and clients reach each other only through proxies."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path

from tests import servers
from tests.network.proxy import BOTH, HOLD, TO_CLIENT, TO_SERVER, Proxy

CLIENT = "client"
# The kernel does not list all sockets at one moment, so it may miss one.
LOOKUPS = 5


class Cluster(servers.ReplicaSet):
    """A replica set of three members, each behind a proxy.

    A proxy finds out through /proc which member connects to it; anything else is ``CLIENT``. Tests
    connect to a node directly with ``node.client()``.
    """

    def __init__(self):
        super().__init__(3)
        self.proxies = {node: Proxy(node.address, self._name_of) for node in self.nodes}

    @property
    def addresses(self):
        return [proxy.address for proxy in self.proxies.values()]

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.callback(super().stop)
            for proxy in self.proxies.values():
                stack.enter_context(proxy)
            self.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.heal()
        self._stack.close()

    def others(self, node):
        return [other for other in self.nodes if other is not node]

    def cut(self, source, target, fault=HOLD):
        """Inject a fault into the packets from one to the other.

        :param source: a node, or ``CLIENT``; so is ``target``
        """
        if target is not CLIENT:
            self.proxies[target].set(fault, TO_SERVER, source)
        if source is not CLIENT:
            self.proxies[source].set(fault, TO_CLIENT, target)

    def separate(self, one, other, fault=HOLD):
        """Inject a fault into the packets of both directions."""
        self.cut(one, other, fault)
        self.cut(other, one, fault)

    def everywhere(self, fault, directions=BOTH, name=None):
        """Inject a fault into every connection."""
        for proxy in self.proxies.values():
            for direction in directions:
                proxy.set(fault, direction, name)

    def heal(self):
        """End every fault of the network, and continue paused members."""
        for proxy in self.proxies.values():
            proxy.heal()
        for node in self.nodes:
            with contextlib.suppress(ProcessLookupError, AttributeError):
                node.send_signal(signal.SIGCONT)

    def _name_of(self, local, remote):
        for _ in range(LOOKUPS):
            if inode := inode_of(local, remote):
                return next((node for node in self.nodes if node.has_socket(inode)), CLIENT)
        return CLIENT


def inode_of(local, remote):
    """Return the inode of the socket of 127.0.0.1 with this local and remote port, or None.

    Sockets with the same local port are common: one for each remote port.
    """
    ends = [f"0100007F:{port:04X}" for port in (local, remote)]
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1:3] == ends:
            return fields[9]
    return None
