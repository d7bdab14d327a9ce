"""The commands that calls send to a server, as the driver tells of them."""

from __future__ import annotations

import contextlib

import pymongo
import pytest
from pymongo import monitoring

from nova_docdb.mongo.store import connection


class Listener(monitoring.CommandListener):
    """Hears of commands as they are sent; how they end is nothing to it."""

    def succeeded(self, event):
        pass

    failed = succeeded


class Recorder(Listener):
    """Keeps the commands that are sent while ``recording``."""

    def __init__(self):
        self._kept = None

    @contextlib.contextmanager
    def recording(self):
        """Give the list that the commands go to."""
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
    """Have the clients that are opened meanwhile tell a listener of every command."""
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
