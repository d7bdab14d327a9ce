"""An open connection: a client of a server, or the embedded store.

``connect`` creates it from a URL. Writes are acknowledged by a majority and journaled, reads use
read concern "majority" and the primary, unless the URL weakens this and the configuration allows
it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pymongo
from pymongo.database import Database
from pymongo.errors import ConfigurationError, InvalidURI
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.uri_parser import parse_uri

from nova_docdb import exception
from nova_docdb.mongo.store import monitoring, url_options
from nova_docdb.mongo.store.deadlines import UNLIMITED, Limits
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.member_choice import LOCAL_THRESHOLD_MS, MemberChoice
from nova_docdb.mongo.store.server_process import Connections, Process
from nova_docdb.urls import UNENCODED, is_ambiguous, masked

if TYPE_CHECKING:
    from nova_docdb.mongo.store import embedded

LOG = logging.getLogger(__name__)

# A failover cannot roll these reads back. A standalone server accepts it and reads its newest rows.
MAJORITY = ReadConcern("majority")

EMBEDDED_SCHEME = "mongomock"
SERVER_SCHEMES = ("mongodb", "mongodb+srv")

# Stands in for the id of an election if the only server of the URL is not a primary.
NO_ELECTION = "none"

# The driver's names of the types of a replica set's members.
REPLICA_SET = frozenset({"RSPrimary", "RSSecondary", "RSArbiter", "RSOther"})


@dataclass
class Connection:
    """An open connection.

    :param url: the URL from CONF
    :param database: pymongo's ``Database``, or its embedded stand-in
    :param client: the driver's client; None for the embedded store
    :param store: the embedded store; None for a server
    :param slow_command_ms: commands that take at least this long are logged; 0 logs none
    :param options: the options of the URL as the driver parsed them, names in lower case
    :param defaults: options of the driver that the URL does not name
    :param connections: counts the connections that the clients open
    :param limits: the time limits of a call
    :param monitored: the same database, of a client with command listeners; None until monitoring
        is used
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
    monitored: Database[dict[str, Any]] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def monitored_database(self) -> Database[dict[str, Any]]:
        """Return the database of a client with command listeners.

        NOTE: listeners can only be set when a client is created, and they cost time, so this is a
        second client. It stays open, because another thread may be in the middle of a call.
        """
        if self.monitored is None:
            with self._lock:
                if self.monitored is None:
                    self.monitored = _server_database(
                        self.url, self.options, self.defaults, self.connections, monitored=True
                    )
        return self.monitored

    @property
    def is_standalone(self) -> bool:
        """Whether the server is a standalone mongod, with neither replicas nor shards.

        :raises DBConnectionError: if that is not known yet and no server can be reached
        """
        if self.client is None:
            return False
        return self._known_types() == {"Standalone"}

    @property
    def has_snapshots(self) -> bool:
        """Whether several commands can read one snapshot: on a replica set and on a cluster.

        :raises DBConnectionError: as ``is_standalone``
        """
        return self.client is not None and not self.is_standalone

    def require_primary(self) -> None:
        """Raise if directConnection=true connects to a member that is not the primary.

        :raises DBConnectionError: if so, because its rows may be stale; or as ``is_standalone``
        """
        if not self.options.get("directconnection") or self.is_standalone:
            return
        if self._server_types() & {"RSSecondary", "RSOther"}:
            raise exception.DBConnectionError(
                "[mongo] connection has directConnection=true and connects to a member that is not "
                "the primary, nothing was changed: leave that option out"
            )

    @property
    def is_cluster(self) -> bool:
        """Whether the servers are routers of a sharded cluster, as far as the driver knows."""
        return "Mongos" in self._server_types()

    def election(self) -> Any:
        """Return the id of the primary's election; None if the store is not a replica set.

        Return ``NO_ELECTION`` if the only server of the URL is not a primary.

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
        """Return the current process of a standalone server, to detect a restart later."""
        assert self.client is not None  # noqa: S101 - a standalone server has one
        return Process(self.client, self.connections)

    def _known_election(self) -> Any:
        assert self.client is not None  # noqa: S101 - election() asks
        for server in self.client.topology_description.server_descriptions().values():
            if server.server_type_name == "RSPrimary":
                return server.election_id
        return None

    def _known_types(self) -> set[str]:
        """Return the types of the servers; ping one first if none is known.

        :raises DBConnectionError: if none is known yet and none can be reached
        """
        if self.client is not None and self._server_types() == {"Unknown"}:
            with translated("admin", reads=True):
                self.client.admin.command("ping", read_preference=ReadPreference.NEAREST)
        return self._server_types()

    def _server_types(self) -> set[str]:
        """Return the types of the servers as the driver knows them now."""
        if self.client is None:
            return set()
        servers = self.client.topology_description.server_descriptions()
        return {server.server_type_name for server in servers.values()}


def connect(url: str, slow_command_ms: int, defaults: dict[str, Any]) -> Connection:
    """Return a connection to the store of a URL; a server is not contacted yet.

    :param slow_command_ms: commands that take at least this long are logged; 0 logs none
    :param defaults: options of the driver that the URL overrides
    :raises ConfigurationError: if the URL cannot be used
    """
    scheme = url.partition("://")[0]
    if scheme == EMBEDDED_SCHEME:
        from nova_docdb.mongo.store import embedded  # noqa: PLC0415 - mongomock is slow to import

        store = embedded.Store(_path(url) or "nova")
        LOG.info("Using the embedded store, in memory: its rows are lost when this process ends.")
        # The stand-in implements what the backend uses of the driver's class.
        database = cast("Database[dict[str, Any]]", store.database)
        return Connection(url, database, None, store, slow_command_ms, monitored=database)
    if scheme in SERVER_SCHEMES:
        connections = Connections()
        options = _options(url)
        limits = url_options.limits(options)
        # An argument of the client overrides the URL.
        defaults = url_options.driver_defaults(options, limits) | {
            name: value for name, value in defaults.items() if name.lower() not in options
        }
        database = _server_database(
            url, options, defaults, connections, monitored=slow_command_ms > 0
        )
        monitored = database if slow_command_ms else None
        return Connection(
            *(url, database, database.client, None, slow_command_ms),
            options=options,
            defaults=defaults,
            connections=connections,
            limits=limits,
            monitored=monitored,
        )
    raise exception.ConfigurationError(
        f"[mongo] connection must be a mongodb:// or mongomock:// URL, not {masked(url)!r}"
        + ("; a SQL database to import from goes into sql_connection." if url else ".")
    )


def _path(url: str) -> str:
    return url.partition("://")[2].partition("/")[2].partition("?")[0].strip("/")


def _options(url: str) -> Mapping[str, Any]:
    """Return the options of a URL as the driver parses them, names in lower case."""
    with _raising_configuration_error(url):
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
    monitored: bool,
) -> Database[dict[str, Any]]:
    listeners = [connections, *([monitoring.Listener()] if monitored else [])]
    choice = MemberChoice(options.get("localthresholdms", LOCAL_THRESHOLD_MS))
    with _raising_configuration_error(url):
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
def _raising_configuration_error(url: str) -> Iterator[None]:
    """Raise ConfigurationError instead of the driver's error for a URL that cannot be used."""
    try:
        yield
    except (InvalidURI, ConfigurationError, ValueError, TypeError, KeyError) as error:
        # The driver's message for such a login may contain a part of it.
        ambiguous = is_ambiguous(url)
        reason = error.args[0] if isinstance(error, KeyError) else error
        raise exception.ConfigurationError(
            f"[mongo] connection cannot be used: {masked(url)!r}: "
            f"{UNENCODED if ambiguous else reason}"
        ) from (None if ambiguous else error)
    except OSError as error:
        # The error does not name the file; the URL does.
        raise exception.ConfigurationError(
            f"[mongo] connection cannot be used: {masked(url)!r}: a file of its TLS options cannot "
            f"be used: {error.strerror or error}"
        ) from error
