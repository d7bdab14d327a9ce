"""A TCP proxy of one server, which holds, drops, delays or breaks traffic for tests."""

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
    """A fault of packets.

    :param kind: "hold": they are delivered by ``heal``. "swallow": they are dropped, and so is all
        that follows on their connection in that direction. "delay": they are delivered late.
        "reset": their connection breaks, and new ones are refused
    :param seconds: the delay
    :param share: the share of affected packets, 0 to 1
    """

    kind: str
    seconds: float = 0.0
    share: float = 1.0

    def hits(self):
        return self.share >= 1 or random.random() < self.share


HOLD, SWALLOW, RESET = Fault("hold"), Fault("swallow"), Fault("reset")


class Proxy:
    """A proxy of one server, on a free port of 127.0.0.1.

    :param address: the address of the server, "host:port"
    :param name_of: a function that returns the name of a connecting process for the local and
        remote port of its socket; faults can be set for one name

    A fault lasts until ``heal``.
    """

    def __init__(self, address, name_of=lambda _local, _remote: None):
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
        """Set the fault of a direction.

        :param name: the process whose connections are affected; None affects all
        """
        with self._changed:
            self._faults[name, direction] = fault
            self._changed.notify_all()

    def hold(self, direction):
        """Hold all further data in this direction, on every connection."""
        self.set(HOLD, direction)

    def swallow(self, direction):
        """Drop all further data in this direction; connections stay open."""
        self.set(SWALLOW, direction)

    def swallow_replies(self, request):
        """Drop the reply to the next request with these bytes, and all that follow it there.

        The request arrives, and other connections work. Then ``caught`` is set.
        """
        self.caught.clear()
        self._trap = request

    def heal(self):
        """End every fault, and deliver held data."""
        with self._changed:
            self._faults.clear()
            self._trap = None
            self._changed.notify_all()

    def reset(self):
        """Break every connection, like a restarted host."""
        for link in list(self._links):
            link.reset()

    def _fault(self, link, direction):
        """Return the fault of a packet, or None; wait while it is held."""
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
        name = self._name_of(port, client.getsockname()[1])
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
        # A packet must not wait for the next one.
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
            link.dropping.add(TO_CLIENT)
            self.caught.set()
        if fault is not None:
            if fault.kind == "delay":
                time.sleep(fault.seconds)
            elif fault.kind == "swallow":
                link.dropping.add(direction)
            elif fault.kind == "reset":
                link.reset()
        if direction not in link.dropping:
            target.sendall(data)


class _Link:
    """The connection of a client, and that of the proxy to the server."""

    def __init__(self, client, name):
        self.client = client
        self.server = None
        self.name = name
        self.is_closed = False
        # The directions that dropped data.
        self.dropping = set()

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
                # Wakes a thread that waits in recv(), and sends nothing to the other end.
                end.shutdown(socket.SHUT_RD)
            end.close()
