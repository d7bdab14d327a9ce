"""How ``nova-docdb top`` and ``nova-docdb demo`` show an overview, as sections of a few lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from nova_docdb.cli.output import counted, show_rows
from nova_docdb.cli.output import text as plain
from nova_docdb.mongo.admin.overview import COUNTED, Host, Overview, Pool, Service, Usage

# The width from which two sections are side by side, and the width below which bars are short.
TWO_COLUMNS = 110
LONG_BARS = 76

BAR, SHORT_BAR = 12, 6
NEARLY_FULL, FULL = 0.75, 0.9

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Section:
    """A part of the view.

    :param title: the title, with totals; the heading of the first column
    :param headings: the headings of the other columns
    :param rows: the cells of each line
    """

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str | Text]]


class Painter:
    """Draws an overview for one console.

    :param screen: the console; its encoding decides how bars are drawn
    """

    def __init__(self, screen: Console) -> None:
        ascii_only = screen.options.ascii_only
        self._filled, self._empty, self._dot = ("#", ".", "*") if ascii_only else ("█", "░", "●")
        self._bar = BAR if screen.width >= LONG_BARS else SHORT_BAR

    def draw(
        self,
        overview: Overview,
        width: int,
        lines: int,
        title: str,
        more: Sequence[Section] = (),
        extra: Sequence[Text] = (),
    ) -> RenderableType:
        """Return the view.

        :param lines: the maximum number of lines
        :param title: the first line
        :param more: further sections
        :param extra: lines below the sections
        """
        sections = [part for part in (*self.sections(overview), *more) if part.rows]
        height = lines - 2 - sum(len(part.plain.splitlines()) for part in extra)
        head = Text(title, "bold", no_wrap=True, overflow="ellipsis")
        if width < TWO_COLUMNS:
            return Group(head, *_column(sections, width, height), *extra)
        grid = Table.grid(padding=(0, 2), expand=True)
        for _column_of_two in range(2):
            grid.add_column(ratio=1)
        halves = (_column(sections[start::2], width // 2 - 2, height) for start in range(2))
        grid.add_row(*(Group(*half) for half in halves))
        return Group(head, grid, *extra)

    def sections(self, overview: Overview) -> list[Section]:
        """Return the sections of an overview, including those without rows."""
        return [
            self._services(overview.services),
            self._hosts(overview.hosts),
            self._pools(overview.pools),
            self._usages(overview.usages),
            _deleted(overview.deleted),
            *_load(overview),
        ]

    def bar(self, share: float) -> Text:
        """Return a bar for a share between 0 and 1; a larger share fills it."""
        width = self._bar
        filled = min(round(share * width), width)
        style = "red" if share >= FULL else "yellow" if share >= NEARLY_FULL else "green"
        return Text(self._filled * filled, style) + Text(self._empty * (width - filled), "dim")

    def grid(self, states: Sequence[str], width: int) -> Text:
        """Return a cell for each address: "taken", "reserved" or "free"."""
        marks = {
            "taken": (self._filled, "green"),
            "reserved": (self._empty, "yellow"),
            "free": (".", "dim"),
        }
        cells = Text()
        for place, state in enumerate(states):
            if place and place % width == 0:
                cells.append("\n")
            cells.append(*marks[state])
        return cells

    def _services(self, found: Sequence[Service]) -> Section:
        up = sum(service.is_up for service in found)
        rows = [
            (
                Text(self._dot + " ", _state_style(service)) + Text(plain(service.host)),
                plain(service.binary),
                age(service.seconds) + (", disabled" if service.disabled else ""),
            )
            for service in found
        ]
        return Section(f"services: {up} up, {len(found) - up} down", ("", "last report"), rows)

    def _hosts(self, found: Sequence[Host]) -> Section:
        rows = [
            (
                plain(host.host),
                plain(host.running_vms),
                self.bar(_share(host.vcpus_used, host.vcpus)),
                f"{host.vcpus_used}/{host.vcpus}",
                self.bar(_share(host.memory_mb_used, host.memory_mb)),
                f"{host.memory_mb_used}/{host.memory_mb}",
            )
            for host in sorted(found, key=_by_memory)
        ]
        return Section(f"hosts: {len(found)}", ("vms", "vcpus", "", "memory MB", ""), rows)

    def _pools(self, found: Sequence[Pool]) -> Section:
        rows = [
            (
                plain(pool.name),
                pool.kind,
                self.bar(_share(pool.taken, pool.size)),
                f"{pool.taken}/{pool.size}" + ("" if pool.exact else "+"),
            )
            for pool in found
        ]
        return Section(f"addresses: {counted(len(found), 'pool')}", ("", "taken", ""), rows)

    def _usages(self, found: Sequence[Usage]) -> Section:
        rows = [
            (
                plain(usage.project_id),
                usage.resource,
                self.bar(usage.share),
                f"{usage.used}/{usage.limit}",
            )
            for usage in found
        ]
        over = sum(usage.share >= 1 for usage in found)
        return Section(f"quotas: {over} of {len(found)} used up", ("", "used", ""), rows)


def age(seconds: float | None) -> str:
    """Return an age as text: 12 s, 5 min, 3 h, 40 d, never."""
    if seconds is None:
        return "never"
    for unit, size in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"


def print_sections(screen: Console, overview: Overview) -> None:
    """Print every row of an overview as plain tables, for a pipe."""
    parts: tuple[tuple[str, Sequence[Any]], ...] = (
        ("services", overview.services),
        ("hosts", overview.hosts),
        ("addresses", overview.pools),
        ("quotas", overview.usages),
    )
    for title, found in parts:
        if found:
            rows = [dataclasses.astuple(entry) for entry in found]
            headings = [part.name for part in dataclasses.fields(found[0])]
            show_rows(screen, headings, rows, f"{title}: {len(found)}")
    if overview.deleted:
        title = f"waiting for the archive: {_many(overview.deleted)}"
        show_rows(screen, ("table", "deleted"), list(overview.deleted.items()), title)
    for section in _load(overview):
        show_rows(screen, (section.title, *section.headings), section.rows)


def _column(sections: Sequence[Section], width: int, height: int) -> list[Table]:
    """Return the sections as tables stacked in one column, each with its share of the lines."""
    shown = [0] * len(sections)
    spare = height - len(sections)
    while spare > 0:
        hungry = [n for n, section in enumerate(sections) if shown[n] < len(section.rows)]
        if not hungry:
            break
        for place in hungry[:spare]:
            shown[place] += 1
        spare -= len(hungry)
    return [_table(part, rows, width) for part, rows in zip(sections, shown, strict=True)]


def _table(section: Section, rows: int, width: int) -> Table:
    """Return a section as a table, with at most ``rows`` rows."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold cyan", width=width)
    table.add_column(section.title, overflow="ellipsis", no_wrap=True, ratio=1)
    for place, heading in enumerate(section.headings, 1):
        widest = max([len(heading), *(len(row[place]) for row in section.rows[:rows])])
        # Only the first column may be shortened.
        table.add_column(heading, no_wrap=True, min_width=widest)
    for row in section.rows[:rows]:
        table.add_row(*row)
    return table


