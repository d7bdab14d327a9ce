"""Watching what is sent to the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nova_docdb.mongo.store import monitoring


@contextmanager
def trace() -> Iterator[list[monitoring.Command]]:
    """List the commands that are sent to the store while the block runs, in whatever thread.

    ::

        with testing.trace() as sent:
            db.instance_get_by_uuid(admin, uuid)
        assert len(sent) <= 5

    The list is in the order in which the commands ended. A server and the embedded store may be
    asked for the same thing with different commands.
    """
    sent: list[monitoring.Command] = []
    with monitoring.subscribed(sent.append):
        yield sent
