"""Tables in Markdown of the results of a run."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import Any

from benchmarks.rows import GOAL_OF_RAW, MILLISECONDS

Result = dict[str, Any]

# Half of what a standalone server should come to is the goal where a majority acknowledges.
SHARES = {"standalone": 1.0, "replica_set": 0.5}


def tables(results: dict[str, Any]) -> str:
    """Return a table a store."""
    parts = [
        f"### {store}\n\n{_table(results['rows'], store)}"
        for store in results["stores"]
    ]
    return "\n\n".join(parts) + "\n"


def _table(rows: Iterable[Result], store: str) -> str:
    rows = list(rows)
    peers = sorted({name for row in rows for name in row["contenders"] if "nova" in name})
    heads = ["work", "nova_docdb", "trips", "pymongo alone", "of it", *peers, "times the best", "goal"]
    lines = [heads, ["---"] * len(heads), *(_line(row, store, peers) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _line(row: Result, store: str, peers: list[str]) -> list[str]:
    found = row["contenders"]
    ours, raw = found.get(f"ours@{store}"), found.get(f"raw@{store}")
    of_raw = ratio(row, ours, raw)
    best = max((r for p in peers if (r := ratio(row, ours, found.get(p)))), default=None)
    least = min((r for p in peers if (r := ratio(row, ours, found.get(p)))), default=best)
    goal = None if row["goal"] is None else row["goal"] * SHARES[store]
    commands = (raw or {}).get("commands")
    return [
        f"{row['title']}, {row['unit']}",
        shown(ours),
        "-" if commands is None else f"{commands:.1f}",
        shown(raw),
        _judged(of_raw, GOAL_OF_RAW),
        *(shown(found.get(peer)) for peer in peers),
        _judged(least, goal),
        "-" if goal is None else f"{goal:g}",
    ]


def ratio(row: Result, one: Result | None, other: Result | None) -> float | None:
    """Return how many times faster one contender is than another: the median of the rounds'."""
    if not one or not other or not one["figures"] or not other["figures"]:
        return None
    pairs = zip(one["figures"], other["figures"], strict=True)
    turned = row["unit"] == MILLISECONDS
    return statistics.median(b / a if turned else a / b for a, b in pairs)


def shown(contender: Result | None) -> str:
    """Return the median of a contender's figures and its spread."""
    figures = contender["figures"] if contender else []
    if not figures:
        return "-"
    low, high = min(figures), max(figures)
    return f"{_number(statistics.median(figures))} ({_number(low)} to {_number(high)})"


def _judged(value: float | None, goal: float | None) -> str:
    if value is None:
        return "-"
    text = f"{value:.2f}"
    return f"**{text}**" if goal is not None and value < goal else text


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
