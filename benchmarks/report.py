"""Reports a run: tables in Markdown, and the page that contains them."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.rows import FLAT, GOAL_OF_RAW, MILLISECONDS, ROWS_A_CALL, ROWS_PER_SECOND

Result = dict[str, Any]

# With majority writes the goal is half of that of a standalone server.
SHARES = {"standalone": 1.0, "replica_set": 0.5}

TITLES = {
    "standalone": "Standalone server, journaled",
    "replica_set": "Replica set of one member, majority writes",
    "nova@mariadb": "Nova on MariaDB",
    "nova@sqlite": "Nova on SQLite",
}

# Figures from this value on are shown without a fraction.
LARGE = 100

# The number of threads of the rows in the summary.
SUMMARISED = {1, 8}

# The alternative texts of the pictures.
CAPTIONS = {
    "latency": "Latency of a page and of a project's list by size of the cloud, in milliseconds",
    "throughput": "Calls per second of nova_docdb, pymongo alone and Nova",
}

# The parts of the page that a run writes: the summary, and all figures.
PARTS = {
    name: re.compile(rf"(?<=<!-- {name} -->\n).*(?=<!-- end of {name} -->)", re.DOTALL)
    for name in ("summary", "tables")
}


def tables(results: dict[str, Any]) -> str:
    """Return the results of a run: for each store the table and the missed goals."""
    parts = []
    for store in results["stores"]:
        parts += [f"### {TITLES[store]}", _table(_compared(results, store))]
        parts += [_with_earlier(results, store), _flatness(results, store)]
    parts.append(_profiles(results))
    return "\n\n".join(part for part in parts if part) + "\n"


def write(results: dict[str, Any], page: Path, plots: Iterable[Path] = ()) -> None:
    """Write the results of a run into a page, between its marks.

    :param plots: the image files of the page, in a folder beside it
    :raises ValueError: if the page has no marks
    """
    text = page.read_text(encoding="utf-8")
    images = [f"![{CAPTIONS[plot.stem]}]({plot.parent.name}/{plot.name})\n" for plot in plots]
    blocks = {
        "summary": "\n".join(["", *images, summary(results), ""]),
        "tables": f"\n{tables(results)}\n",
    }
    for name, mark in PARTS.items():
        text, count = mark.subn(lambda _, block=blocks[name]: block, text)
        if not count:
            raise ValueError(f"{page} has no place for the {name}")
    page.write_text(text, encoding="utf-8")


def summary(results: dict[str, Any]) -> str:
    """Return the ratios of a run as a table: how many times faster than each contender."""
    store = results["stores"][0]
    peers = [name for name in ("nova@mariadb", "nova@sqlite") if name in results["contenders"]]
    lines = [["work", *(f"times {TITLES[peer]}" for peer in peers), "share of pymongo alone"]]
    for row in results["rows"]:
        if row["threads"] not in SUMMARISED:
            continue
        found = row["contenders"]
        ours = found[f"ours@{store}"]
        beside = [ratio(row, ours, found[peer]) if row["comparable"] else None for peer in peers]
        lines.append(
            [
                row["title"],
                *(_judged(one, None) for one in beside),
                _judged(of_raw(row, store), None),
            ]
        )
    return f"{_table(iter(lines))}\n\n{_circumstances(results)}\n"


def of_raw(row: Result, store: str) -> float | None:
    """Return the speed of the API in a row as a share of pymongo alone."""
    found = row["contenders"]
    return ratio(row, found.get(f"ours@{store}"), found.get(f"raw@{store}"))


def ratio(row: Result, one: Result | None, other: Result | None) -> float | None:
    """Return how many times faster one contender is than another, as the median of the rounds."""
    if not one or not other or not one["figures"] or not other["figures"]:
        return None
    pairs = zip(one["figures"], other["figures"], strict=True)
    return statistics.median(_faster(row, a, b) for a, b in pairs)


def median(contender: Result | None) -> float | None:
    """Return the median of a contender's figures."""
    return statistics.median(contender["figures"]) if contender and contender["figures"] else None


def _faster(row: Result, one: float, other: float) -> float:
    return other / one if row["unit"] == MILLISECONDS else one / other


