"""The connection to the store that ``[mongo] connection`` names.

One client a process, made on the first call: a server's, or the embedded store. Writes are
acknowledged by a majority and journaled; reads see what a majority has, and come from the primary,
but for those inside ``reading_from_secondaries``.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pymongo
from pymongo.database import Database
from pymongo.errors import ConfigurationError, InvalidURI
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference, SecondaryPreferred
from pymongo.uri_parser import parse_uri

from nova_docdb import exception
from nova_docdb.config import CONF, DOLLAR, UNRESOLVED
from nova_docdb.mongo.store import monitoring, url_options
from nova_docdb.mongo.store.deadlines import UNLIMITED, Limits, limited
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.member_choice import LOCAL_THRESHOLD_MS, MemberChoice
from nova_docdb.mongo.store.server_process import Connections, Process
from nova_docdb.urls import UNENCODED, is_ambiguous, masked

if TYPE_CHECKING:
    from nova_docdb.mongo.store import embedded

LOG = logging.getLogger(__name__)

DURABLE = url_options.DURABLE
# What a failover cannot undo. A standalone server takes it and answers its newest rows.
MAJORITY = ReadConcern("majority")

# Where a URL does not say which secondaries may answer: 90 seconds are the least that can be asked.
SECONDARIES = SecondaryPreferred(max_staleness=90)

SECONDS_TO_CLOSE = 2

EMBEDDED_SCHEME = "mongomock"
SERVER_SCHEMES = ("mongodb", "mongodb+srv")

# In place of the id of an election, where a member that is no primary answers.
NO_ELECTION = "none"

# The driver's names of the types of a replica set's members.
REPLICA_SET = frozenset({"RSPrimary", "RSSecondary", "RSArbiter", "RSOther"})


@dataclass
class Connection:
    """An open connection.

    :param url: as CONF gave it
    :param database: pymongo's ``Database``, or its stand-in
    :param client: the driver's client; None for the embedded store
    :param store: the embedded store; None for a server
    :param slow_command_ms: commands that take as long are logged; 0 logs none
    :param options: of the URL, as the driver parsed them, with names in lower case
    :param defaults: options of the driver that the URL does not name
    :param connections: hears of each that a client makes
    :param limits: what bounds a call
    :param watched: the same database, told of by ``commands``; None until somebody wants that
    """

    url: str = field(repr=False)
    database: Database[dict[str, Any]]
    client: pymongo.MongoClient[dict[str, Any]] | None
    store: embedded.Store | None
    slow_command_ms: int
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    defaults: dict[str, Any] = field(default_factory=dict)
    connections: Connections = field(default_factory=Connections)
    limits: Limits = UNLIMITED
    watched: Database[dict[str, Any]] | None = None

    @property
    def is_standalone(self) -> bool:
        """Whether the server is one by itself, with neither replicas nor shards.

        :raises DBConnectionError: if it is not known yet and no server can be reached
        """
        if self.client is None:
            return False
        return self._known_types() == {"Standalone"}

    @property
    def has_snapshots(self) -> bool:
        """Whether several commands can read one moment: on a replica set and on a cluster.

        :raises DBConnectionError: as ``is_standalone``
        """
        return self.client is not None and not self.is_standalone

    def require_primary(self) -> None:
        """Refuse a member that directConnection=true leads to unless it is the primary.

        :raises DBConnectionError: if it is not, as its rows may be old; or as ``is_standalone``
        """
        if not self.options.get("directconnection") or self.is_standalone:
            return
        if self._server_types() & {"RSSecondary", "RSOther"}:
            raise exception.DBConnectionError(
                "[mongo] connection has directConnection=true and leads to a member that is not "
                "the primary, nothing was changed: leave that option out"
            )

    @property
    def is_cluster(self) -> bool:
        """Whether the servers are routers of a sharded cluster, as far as the driver knows."""
        return "Mongos" in self._server_types()

    def election(self) -> Any:
        """Return the id of the election of a replica set's primary; None where there is no set.

        Where the server that the URL names alone is no primary, it is ``NO_ELECTION``.

        :raises DBConnectionError: if no primary is known and none can be reached
        """
        if self.client is None or not self._known_types() & REPLICA_SET:
            return None
        election = self._known_election()
        if election is None:
            with translated("admin", reads=True):
                self.client.admin.command("ping", read_preference=ReadPreference.PRIMARY)
            election = self._known_election()
        return NO_ELECTION if election is None else election

    def process(self) -> Process:
        """Return the process of a standalone server, to ask later whether it is still the same."""
        assert self.client is not None  # noqa: S101 - a standalone server has one
        return Process(self.client, self.connections)

    def _known_election(self) -> Any:
        assert self.client is not None  # noqa: S101 - election() asks
        for server in self.client.topology_description.server_descriptions().values():
            if server.server_type_name == "RSPrimary":
                return server.election_id
        return None

    def _known_types(self) -> set[str]:
        """Return the types of the servers, of which at least one answers.

        :raises DBConnectionError: if none is known yet and none can be reached
        """
        if self.client is not None and self._server_types() == {"Unknown"}:
            with translated("admin", reads=True):
                self.client.admin.command("ping", read_preference=ReadPreference.NEAREST)
        return self._server_types()

    def _server_types(self) -> set[str]:
        """Return what the driver knows of the servers now."""
        if self.client is None:
            return set()
        servers = self.client.topology_description.server_descriptions()
        return {server.server_type_name for server in servers.values()}


_lock = threading.Lock()
_current: Connection | None = None
# The read preference while this thread may be answered by secondaries.
_stale_reads: ContextVar[Any] = ContextVar("stale_reads", default=None)
_on_close: list[Callable[[], None]] = []


def current(server_selection_ms: int | None = None) -> Connection:
    """Return the open connection; the first call opens it as CONF says.

    :param server_selection_ms: how long that connection looks for a server, unless its URL says
        so; None leaves it to the driver
    :raises ConfigurationError: if the URL cannot be used
    """
    return _current or _open(server_selection_ms)


def get_database() -> Database[dict[str, Any]]:
    """Return pymongo's ``Database``, or its embedded stand-in.

    :raises ConfigurationError: if the URL cannot be used
    """
    opened = _current or _open()
    database = _watched(opened) if monitoring.enabled() else opened.database
    stale = _stale_reads.get()
    return database if stale is None else database.with_options(read_preference=stale)


@contextmanager
def reading_from_secondaries() -> Iterator[None]:
    """Have this thread's reads answered by secondaries, as the URL's readPreference says.

    What they answer may be old, and a majority has it, as everywhere. Writes go to the primary.
    """
    opened = current()
    if opened.client is None:
        yield
        return
    preference = opened.client.read_preference
    before = _stale_reads.set(SECONDARIES if preference == ReadPreference.PRIMARY else preference)
    try:
        yield
    finally:
        _stale_reads.reset(before)


def is_embedded() -> bool:
    """Tell whether the rows are kept in this process."""
    return current().store is not None


def close() -> None:
    """Close the client and forget every cached state; the next call connects anew.

    The rows of the embedded store are gone with it.
    """
    global _current
    with _lock:
        gone, _current = _current, None
    forget_caches()
    monitoring.log_slower_than(0)
    if gone is not None and gone.client is not None:
        # The driver tells the server that its sessions end, and would wait for one that is gone.
        with limited(SECONDS_TO_CLOSE):
            gone.client.close()
            if gone.watched is not None:
                gone.watched.client.close()


@contextmanager
def set_aside() -> Iterator[None]:
    """Set the open connection aside; at the end close what was opened meanwhile and take it back.

    It is for tests: no other thread may call meanwhile but those of the block.
    """
    global _current  # noqa: PLW0603 - the one connection of the process
    with _lock:
        aside, _current = _current, None
    forget_caches()
    try:
        yield
    finally:
        close()
        with _lock:
            _current = aside
            monitoring.log_slower_than(0 if aside is None else aside.slow_command_ms)


def on_close(forget: Callable[[], None]) -> Callable[[], None]:
    """Register what drops a cached state when the connection closes."""
    _on_close.append(forget)
    return forget


def forget_caches() -> None:
    """Drop every cached state: what the process knows of the store's rows."""
    for forget in _on_close:
        forget()


