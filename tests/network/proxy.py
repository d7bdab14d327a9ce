"""A TCP proxy of one server, which holds, loses, delays or breaks what a test tells it to."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
import time
from dataclasses import dataclass

CHUNK = 65536
TO_SERVER, TO_CLIENT = "to the server", "to the client"
BOTH = (TO_SERVER, TO_CLIENT)


@dataclass(frozen=True)
class Fault:
    """What happens to packets.

    :param kind: "hold": they are delivered by ``heal``. "swallow": they are lost, and a connection
        that lost some delivers nothing more in that direction. "delay": they are late. "reset":
        their connection breaks, and new ones are refused
    :param seconds: how late
    :param share: how many of the packets are hit, 0 to 1
    """

    kind: str
    seconds: float = 0.0
    share: float = 1.0

    def hits(self):
        return self.share >= 1 or random.random() < self.share


HOLD, SWALLOW, RESET = Fault("hold"), Fault("swallow"), Fault("reset")


class Proxy:
    """A proxy of one server, on a free port of 127.0.0.1.

    :param address: of the server, "host:port"
    :param name_of: a function that names the process that connects, given its port; faults may be
        set for one name

    A fault stays until ``heal``.
    """

    def __init__(self, address, name_of=lambda _port: None):
        host, _, port = address.rpartition(":")
        self._server = (host, int(port))
        self._name_of = name_of
        self._faults = {}
        self._changed = threading.Condition()
        self._trap = None
        self._links = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.caught = threading.Event()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        # A thread that waits in accept() keeps a closed socket open.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.heal()
        self.reset()

    def set(self, fault, direction, name=None):
        """Have a fault in this direction.

        :param name: of the process whose connections it hits; None hits all
        """
        with self._changed:
            self._faults[name, direction] = fault
            self._changed.notify_all()

    def hold(self, direction):
        """Keep what comes from now on in this direction, for every connection."""
        self.set(HOLD, direction)

    def swallow(self, direction):
        """Lose what comes from now on in this direction; connections stay open."""
        self.set(SWALLOW, direction)

    def swallow_replies(self, request):
        """Lose the reply to the next request with these bytes, and what follows on its connection.

        The request arrives, and other connections work. ``caught`` is set when that has happened.
        """
        self.caught.clear()
        self._trap = request

    def heal(self):
        """End every fault, and send what is held."""
        with self._changed:
            self._faults.clear()
            self._trap = None
            self._changed.notify_all()

    def reset(self):
        """Break every connection, as a host does that was restarted."""
        for link in list(self._links):
            link.reset()

    def _fault(self, link, direction):
        """Return the fault that hits a packet, or None, after what is held was set free."""
        with self._changed:
            while True:
                fault = self._faults.get((link.name, direction)) or self._faults.get(
                    (None, direction)
                )
                if fault is None or fault.kind != "hold" or link.is_closed:
                    break
                self._changed.wait()
        return fault if fault is not None and fault.hits() else None

    def _accept(self):
        while True:
            try:
                client, (_, port) = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client, port), daemon=True).start()

    def _connect(self, client, port):
        name = self._name_of(port)
        link = _Link(client, name)
        refused = self._faults.get((name, TO_SERVER)) or self._faults.get((None, TO_SERVER))
        if refused is not None and refused.kind == "reset" and refused.hits():
            link.reset()
            return
        try:
            link.server = socket.create_connection(self._server)
        except OSError:
            link.reset()
            return
        # A packet of a command is not to wait for the next.
        for end in (link.client, link.server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._links.add(link)
        threading.Thread(target=self._pump, args=(link, TO_CLIENT), daemon=True).start()
        self._pump(link, TO_SERVER)

    def _pump(self, link, direction):
        ends = (link.client, link.server)
        source, target = ends if direction == TO_SERVER else reversed(ends)
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._carry(link, direction, data, target)
        self._links.discard(link)
        link.close()
        with self._changed:
            self._changed.notify_all()

    def _carry(self, link, direction, data, target):
        fault = self._fault(link, direction)
        if direction == TO_SERVER and self._trap is not None and self._trap in data:
            self._trap = None
            link.deaf.add(TO_CLIENT)
            self.caught.set()
        if fault is not None:
            if fault.kind == "delay":
                time.sleep(fault.seconds)
            elif fault.kind == "swallow":
                link.deaf.add(direction)
            elif fault.kind == "reset":
                link.reset()
        if direction not in link.deaf:
            target.sendall(data)


class _Link:
    """A client's connection, and the proxy's own to the server."""

    def __init__(self, client, name):
        self.client = client
        self.server = None
        self.name = name
        self.is_closed = False
        # The directions that lost something.
        self.deaf = set()

    def close(self):
        self.is_closed = True
        for end in filter(None, (self.client, self.server)):
            # A thread that waits in recv() would keep it open.
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def reset(self):
        self.is_closed = True
        for end in filter(None, (self.client, self.server)):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # It wakes a thread that waits in recv(), and tells the other end nothing.
                end.shutdown(socket.SHUT_RD)
            end.close()
