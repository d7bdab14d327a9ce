"""A checksum of a table that does not depend on the order of its rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

BITS = 64


class Checksum:
    """The sum of the hashes of all rows, and their number."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Take in a row: column to stored value."""
        text = json.dumps(row, sort_keys=True, default=_encode, separators=(",", ":"))
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=BITS // 8)
        self._sum = (self._sum + int.from_bytes(digest.digest(), "big")) % 2**BITS
        self.rows += 1

    @property
    def text(self) -> str:
        """The checksum as sixteen hexadecimal digits."""
        return f"{self._sum:016x}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Checksum):
            return NotImplemented
        return (self.rows, self._sum) == (other.rows, other._sum)

    __hash__ = None  # type: ignore[assignment]  # it grows


def _encode(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return repr(value)
