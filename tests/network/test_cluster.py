"""The members of a replica set are found by their connections."""

import os
import socket
import sys

import pytest

from tests.network.cluster import inode_of


@pytest.mark.skipif(sys.platform != "linux", reason="the sockets are read from /proc")
def test_two_sockets_with_one_local_port_are_told_apart():
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        local = None
        sockets = []
        for listener in (one, other):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            client.bind(("127.0.0.1", local or 0))
            client.connect(listener.getsockname())
            local = client.getsockname()[1]
            sockets.append(client)
        for client in sockets:
            with client:
                remote = client.getpeername()[1]
                assert inode_of(local, remote) == str(os.fstat(client.fileno()).st_ino)