def _open(server_selection_ms: int | None = None) -> Connection:
    global _current  # noqa: PLW0603 - the one connection of the process
    with _lock:
        if _current is None:
            defaults: dict[str, Any] = {"appname": "nova_docdb"}
            if server_selection_ms is not None:
                defaults["serverSelectionTimeoutMS"] = server_selection_ms
            opened = _connect(_configured_url(), CONF.mongo.slow_command_ms, defaults)
            monitoring.log_slower_than(opened.slow_command_ms)
            _current = opened
        return _current


def _configured_url() -> str:
    try:
        return str(CONF.mongo.connection)
    except UNRESOLVED:
        raise exception.ConfigurationError(
            f"[mongo] connection cannot be used: {DOLLAR}."
        ) from None


def _connect(url: str, slow_command_ms: int, defaults: dict[str, Any]) -> Connection:
    scheme = url.partition("://")[0]
    if scheme == EMBEDDED_SCHEME:
        from nova_docdb.mongo.store import embedded  # noqa: PLC0415 - mongomock is slow to import

        store = embedded.Store(_path(url) or "nova")
        LOG.info("The embedded store is used: rows live in memory and end with this process.")
        # The stand-in has what the backend uses of the driver's class.
        database = cast("Database[dict[str, Any]]", store.database)
        return Connection(url, database, None, store, slow_command_ms, watched=database)
    if scheme in SERVER_SCHEMES:
        connections = Connections()
        options = _options(url)
        limits = url_options.limits(options)
        # For the driver an argument counts more than the URL.
        defaults = url_options.driver_defaults(options, limits) | {
            name: value for name, value in defaults.items() if name.lower() not in options
        }
        database = _server_database(
            url, options, defaults, connections, watched=slow_command_ms > 0
        )
        watched = database if slow_command_ms else None
        return Connection(
            *(url, database, database.client, None, slow_command_ms),
            options=options,
            defaults=defaults,
            connections=connections,
            limits=limits,
            watched=watched,
        )
    raise exception.ConfigurationError(
        f"[mongo] connection must be a mongodb:// or mongomock:// URL, not {masked(url)!r}"
        + ("; a SQL database to import from goes into sql_connection." if url else ".")
    )