def _circumstances(results: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    return (
        f"Measured {results['taken']} on {results['processors']} processors ({results['system']}): "
        f"{versions}. {results['rounds']} rounds of at most {results['seconds']:g} s."
    )


# The table of one run


def _compared(results: dict[str, Any], store: str) -> Iterator[list[str]]:
    """Yield the lines of the table: the API, pymongo alone and the peers of the same run."""
    peers = [name for name in ("nova@mariadb", "nova@sqlite") if name in results["contenders"]]
    heads = [TITLES[peer] for peer in peers]
    alone = ["round trips", "pymongo alone", "share"]
    yield ["work", "nova_docdb", *alone, *heads, "times the best", "goal"]
    for row in results["rows"]:
        found = row["contenders"]
        ours, raw = found[f"ours@{store}"], found[f"raw@{store}"]
        trips = raw["commands"]
        goal = _goal(row, store)
        counted = peers if row["comparable"] else []
        yield [
            f"{row['title']}, {row['unit']}",
            _shown(ours),
            "-" if trips is None else f"{trips:.1f}",
            _shown(raw),
            _judged(of_raw(row, store), GOAL_OF_RAW),
            *(_shown(found[peer]) for peer in peers),
            _judged(_least(ratio(row, ours, found[peer]) for peer in counted), goal),
            "-" if goal is None else f"{goal:g}",
        ]


def _with_earlier(results: dict[str, Any], store: str) -> str:
    """Return the table of releases that are not part of the run."""
    names = list(dict.fromkeys(name for row in results["rows"] for name in row["earlier"]))
    lines = [["work", "nova_docdb", *names, "times the best", "goal"]]
    for row in results["rows"]:
        ours = median(row["contenders"][f"ours@{store}"])
        if not row["earlier"] or ours is None:
            continue
        goal = _goal(row, store)
        least = _least(_faster(row, ours, figure) for figure in row["earlier"].values())
        lines.append(
            [
                f"{row['title']}, {row['unit']}",
                _number(ours),
                *(_number(row["earlier"][n]) if n in row["earlier"] else "-" for n in names),
                _judged(least, goal),
                "-" if goal is None else f"{goal:g}",
            ]
        )
    if len(lines) == 1:
        return ""
    return (
        "Compared with releases of Nova measured in another run, on another machine with two "
        f"processors:\n\n{_table(iter(lines))}"
    )


def _flatness(results: dict[str, Any], store: str) -> str:
    pages = [row for row in results["rows"] if row["operation"] == "page"]
    medians = [median(row["contenders"][f"ours@{store}"]) for row in pages]
    if len(pages) <= 1 or None in medians:
        return ""
    first, last = pages[0], pages[-1]
    growth = medians[-1] / medians[0]  # type: ignore[operator]  # none is None
    said = f"{growth:.2f}" if growth <= FLAT else f"**{growth:.2f}**"
    return (
        f"A page in a cloud of {last['size']:,} instances takes {said} times as long as in one of "
        f"{first['size']:,} (goal: at most {FLAT})."
    )


def _profiles(results: dict[str, Any]) -> str:
    """Return profiles of the rows that miss the goal relative to pymongo alone."""
    lines = [["work", "ms a call", "pymongo alone", "functions by own time, ms a call"]]
    for row in results["rows"]:
        if "profile" not in row:
            continue
        store, functions = row["profile"]["store"], row["profile"]["functions"]
        named = (f"`{one['function']}` {one['milliseconds']:.2g}" for one in functions)
        found = row["contenders"]
        calls = [_milliseconds(row, found[f"{name}@{store}"]) for name in ("ours", "raw")]
        lines.append([f"{row['title']}, {store}", *calls, ", ".join(named)])
    if len(lines) == 1:
        return ""
    return (
        f"### Where the time goes\n\nRows below {GOAL_OF_RAW} of pymongo alone. "
        f"The profiler overstates short functions:\n\n{_table(iter(lines))}"
    )


def _milliseconds(row: Result, contender: Result) -> str:
    """Return the duration of a call, as the caller sees it."""
    figure = median(contender) or 0
    if row["unit"] == MILLISECONDS:
        return _number(figure)
    calls = figure / ROWS_A_CALL if row["unit"] == ROWS_PER_SECOND else figure
    return _number(1000 * row["threads"] / calls)


def _goal(row: Result, store: str) -> float | None:
    return None if row["goal"] is None else row["goal"] * SHARES[store]


def _least(ratios: Iterator[float | None]) -> float | None:
    """Return the smallest ratio, that to the best peer."""
    return min((one for one in ratios if one is not None), default=None)


def _table(lines: Iterator[list[str]]) -> str:
    heads = next(lines)
    marks = ["---"] + ["---:"] * (len(heads) - 1)
    return "\n".join("| " + " | ".join(line) + " |" for line in [heads, marks, *lines])


def _shown(contender: Result) -> str:
    """Return the median of a contender's figures and its spread."""
    figures = contender["figures"]
    if not figures:
        return "-"
    low, high = _number(min(figures)), _number(max(figures))
    return f"{_number(statistics.median(figures))} ({low} to {high})"


def _judged(value: float | None, goal: float | None) -> str:
    if value is None:
        return "-"
    text = f"{value:.2f}"
    return f"**{text}**" if goal is not None and value < goal else text


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= LARGE else f"{value:.3g}"
