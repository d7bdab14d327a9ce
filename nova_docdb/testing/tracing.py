"""Trace the commands that are sent to the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nova_docdb.mongo.store import monitoring


@contextmanager
def trace() -> Iterator[list[monitoring.Command]]:
    """Give the list of the commands that any thread sends to the store while the block runs.

    ::

        with testing.trace() as sent:
            db.instance_get_by_uuid(admin, uuid)
        assert len(sent) <= 5

    The list is in the order in which the commands ended. The commands for a server and for the
    embedded store may differ.
    """
    sent: list[monitoring.Command] = []
    with monitoring.subscribed(sent.append):
        yield sent
