"""Unique ids for new rows.

A document ``{_id: table, seq: n}`` of the collection ``counters`` holds the highest allocated id of
a table. A process allocates blocks, each twice as long as the one before, so that a busy writer
rarely updates the counter; ids of a block that are left over are never used.

NOTE: no lock is held while the counter is updated. Two threads may each allocate a block; the ids
left of one of them are then never used.
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
    """Return new ids for rows of a table, in ascending order."""
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


def give_back(table: str, unused: list[int]) -> None:
    """Return ids to the block, of rows that a unique key refused.

    Do nothing if another thread has allocated ids since.
    """
    with _lock:
        block = _blocks.get(table, range(0))
        if unused == list(range(block.start - len(unused), block.start)):
            _blocks[table] = range(unused[0], block.stop)


def advance_past(table: str, row_id: int) -> None:
    """Make every id that is allocated later higher than this one."""
    with translated(COUNTERS):
        connection.get_database()[COUNTERS].update_one(
            {"_id": table}, {"$max": {"seq": row_id}}, upsert=True
        )
    with _lock:
        block = _blocks.get(table, range(0))
        _blocks[table] = range(max(block.start, row_id + 1), block.stop)


def highest() -> dict[str, int]:
    """Return the highest allocated id of each table, by the table's name."""
    with translated(COUNTERS, reads=True):
        return {
            str(counter["_id"]): int(counter["seq"])
            for counter in connection.get_database()[COUNTERS].find({})
        }


def forget_block(table: str) -> None:
    """Drop what is left of this process's block of ids."""
    with _lock:
        _blocks.pop(table, None)


@connection.on_close
def forget() -> None:
    """Drop every block."""
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