def _deleted(found: dict[str, int]) -> Section:
    rows = [(name, f"{count}{'+' if count >= COUNTED else ''}") for name, count in found.items()]
    return Section(f"waiting for the archive: {_many(found)}", ("deleted",), rows)


def _many(found: dict[str, int]) -> str:
    more = " or more" if any(count >= COUNTED for count in found.values()) else ""
    return counted(sum(found.values()), "row") + more


def _load(overview: Overview) -> list[Section]:
    load = overview.load
    if load is None:
        return []
    per_second = [(name, f"{rate:.0f}/s") for name, rate in load.per_second.items() if rate >= 1]
    latencies = [(name, f"{time:.1f} ms") for name, time in load.milliseconds.items()]
    sections = [
        Section(f"operations of {load.server}", ("",), [*per_second, *latencies]),
        Section(
            "running longest",
            ("",),
            [(entry.what, f"{entry.milliseconds:.0f} ms") for entry in load.slowest],
        ),
        Section(
            "replica set",
            ("state", "behind"),
            [
                (member.name, member.state, "-" if member.lag is None else f"{member.lag:.0f} s")
                for member in load.members
            ],
        ),
        Section("not authorized for this login", (), [(name,) for name in load.refused]),
    ]
    return [section for section in sections if section.rows]


def _state_style(service: Service) -> str:
    if service.disabled:
        return "dim"
    return "green" if service.is_up else "red"


def _by_memory(host: Host) -> tuple[float, str]:
    return -_share(host.memory_mb_used, host.memory_mb), host.host or ""


def _share(used: int, size: int) -> float:
    return used / size if size else 0.0
