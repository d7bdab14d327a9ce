"""A checksum of a table that does not depend on the order of its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import bson

BITS = 64


class Checksum:
    """The sum of the hashes of all rows, and the number of rows."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: Mapping[str, Any]) -> int:
        """Add a row, and return its size as BSON in bytes.

        :param row: column -> stored value, with the columns always in the same order
        """
        encoded = bson.encode(row)
        digest = hashlib.blake2b(encoded, digest_size=BITS // 8)
        self._sum = (self._sum + int.from_bytes(digest.digest(), "big")) % 2**BITS
        self.rows += 1
        return len(encoded)

    @property
    def text(self) -> str:
        """The checksum as sixteen hexadecimal digits."""
        return f"{self._sum:016x}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Checksum):
            return NotImplemented
        return (self.rows, self._sum) == (other.rows, other._sum)

    __hash__ = None  # type: ignore[assignment]  # it is mutable
