"""The plots of a run, as SVG: latency by size of the cloud, and throughput by number of callers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.report import median

Result = dict[str, Any]

# The contenders in the plots, with their names and colours.
DRAWN = {
    "ours@standalone": ("nova_docdb, standalone", "#1b6ca8"),
    "raw@standalone": ("pymongo alone, standalone", "#8cc0e8"),
    "ours@replica_set": ("nova_docdb, replica set", "#2e7d32"),
    "raw@replica_set": ("pymongo alone, replica set", "#a5d6a7"),
    "nova@mariadb": ("Nova on MariaDB", "#c62828"),
    "nova@sqlite": ("Nova on SQLite", "#ef9a9a"),
}

# Make the files reproducible, and keep text as text.
STYLE: Any = {"svg.hashsalt": "nova_docdb", "svg.fonttype": "none", "font.size": 9}


@dataclass(frozen=True)
class Plot:
    """One file: a panel for each operation, a line for each contender.

    :param panels: operations with their titles
    :param x: the field of a row on the x axis, and ``across`` its label
    :param up: the label of the y axis
    :param scale: the scale of the y axis, as in matplotlib
    """

    file: str
    panels: Mapping[str, str]
    x: str
    across: str
    up: str
    scale: str


PLOTS = (
    Plot(
        "latency.svg",
        {"page": "A page of 50 behind a marker", "list_project": "One project, 500 instances"},
        *("size", "instances in the cloud", "ms a call", "log"),
    ),
    Plot(
        "throughput.svg",
        {
            "fixed_ip_associate_pool": "fixed_ip_associate_pool",
            "quota_cycle": "quota_reserve + commit on one project",
        },
        *("threads", "callers", "calls a second", "linear"),
    ),
)


def draw(results: dict[str, Any], folder: Path) -> list[Path]:
    """Draw the plots of a run into a folder and return their files."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_drawn(folder / plot.file, plot, results["rows"]) for plot in PLOTS]


def _drawn(path: Path, plot: Plot, rows: list[Result]) -> Path:
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 3.8), layout="constrained")
        several = figure.subplots(1, len(plot.panels))
        for axes, (operation, title) in zip(several, plot.panels.items(), strict=True):
            _panel(axes, plot, [row for row in rows if row["operation"] == operation])
            axes.set(title=title, xlabel=plot.across, ylabel=plot.up)
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
        figure.savefig(path, metadata={"Date": None})
    return path


def _panel(axes: Axes, plot: Plot, rows: list[Result]) -> None:
    for contender, (label, colour) in DRAWN.items():
        points = [
            (row[plot.x], figure)
            for row in rows
            if (figure := median(row["contenders"].get(contender))) is not None
        ]
        if points:
            axes.plot(*zip(*points, strict=True), "o-", label=label, color=colour, markersize=3)
    axes.set(xscale="log", yscale=plot.scale)
    places = [row[plot.x] for row in rows]
    axes.set_xticks(places, [f"{place:,}" for place in places])
    axes.set_xticks([], minor=True)
    if plot.scale == "linear":
        axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(FuncFormatter(_plain))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, which="both", linewidth=0.3)


def _plain(value: float, _place: int | None = None) -> str:
    return f"{value:,.0f}"
