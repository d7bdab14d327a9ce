"""Print the steps of concurrent callers and their effects as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pymongo.results import DeleteResult, InsertManyResult, InsertOneResult, UpdateResult

from nova_docdb.mongo.store.embedded import Step

HEAD = ("step", "caller", "command", "collection", "filter", "effect")

LONGEST_FILTER = 72

EFFECTS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (UpdateResult, lambda r: f"matches {r.matched_count}, changes {r.modified_count}"),
    (DeleteResult, lambda r: f"deletes {r.deleted_count}"),
    (InsertManyResult, lambda r: f"inserts {len(r.inserted_ids)}"),
    (InsertOneResult, lambda _r: "inserts 1"),
    (list, lambda r: f"finds {len(r)}"),
    (dict, lambda _r: "finds 1"),
    (bool, lambda _r: "done"),
    (int, lambda r: f"counts {r}"),
    (type(None), lambda _r: "finds none"),
)


@dataclass(frozen=True)
class Move:
    """A step of a caller.

    :param caller: the number of the caller, from 0
    :param collection: the name of the collection; empty for a transaction
    :param command: the driver's method, or "transaction"
    :param filter: the filter of the command with its values, or None
    :param effect: the effect, in a few words
    :param within: the commands of a transaction
    """

    caller: int
    collection: str
    command: str
    filter: Any
    effect: str
    within: tuple[str, ...] = ()


def moved(caller: int, step: Step, effect: str) -> Move:
    """Return the move of a caller from its step and the effect of the step."""
    within = tuple(f"{inner.command} {inner.collection}" for inner in step.commands)
    return Move(caller, step.collection, step.command, step.filter, effect, within)


def effect_of(result: Any) -> str:
    """Return the effect of a command, from its result."""
    for kind, describe in EFFECTS:
        if isinstance(result, kind):
            return describe(result)
    return "done"


def table_of(moves: Iterable[Move]) -> str:
    """Return a table of the steps as text, with the columns of ``HEAD``."""
    rows = [HEAD]
    for number, move in enumerate(moves, 1):
        shown = "" if move.filter is None else f"{move.filter}"
        if move.within:
            shown = ", ".join(move.within)
        if len(shown) > LONGEST_FILTER:
            shown = f"{shown[: LONGEST_FILTER - 1]}…"
        rows.append(
            (str(number), str(move.caller), move.command, move.collection, shown, move.effect)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
