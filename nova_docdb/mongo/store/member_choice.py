"""One member answers all commands of a snapshot.

A snapshot is a moment of the member that answered its first command. A secondary that lags, or does
not replicate while its files are copied, does not have that moment yet: a command that the driver
sent there would wait for it, and fail at the deadline of the call.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from pymongo.server_description import ServerDescription

# The driver's own limit, where the URL does not name localThresholdMS.
LOCAL_THRESHOLD_MS = 15

# The address of the member that the running block reads; empty until one is chosen.
_chosen: ContextVar[list[tuple[str, int | None]] | None] = ContextVar("chosen", default=None)


@contextmanager
def one_member() -> Iterator[None]:
    """Have one member answer the reads of a block, for as long as the driver can reach it."""
    token = _chosen.set([])
    try:
        yield
    finally:
        _chosen.reset(token)


class MemberChoice:
    """What the driver asks which of the suitable servers to use.

    :param threshold_ms: how much slower than the nearest a server may be, as for the driver
    """

    def __init__(self, threshold_ms: float = LOCAL_THRESHOLD_MS) -> None:
        self._seconds = threshold_ms / 1000

    def __call__(self, servers: Sequence[ServerDescription]) -> Sequence[ServerDescription]:
        """Return the chosen server alone, inside of ``one_member``; otherwise all of them."""
        chosen = _chosen.get()
        if chosen is None or not servers:
            return servers
        known = [server for server in servers if server.address in chosen]
        if not known:
            known = [random.choice(self._near(servers))]  # noqa: S311 - only spreads callers
            chosen[:] = [known[0].address]
        return known

    def _near(self, servers: Sequence[ServerDescription]) -> list[ServerDescription]:
        seconds = [server.round_trip_time or 0.0 for server in servers]
        longest = min(seconds) + self._seconds
        return [server for server, took in zip(servers, seconds, strict=True) if took <= longest]
