"""A separate database for the demo; other databases of the server are not changed."""

from __future__ import annotations

import re
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from nova_docdb import config, exception
from nova_docdb.config import CONF
from nova_docdb.demo.signals import handling
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.errors import translated

PREFIX = "nova_docdb_demo_"

URL = re.compile(r"(?P<server>[a-z+]+://[^/?]*)(?:/(?P<database>[^?]*))?(?P<options>\?.*)?")


@contextmanager
def own_database(
    url: str | None = None, *, keep: bool = False, selection_ms: int | None = None
) -> Iterator[str]:
    """Use a new database of a server in the block, and drop it at the end.

    The embedded store is used as it is, because only this process sees its rows. The database is
    dropped also after Ctrl-C and a termination signal.

    :param url: the URL of the server; None is the configured one
    :param keep: whether to keep the database
    :param selection_ms: the server selection timeout in milliseconds, unless the URL sets one
    :returns: its name
    :raises DBConnectionError: if the server cannot be reached
    :raises ConfigurationError: if the URL cannot be used, or the database exists
    """
    name = f"{PREFIX}{secrets.token_hex(8)}"
    configured = str(CONF.mongo.connection)
    own = with_database(url or configured, name)
    CONF.set_override("connection", config.literal(own), "mongo")
    try:
        # A termination signal ends the block as Ctrl-C does.
        with connection.set_aside(), handling(signal.default_int_handler, signal.SIGTERM):
            connection.current(selection_ms)
            # A database that already exists is not the demo's, and is not dropped.
            _refuse_existing(name)
            try:
                yield name
            finally:
                if not keep:
                    with handling(signal.SIG_IGN, signal.SIGINT):
                        _drop(name)
    finally:
        CONF.set_override("connection", config.literal(configured), "mongo")


def _refuse_existing(name: str) -> None:
    # The embedded store always has its collections.
    if connection.is_embedded():
        return
    with translated(""):
        if connection.get_database().list_collection_names():
            raise exception.ConfigurationError(f"The database {name} already exists.")


def with_database(url: str, name: str) -> str:
    """Return a URL with another database; the login still authenticates against the old one."""
    found = URL.fullmatch(url)
    if found is None:
        return url
    server, options = found["server"], found["options"] or ""
    if found["database"] and "@" in server and "authsource=" not in options.lower():
        options += ("&" if options else "?") + f"authSource={found['database']}"
    return f"{server}/{name}{options}"


def _drop(name: str) -> None:
    client = connection.current().client
    if client is not None:
        with translated(""):
            client.drop_database(name)
