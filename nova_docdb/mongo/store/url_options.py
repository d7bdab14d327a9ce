"""The options of a connection URL, and which of them are allowed.

Every option of the driver has an entry in ``EFFECTS``. An option without one is refused, because it
could change types or weaken guarantees. The names are the driver's, in lower case.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import pymongo
from bson.codec_options import CodecOptions
from pymongo.write_concern import WriteConcern

from nova_docdb import exception
from nova_docdb.config import CONF
from nova_docdb.mongo.store.deadlines import Limits

# The URL cannot change how values are read: plain dicts, naive datetimes in UTC.
CODEC_OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(document_class=dict, tz_aware=False)

DURABLE = WriteConcern(w="majority", j=True)
LEAST_STALENESS = 90
ATTEMPTS = 3


class Effect(Enum):
    """The effect of an option of the URL."""

    WORKS = "works as the driver defines it"
    LIMITS = "limits a wait"
    SECONDARIES = "chooses the secondaries that answer callers with use_slave"
    CHECKED = "is refused if it weakens a guarantee"
    REFUSED = "is refused"
    NONE = "has no effect"


_NAMES = {
    Effect.WORKS: "appname authmechanism authmechanismproperties authsource compressors connect "
    "directconnection enableoverloadretargeting heartbeatfrequencyms loadbalanced localthresholdms "
    "maxadaptiveretries maxconnecting maxidletimems maxpoolsize minpoolsize replicaset retryreads "
    "servermonitoringmode srvallowedhostssuffix srvmaxhosts srvservicename ssl tls tlscafile "
    "tlscertificatekeyfile tlscertificatekeyfilepassword tlscrlfile tlsdisableocspendpointcheck "
    "zlibcompressionlevel",
    Effect.LIMITS: "connecttimeoutms serverselectiontimeoutms sockettimeoutms timeoutms "
    "waitqueuetimeoutms wtimeoutms",
    Effect.SECONDARIES: "maxstalenessseconds readpreference readpreferencetags",
    Effect.CHECKED: "journal retrywrites tlsallowinvalidcertificates tlsallowinvalidhostnames "
    "tlsinsecure w",
    Effect.REFUSED: "driver server_api",
    Effect.NONE: "datetime_conversion fsync readconcernlevel tz_aware "
    "unicode_decode_error_handler uuidrepresentation waitqueuemultiple",
}
EFFECTS = {name: effect for effect, names in _NAMES.items() for name in names.split()}

# With one of these options, the driver's timeouts limit each command.
OWN_LIMITS = frozenset(
    {
        *("connecttimeoutms", "serverselectiontimeoutms", "sockettimeoutms"),
        *("waitqueuetimeoutms", "wtimeoutms"),
    }
)
INSECURE = ("tlsInsecure", "tlsAllowInvalidCertificates", "tlsAllowInvalidHostnames")


def require_usable(options: Mapping[str, Any]) -> None:
    """Raise for options that would change types or weaken guarantees.

    :param options: the options of the URL as the driver parsed them, names in lower case
    :raises ConfigurationError: with the name of the option
    """
    names = [name for name in options if EFFECTS.get(name) in {None, Effect.REFUSED}]
    if names:
        raise exception.ConfigurationError(
            f"[mongo] connection has {', '.join(sorted(names))}, which nova_docdb does not "
            "support: leave it out."
        )
    if (staleness := options.get("maxstalenessseconds", -1)) != -1 and staleness < LEAST_STALENESS:
        raise exception.ConfigurationError(
            f"[mongo] connection has maxStalenessSeconds={staleness}: the least is "
            f"{LEAST_STALENESS}."
        )
    _refuse(_weaknesses(options), "acknowledged rows could be lost", "allow_weak_writes")
    _refuse(_insecurities(options), "an attacker could pose as the server", "allow_weakened_tls")


def limits(options: Mapping[str, Any]) -> Limits:
    """Return the time limits of a call: the URL's timeoutMS, else ``[mongo] call_timeout_ms``."""
    # The driver converts timeoutMS to seconds, and 0 to None.
    seconds = options.get("timeoutms", CONF.mongo.call_timeout_ms / 1000)
    return Limits(
        seconds=seconds or None,
        by_driver="timeoutms" not in options and not OWN_LIMITS.isdisjoint(options),
    )


def driver_defaults(options: Mapping[str, Any], bound: Limits) -> dict[str, Any]:
    """Return default timeouts, in milliseconds, for those that the URL lacks.

    The driver tries a command up to ``ATTEMPTS`` times. If its timeouts limit a call, all attempts
    together take about as long as the call may.
    """
    if bound.seconds is None:
        return {}
    whole = max(ATTEMPTS, round(bound.seconds * 1000))
    wanted = {"socketTimeoutMS": whole, "waitQueueTimeoutMS": whole}
    if bound.by_driver:
        wanted |= {
            "socketTimeoutMS": whole // ATTEMPTS,
            "connectTimeoutMS": min(20_000, whole // ATTEMPTS),
            "serverSelectionTimeoutMS": min(30_000, whole),
        }
    return {name: value for name, value in wanted.items() if name.lower() not in options}


def write_concern(
    client: pymongo.MongoClient[dict[str, Any]], options: Mapping[str, Any]
) -> WriteConcern:
    """Return the write concern: a journaled majority, unless a weaker one is allowed.

    The URL's wtimeoutMS applies to both.
    """
    if _weaknesses(options):
        return client.write_concern
    wtimeout = options.get("wtimeoutms")
    return WriteConcern(w="majority", j=True, wtimeout=wtimeout) if wtimeout else DURABLE


def insecurity(options: Mapping[str, Any]) -> str:
    """Return the options that disable a check of the server's certificate, or an empty text."""
    return ", ".join(_insecurities(options))


def _refuse(found: list[str], danger: str, option: str) -> None:
    if found and not getattr(CONF.mongo, option):
        raise exception.ConfigurationError(
            f"[mongo] connection has {', '.join(found)}: {danger}. "
            f"Leave that out, or set [mongo] {option} = true."
        )


def _weaknesses(options: Mapping[str, Any]) -> list[str]:
    weak = []
    if options.get("w", "majority") != "majority":
        weak.append(f"w={options['w']}")
    if options.get("journal", True) is False:
        weak.append("journal=false")
    if options.get("retrywrites", True) is False:
        weak.append("retryWrites=false")
    return weak


def _insecurities(options: Mapping[str, Any]) -> list[str]:
    found = [f"{name}=true" for name in INSECURE if options.get(name.lower())]
    # For the driver, the first one includes the others.
    return found[:1] if options.get("tlsinsecure") else found
