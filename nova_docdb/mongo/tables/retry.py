"""Repeating what other callers made void in between."""

from __future__ import annotations

import random
import time

from nova_docdb import exception

MOST = 20


class Retry:
    """The attempts of one call at something that other callers may make void.

    A call begins each attempt, the first one too, and returns from the one that succeeds::

        retry = Retry("networks", "others took and gave back a network")
        while True:
            retry.begin()
            ...

    :param table: the table that the others change
    :param others: what the others do, for the message
    :param most: the number of attempts
    :param longest_pause_ms: before the third attempt and each one after, a pause of a random length
        that doubles up to so many milliseconds; 0 never pauses
    """

    def __init__(
        self, table: str, others: str, most: int = MOST, longest_pause_ms: int = 0
    ) -> None:
        self._table = table
        self._others = others
        self._most = most
        self._longest_pause_ms = longest_pause_ms
        self._begun = 0

    def begin(self) -> None:
        """Begin an attempt.

        :raises DBDeadlock: if every attempt was made
        """
        if self._begun == self._most:
            raise exception.DBDeadlock(f"{self._table}: {self._most} {self._others}")
        if self._begun > 1 and self._longest_pause_ms:
            _pause(min(2**self._begun, self._longest_pause_ms))
        self._begun += 1


def _pause(longest_ms: int) -> None:
    time.sleep(random.uniform(0, longest_ms) / 1000)  # noqa: S311 - only spreads callers
