"""A proxy between a client and a server, which loses what a test tells it to."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

CHUNK = 65536
TO_SERVER, TO_CLIENT = "to the server", "to the client"


class Proxy:
    """A TCP proxy of one server, on a free port of 127.0.0.1.

    :param address: of the server, "host:port"

    A fault stays until ``heal``. Whatever is held is sent then; what is swallowed is lost.
    """

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self._server = (host, int(port))
        self._open = threading.Event()
        self._open.set()
        self._held = set()
        self._swallowed = set()
        self._trap = None
        self._links = []
        self._lock = threading.Lock()
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
        self._open.set()
        self.reset()

    def hold(self, direction):
        """Keep what comes from now on in this direction, for every connection."""
        self._open.clear()
        self._held.add(direction)

    def swallow(self, direction):
        """Lose what comes from now on in this direction; connections stay open."""
        self._swallowed.add(direction)

    def swallow_replies(self, request):
        """Lose the reply to the next request with these bytes, and what follows on its connection.

        The request arrives, and other connections work. ``caught`` is set when that has happened.
        """
        self.caught.clear()
        self._trap = request

    def heal(self):
        """End every fault, and send what is held."""
        self._held.clear()
        self._swallowed.clear()
        self._trap = None
        self._open.set()

    def reset(self):
        """Break every connection, as a host does that was restarted."""
        with self._lock:
            links, self._links = self._links, []
        for link in links:
            link.reset()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._server)
            except OSError:
                client.close()
                continue
            link = _Link(client, server)
            with self._lock:
                self._links.append(link)
            for direction in (TO_SERVER, TO_CLIENT):
                threading.Thread(target=self._pump, args=(link, direction), daemon=True).start()

    def _pump(self, link, direction):
        ends = (link.client, link.server)
        source, target = ends if direction == TO_SERVER else reversed(ends)
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                if direction in self._held:
                    self._open.wait()
                if direction == TO_SERVER and self._trap is not None and self._trap in data:
                    self._trap, link.is_deaf = None, True
                    self.caught.set()
                if direction in self._swallowed or (direction == TO_CLIENT and link.is_deaf):
                    continue
                target.sendall(data)
        link.close()


class _Link:
    """A client's connection, and the proxy's own to the server."""

    def __init__(self, client, server):
        self.client = client
        self.server = server
        self.is_deaf = False

    def close(self):
        for end in (self.client, self.server):
            # A thread that waits in recv() would keep it open.
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def reset(self):
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()
