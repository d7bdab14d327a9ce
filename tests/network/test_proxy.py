"""The proxy holds, drops, delays and breaks the given traffic, and nothing else."""

import socket
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest

from tests.network.proxy import HOLD, RESET, SWALLOW, TO_CLIENT, TO_SERVER, Fault, Proxy
from tests.threads import wait_until

PATIENCE = 20


@pytest.fixture
def server():
    """A server that answers each line with the same line; ``lines`` are those that arrived."""
    listener = socket.create_server(("127.0.0.1", 0))
    lines_seen = []

    def answer(connection):
        with connection, suppress(ConnectionError), connection.makefile("rw") as lines:
            for line in lines:
                lines_seen.append(line.strip())
                lines.write(line)
                lines.flush()

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield SimpleNamespace(port=listener.getsockname()[1], lines=lines_seen)
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def proxy(server):
    names = {}
    with Proxy(f"127.0.0.1:{server.port}", lambda local, _: names.get(local)) as proxy:
        proxy.names = names
        yield proxy


class Client:
    def __init__(self, proxy, name=None):
        # The name is set before the proxy looks it up.
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        proxy.names[self._socket.getsockname()[1]] = name
        host, port = proxy.address.split(":")
        self._socket.settimeout(PATIENCE)
        self._socket.connect((host, int(port)))
        self._lines = self._socket.makefile("rw")

    def send(self, line):
        self._lines.write(f"{line}\n")
        self._lines.flush()

    def receive(self, seconds=PATIENCE):
        """Return the next answer, or None."""
        self._socket.settimeout(seconds)
        try:
            return self._lines.readline().strip()
        except TimeoutError:
            return None


def test_all_data_arrives_without_a_fault(proxy):
    client = Client(proxy)
    client.send("one")
    assert client.receive() == "one"


@pytest.mark.parametrize("direction", [TO_SERVER, TO_CLIENT])
def test_held_data_arrives_when_the_fault_ends(proxy, server, direction):
    client = Client(proxy)
    proxy.set(HOLD, direction)
    client.send("one")
    assert client.receive(0.2) is None
    assert server.lines == ([] if direction == TO_SERVER else ["one"])
    proxy.heal()
    # A client that has timed out receives nothing more, so a new one is used.
    wait_until(lambda: "one" in server.lines)
    again = Client(proxy)
    again.send("two")
    assert again.receive() == "two"


def test_dropped_data_never_arrives(proxy, server):
    client = Client(proxy)
    proxy.set(SWALLOW, TO_SERVER)
    client.send("one")
    assert client.receive(0.2) is None
    proxy.heal()
    other = Client(proxy)
    other.send("two")
    assert other.receive() == "two"
    assert server.lines == ["two"]


def send_and_receive(client, line):
    client.send(line)
    return client.receive()


def test_reset_breaks_connections_and_refuses_new_ones(proxy):
    client = Client(proxy)
    assert send_and_receive(client, "one") == "one"
    proxy.set(RESET, TO_SERVER)
    with pytest.raises(ConnectionError):
        send_and_receive(client, "two")
    with pytest.raises(ConnectionError):
        send_and_receive(Client(proxy), "three")


def test_delayed_packets_arrive(proxy):
    proxy.set(Fault("delay", seconds=0.01), TO_SERVER)
    client = Client(proxy)
    client.send("one")
    assert client.receive() == "one"


def test_fault_for_one_name_does_not_affect_others(proxy):
    proxy.set(SWALLOW, TO_CLIENT, "member")
    member, client = Client(proxy, "member"), Client(proxy, "client")
    for each in (member, client):
        each.send("one")
    assert client.receive() == "one"
    assert member.receive(0.2) is None
