"""The commands that calls send to a server, as the driver publishes them."""

from __future__ import annotations

import contextlib

import pymongo
import pytest
from pymongo import monitoring

from nova_docdb.mongo.store import connection


class Listener(monitoring.CommandListener):
    """Receives commands as they are sent, and ignores how they end."""

    def succeeded(self, event):
        pass

    failed = succeeded


class Recorder(Listener):
    """Records the commands that are sent while ``recording``."""

    def __init__(self):
        self._kept = None

    @contextlib.contextmanager
    def recording(self):
        """Yield the list of recorded commands."""
        self._kept = []
        try:
            yield self._kept
        finally:
            self._kept = None

    def started(self, event):
        if self._kept is not None:
            self._kept.append(event.command)


@contextlib.contextmanager
def listening(listener):
    """Make the clients that are opened in the block publish every command to a listener."""
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        real = pymongo.MongoClient

        def client(*args, event_listeners=(), **options):
            return real(*args, event_listeners=[*event_listeners, listener], **options)

        patch.setattr(pymongo, "MongoClient", client)
        try:
            yield listener
        finally:
            connection.close()


def kind(command):
    """Return the name of a command and the collection that it is for."""
    name = next(iter(command))
    return name, command["collection" if name == "getMore" else name]
