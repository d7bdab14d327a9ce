"""The plots of a run, as SVG: how latency grows with a cloud, and throughput with callers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from benchmarks.report import median

Result = dict[str, Any]

# The contenders that are drawn, with their names and colours.
DRAWN = {
    "ours@standalone": ("nova_docdb, standalone", "#1b6ca8"),
    "raw@standalone": ("pymongo alone, standalone", "#8cc0e8"),
    "ours@replica_set": ("nova_docdb, replica set", "#2e7d32"),
    "raw@replica_set": ("pymongo alone, replica set", "#a5d6a7"),
    "nova@mariadb": ("Nova on MariaDB", "#c62828"),
    "nova@sqlite": ("Nova on SQLite", "#ef9a9a"),
}

# The same results give the same file, and text stays text.
STYLE: Any = {"svg.hashsalt": "nova_docdb", "svg.fonttype": "none", "font.size": 9}


def draw(results: dict[str, Any], folder: Path) -> list[Path]:
    """Draw the plots of a run into a folder and return their files."""
    rows = results["rows"]
    sizes = {
        "A page of 50 behind a marker": _of(rows, "page"),
        "One project, 500 instances": _of(rows, "list_project"),
    }
    threads = {
        "fixed_ip_associate_pool": _of(rows, "fixed_ip_associate_pool"),
        "quota_reserve + commit, one project": _of(rows, "quota_cycle"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _drawn(folder / "latency.svg", sizes, "size", "instances in the cloud", "ms a call"),
        _drawn(folder / "throughput.svg", threads, "threads", "callers", "calls a second"),
    ]


def _of(rows: list[Result], operation: str) -> list[Result]:
    return [row for row in rows if row["operation"] == operation]


def _drawn(path: Path, panels: dict[str, list[Result]], x: str, across: str, up: str) -> Path:
    """Draw one file: a panel for each operation, a line for each contender."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 3.8), layout="constrained")
        several = figure.subplots(1, len(panels))
        for axes, (title, rows) in zip(several, panels.items(), strict=True):
            _panel(axes, rows, x)
            axes.set(title=title, xlabel=across, ylabel=up)
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
        figure.savefig(path, metadata={"Date": None})
    return path


def _panel(axes: Axes, rows: list[Result], x: str) -> None:
    for contender, (label, colour) in DRAWN.items():
        points = [
            (row[x], figure)
            for row in rows
            if (figure := median(row["contenders"].get(contender))) is not None
        ]
        if points:
            axes.plot(*zip(*points, strict=True), "o-", label=label, color=colour, markersize=3)
    axes.set_xscale("log")
    axes.set_yscale("log")
    places = [row[x] for row in rows]
    axes.set_xticks(places, [f"{place:,}" for place in places], minor=False)
    axes.set_xticks([], minor=True)
    plain: Callable[[float, int], str] = lambda value, _: f"{value:,.0f}"  # noqa: E731
    axes.yaxis.set_major_formatter(FuncFormatter(plain))
    axes.grid(visible=True, which="both", linewidth=0.3)