def _path(url: str) -> str:
    return url.partition("://")[2].partition("/")[2].partition("?")[0].strip("/")


def _watched(opened: Connection) -> Database[dict[str, Any]]:
    """Return the database of a client that tells of its commands.

    NOTE: a client tells from its making on or never, and telling costs time: so there is a second
    one. It stays open, as another thread may be in the middle of a call.
    """
    if opened.watched is None:
        with _lock:
            if opened.watched is None:
                opened.watched = _server_database(
                    opened.url, opened.options, opened.defaults, opened.connections, watched=True
                )
    return opened.watched


def _options(url: str) -> Mapping[str, Any]:
    """Return the options of a URL, as the driver parses them, with names in lower case."""
    with _one_sentence(url):
        parsed = parse_uri(url, validate=True, warn=False)["options"]
    options = {name.lower(): value for name, value in parsed.items()}
    url_options.require_usable(options)
    if insecure := url_options.insecurity(options):
        LOG.warning("The certificate of the MongoDB server is not checked: %s.", insecure)
    return options


def _server_database(
    url: str,
    options: Mapping[str, Any],
    defaults: dict[str, Any],
    connections: Connections,
    *,
    watched: bool,
) -> Database[dict[str, Any]]:
    listeners = [connections, *([monitoring.Listener()] if watched else [])]
    choice = MemberChoice(options.get("localthresholdms", LOCAL_THRESHOLD_MS))
    with _one_sentence(url):
        client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
            url, event_listeners=listeners, server_selector=choice, **defaults
        )
    return client.get_database(
        client.get_default_database("nova").name,
        codec_options=url_options.CODEC_OPTIONS,
        write_concern=url_options.write_concern(client, options),
        read_preference=ReadPreference.PRIMARY,
        read_concern=MAJORITY,
    )


@contextmanager
def _one_sentence(url: str) -> Iterator[None]:
    """Raise ConfigurationError for what the driver says of a URL that cannot be used."""
    try:
        yield
    except (InvalidURI, ConfigurationError, ValueError, TypeError, KeyError) as error:
        # What the driver says of such a login may show a piece of it.
        ambiguous = is_ambiguous(url)
        reason = error.args[0] if isinstance(error, KeyError) else error
        raise exception.ConfigurationError(
            f"[mongo] connection cannot be used: {masked(url)!r}: "
            f"{UNENCODED if ambiguous else reason}"
        ) from (None if ambiguous else error)
    except OSError as error:
        # Which file it is the system does not say, but the URL does.
        raise exception.ConfigurationError(
            f"[mongo] connection cannot be used: {masked(url)!r}: a file of its TLS options cannot "
            f"be used: {error.strerror or error}"
        ) from error


def _after_fork() -> None:
    """Forget the parent's client: its sockets and threads are the parent's."""
    global _current, _lock  # noqa: PLW0603 - the one connection of the process
    _lock = threading.Lock()
    if _current is not None and _current.client is not None:
        _current = None
    forget_caches()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
