"""Bounded retries of operations that concurrent callers can invalidate."""

from __future__ import annotations

import random
import time

from nova_docdb import exception

MAX_ATTEMPTS = 20


class Retry:
    """The attempts of a call at an operation that concurrent callers can invalidate.

    Call ``begin`` at the start of each attempt, the first one included, and return from the one
    that succeeds::

        retry = Retry("networks", "others claimed and released a network")
        while True:
            retry.begin()
            ...

    :param table: the table that the others change
    :param others: what the others do, for the message
    :param most: the number of attempts
    :param longest_pause_ms: the maximum of the random pause before the third attempt and later
        ones, which doubles up to it; 0 never pauses
    """

    def __init__(
        self, table: str, others: str, most: int = MAX_ATTEMPTS, longest_pause_ms: int = 0
    ) -> None:
        self._table = table
        self._others = others
        self._most = most
        self._longest_pause_ms = longest_pause_ms
        self._begun = 0

    def begin(self) -> None:
        """Begin an attempt.

        :raises DBDeadlock: if all attempts are used up
        """
        if self._begun == self._most:
            raise exception.DBDeadlock(
                f"{self._table}: gave up after {self._most} attempts, because {self._others}"
            )
        if self._begun > 1 and self._longest_pause_ms:
            _pause(min(2**self._begun, self._longest_pause_ms))
        self._begun += 1


def _pause(longest_ms: int) -> None:
    time.sleep(random.uniform(0, longest_ms) / 1000)  # noqa: S311 - only spreads callers
