"""The server's error codes that leave the outcome of a command unknown.

The names and codes are those of the server's src/mongo/base/error_codes.yml.
"""

from __future__ import annotations

from typing import Any

import pymongo.errors

BAD_VALUE = 2
UNAUTHORIZED = 13
AUTHENTICATION_FAILED = 18
MAX_TIME_MS_EXPIRED = 50
WRITE_CONFLICT = 112
DUPLICATE_KEY = 11000

# Labels of errors with an unknown outcome, whatever their code.
UNCERTAIN_LABELS = ("UnknownTransactionCommitResult", "RetryableWriteError")

_NETWORK = {
    6: "HostUnreachable",
    7: "HostNotFound",
    89: "NetworkTimeout",
    190: "MasterSlaveConnectionFailure",
    202: "NetworkInterfaceExceededTimeLimit",
    317: "ConnectionPoolExpired",
    384: "ConnectionError",
    9001: "SocketException",
}
_NOT_PRIMARY = {
    189: "PrimarySteppedDown",
    10058: "LegacyNotPrimary",
    10107: "NotWritablePrimary",
    11602: "InterruptedDueToReplStateChange",
    13435: "NotPrimaryNoSecondaryOk",
    13436: "NotPrimaryOrSecondary",
}
_SHUTDOWN = {
    91: "ShutdownInProgress",
    333: "ServiceExecutorInShutdown",
    372: "CloseConnectionForShutdownCommand",
    11600: "InterruptedAtShutdown",
}
_INTERRUPTION = {
    24: "LockTimeout",
    MAX_TIME_MS_EXPIRED: "MaxTimeMSExpired",
    90: "CallbackCanceled",
    237: "CursorKilled",
    262: "ExceededTimeLimit",
    279: "ClientDisconnect",
    281: "TransactionCoordinatorSteppingDown",
    282: "TransactionCoordinatorReachedAbortDecision",
    290: "TransactionExceededLifetimeLimitSeconds",
    310: "PeriodicJobIsStopped",
    355: "InterruptedDueToStorageChange",
    407: "PooledConnectionAcquisitionExceededTimeLimit",
    453: "InterruptedDueToReshardingCriticalSection",
    11601: "Interrupted",
    46841: "ClientMarkedKilled",
    91331: "RetriableRemoteCommandFailure",
    10045600: "InterruptedDueToFCVChange",
}
_WRITE_CONCERN = {
    64: "WriteConcernTimeout",
    75: "WriteConcernLegacyOK",
    79: "UnknownReplWriteConcern",
    100: "UnsatisfiableWriteConcern",
}
# The server dropped the cursor, the snapshot or the transaction of a command.
_LOST_STATE = {
    43: "CursorNotFound",
    133: "FailedToSatisfyReadPreference",
    134: "ReadConcernMajorityNotAvailableYet",
    175: "QueryPlanKilled",
    239: "SnapshotTooOld",
    246: "SnapshotUnavailable",
    250: "StaleChunkHistory",
    251: "NoSuchTransaction",
}
# A router lost a shard, or its chunk table is changing.
_CLUSTER = {
    63: "StaleShardVersion",
    83: "RemoteResultsUnavailable",
    150: "StaleEpoch",
    249: "StaleDbVersion",
    272: "MigrationConflict",
    303: "SplitHorizonChange",
    382: "RemoteCommandExecutionError",
    398: "StreamTerminated",
    13388: "StaleConfig",
    56846: "ConfigServerUnreachable",
}
_OVERLOADED = {
    365: "TemporarilyUnavailable",
    402: "ResourceExhausted",
    433: "AdmissionQueueOverflow",
    449: "RateLimitExceeded",
    450: "PooledConnectionAcquisitionRejected",
    462: "IngressRequestRateLimitExceeded",
}

UNCERTAIN = {
    **_NETWORK,
    **_NOT_PRIMARY,
    **_SHUTDOWN,
    **_INTERRUPTION,
    **_WRITE_CONCERN,
    **_LOST_STATE,
    **_CLUSTER,
    **_OVERLOADED,
}

_OTHERS = {
    BAD_VALUE: "BadValue",
    UNAUTHORIZED: "Unauthorized",
    AUTHENTICATION_FAILED: "AuthenticationFailed",
    WRITE_CONFLICT: "WriteConflict",
    DUPLICATE_KEY: "DuplicateKey",
}


def named(code: int | None, name: Any = None) -> str:
    """Return a code with its name, for messages.

    :param name: the codeName of the server's reply, if it has one
    """
    known = UNCERTAIN.get(code or 0) or _OTHERS.get(code or 0)
    if known is None and isinstance(name, str) and name.isidentifier():
        known = name
    if code is None:
        return known or "an error without a code"
    return f"{known} ({code})" if known else f"error {code}"


def failures(error: BaseException) -> list[tuple[int | None, str]]:
    """Return the code and name of each failure that an error of the driver reports.

    A bulk write may report several, write concern errors included.
    """
    details = getattr(error, "details", None)
    reply: dict[str, Any] = details if isinstance(details, dict) else {}
    if isinstance(error, pymongo.errors.BulkWriteError):
        inner = [*reply.get("writeConcernErrors", ()), *reply.get("writeErrors", ())]
        return [(one.get("code"), named(one.get("code"), one.get("codeName"))) for one in inner]
    code = getattr(error, "code", None)
    if code is None:
        code = reply.get("code")
    return [(code, named(code, reply.get("codeName")))]


def is_uncertain(error: pymongo.errors.PyMongoError) -> bool:
    """Return whether an error leaves the outcome of its command unknown."""
    if isinstance(error, pymongo.errors.WriteConcernError):
        return True
    if isinstance(error, pymongo.errors.BulkWriteError) and error.details.get("writeConcernErrors"):
        return True
    if any(error.has_error_label(label) for label in UNCERTAIN_LABELS):
        return True
    return any(code in UNCERTAIN for code, _name in failures(error))
