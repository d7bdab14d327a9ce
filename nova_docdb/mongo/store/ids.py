"""Numbers for new rows, none of them given twice.

A document ``{_id: table, seq: n}`` of the collection ``counters`` holds the highest number given
out. A process takes blocks, each twice as long as the one before, so that a busy writer rarely
asks; what it does not use of a block stays unused.

NOTE: no lock is held while the counter is asked. Two threads may each fetch a block; the numbers
left of one of them then stay unused.
"""

from __future__ import annotations

import threading
from typing import Any, cast

from pymongo import ReturnDocument

from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.errors import translated

COUNTERS = "counters"
LONGEST_BLOCK = 128

_lock = threading.Lock()
_blocks: dict[str, range] = {}
_lengths: dict[str, int] = {}


def allocate(table: str, count: int = 1) -> list[int]:
    """Return new numbers for rows of a table, in ascending order."""
    with _lock:
        block = _blocks.get(table, range(0))
        taken = list(block[:count])
        _blocks[table] = block[count:]
        missing = count - len(taken)
        if not missing:
            return taken
        spare = _lengths.get(table, 0)
        _lengths[table] = min(2 * spare or 1, LONGEST_BLOCK)
    last = _advance(table, missing + spare)
    fresh = range(last - missing - spare + 1, last + 1)
    with _lock:
        _blocks[table] = fresh[missing:]
    return taken + list(fresh[:missing])


def give_back(table: str, numbers: list[int]) -> None:
    """Take back the ids that were allocated last, of rows that a unique key refused.

    They stay unused where another thread has allocated ids since.
    """
    with _lock:
        block = _blocks.get(table, range(0))
        if numbers == list(range(block.start - len(numbers), block.start)):
            _blocks[table] = range(numbers[0], block.stop)


def advance_past(table: str, number: int) -> None:
    """See to it that no number up to this one is given out any more."""
    with translated(COUNTERS):
        connection.get_database()[COUNTERS].update_one(
            {"_id": table}, {"$max": {"seq": number}}, upsert=True
        )
    with _lock:
        block = _blocks.get(table, range(0))
        _blocks[table] = range(max(block.start, number + 1), block.stop)


def highest() -> dict[str, int]:
    """Return the highest number given out by the name of the table."""
    with translated(COUNTERS, reads=True):
        return {
            str(counter["_id"]): int(counter["seq"])
            for counter in connection.get_database()[COUNTERS].find({})
        }


def forget_block(table: str) -> None:
    """Give up what is left of this process's block."""
    with _lock:
        _blocks.pop(table, None)


@connection.on_close
def forget() -> None:
    """Give up every block."""
    global _lock  # noqa: PLW0603 - a forked child may have copied it while it was held
    _lock = threading.Lock()
    _blocks.clear()
    _lengths.clear()


def _advance(table: str, by: int) -> int:
    with translated(COUNTERS):
        counter = connection.get_database()[COUNTERS].find_one_and_update(
            {"_id": table},
            {"$inc": {"seq": by}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
    return int(cast("dict[str, Any]", counter)["seq"])
