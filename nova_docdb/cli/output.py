r"""Output of the commands: tables that fit the terminal, one line per row in a pipe, or JSON.

Numbers are never shortened. A table that is wider than the terminal is printed without rules, then
with folded text, and if it still does not fit as records, one column per line. In a pipe a table is
aligned plain text, one line per row, whatever its width.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

# Lines are not wrapped in a pipe.
PIPE_WIDTH = 1_000_000

# The smallest width to which a text column is folded.
NARROWEST_TEXT = 12

EMPTY = "-"

_QUIET = "nova_docdb.quiet"


class Screen(Console):
    """A console that prints values literally, without markup in brackets or emoji codes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)
        if not self.is_terminal:
            self.width = PIPE_WIDTH

    def on_broken_pipe(self) -> None:
        """Raise the error that all output raises; rich would exit with 1."""
        raise BrokenPipeError


class ResultTable(Table):
    """A table whose right-aligned columns are numbers, which are never shortened."""

    def add_column(self, header: Any = "", *args: Any, **options: Any) -> None:
        """Add a column; a right-aligned one is not wrapped."""
        if options.get("justify") == "right":
            options["no_wrap"] = True
        super().add_column(header, *args, **{"overflow": "fold", **options})

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table in the first form that fits."""
        if not console.is_terminal:
            yield from self._lines()
            return
        rules = 3 * len(self.columns) + 1
        if self._width(folded=False) + rules > options.max_width:
            # First drop the rules, then fold cells, then print records.
            if self._width(folded=False) + len(self.columns) <= options.max_width:
                self.box, self.padding = None, (0, 1, 0, 0)
            elif self._width(folded=True) + rules > options.max_width:
                yield from self._records()
                return
        yield from super().__rich_console__(console, options)

    def texts(self) -> list[list[str]]:
        """Return the cells of each row as text."""
        return [list(row) for row in zip(*map(_texts, self.columns), strict=True)]

    def _width(self, *, folded: bool) -> int:
        """Return the total width of all columns, with or without folded text."""
        total = 0
        for column in self.columns:
            longest = max(map(cell_len, [_text(column.header), *_texts(column)]))
            total += longest if column.no_wrap or not folded else min(longest, NARROWEST_TEXT)
        return total

    def _lines(self) -> Iterable[Text]:
        headings = [_text(column.header) for column in self.columns]
        rows = [headings, *self.texts()]
        if not any(headings):
            del rows[0]
        widths = [max(map(cell_len, cells)) for cells in zip(*rows, strict=True)]
        if self.title:
            yield _line(_text(self.title))
        for row in rows:
            cells = [
                " " * (width - cell_len(cell)) + cell
                if column.justify == "right"
                else cell + " " * (width - cell_len(cell))
                for cell, width, column in zip(row, widths, self.columns, strict=True)
            ]
            yield _line("  ".join(cells).rstrip())
        if self.caption:
            yield _line(_text(self.caption))

    def _records(self) -> Iterable[Any]:
        headings = [_text(column.header) for column in self.columns]
        width = max(map(cell_len, headings))
        if self.title:
            yield Text(_text(self.title), "bold")
        for number, row in enumerate(self.texts()):
            if number:
                yield Text("")
            record = Table.grid(padding=(0, 2, 0, 0))
            record.add_column(min_width=width, no_wrap=True)
            record.add_column(overflow="fold")
            for heading, cell in zip(headings, row, strict=True):
                if cell not in {"", EMPTY}:
                    record.add_row(Text(heading, "dim"), Text(cell))
            yield Padding(record, 0)
        if self.caption:
            yield Text(_text(self.caption))


def console(**options: Any) -> Screen:
    """Return the console for reports, which is silent with --quiet."""
    return Screen(quiet=is_quiet(), **options)


def result_table(screen: Console, title: str = "", caption: str = "") -> ResultTable:
    """Return a table for this console."""
    shape = box.ROUNDED if screen.is_terminal else None
    return ResultTable(
        title=title or None, caption=caption or None, box=shape, title_justify="left"
    )


def rows_table(
    screen: Console, headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str = ""
) -> ResultTable:
    """Return a table of values; a column whose values are all numbers is aligned to the right.

    :param rows: the values of each row; a ``Text`` keeps its style
    """
    shown = list(rows)
    table = result_table(screen, title)
    for place, heading in enumerate(headings):
        table.add_column(heading, **_alignment([row[place] for row in shown]))
    for row in shown:
        table.add_row(*map(_cell, row))
    return table


def show_rows(
    screen: Console, headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str = ""
) -> None:
    """Print the table of ``rows_table``."""
    screen.print(rows_table(screen, headings, rows, title))


def show_totals(
    screen: Console,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    totals: Sequence[Any],
    **titles: str,
) -> None:
    """Print a table whose last row has the totals of its columns.

    :param rows: the values of each row, the first of which names the row
    :param totals: the total of each further column; empty text for a column of texts
    :param titles: the title and the caption of the table
    """
    table = result_table(screen, **titles)
    table.add_column(headings[0], no_wrap=True)
    for heading, total in zip(headings[1:], totals, strict=True):
        table.add_column(heading, justify="left" if total == "" else "right")
    for row in rows:
        table.add_row(*map(_cell, row))
    table.add_section()
    table.add_row("all", *map(str, totals))
    screen.print(table)


def print_json(value: Any) -> None:
    """Print a value as JSON: times as ISO 8601 text in UTC, without a zone."""
    click.echo(json.dumps(value, indent=2, default=_plain))


def text(value: Any) -> str:
    """Return a value as one line, without control characters."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    shown = json.dumps(value, default=_plain) if isinstance(value, (dict, list)) else str(value)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: 1 row, 2 rows."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def is_quiet() -> bool:
    """Return whether the command runs with --quiet."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_QUIET))


def set_quiet() -> None:
    """Make the running command print only errors and JSON."""
    click.get_current_context().meta[_QUIET] = True


def _cell(value: Any) -> Text:
    return value if isinstance(value, Text) else Text(text(value))


def _alignment(values: Sequence[Any]) -> dict[str, Any]:
    filled = [value for value in values if value is not None]
    numbers = [isinstance(v, (int, float)) and not isinstance(v, bool) for v in filled]
    return {"justify": "right"} if numbers and all(numbers) else {}


def _plain(value: Any) -> Any:
    """Return the JSON form of a value that JSON does not have."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def _texts(column: Any) -> list[str]:
    return [_text(cell) for cell in column.cells]


def _text(cell: Any) -> str:
    return cell.plain if isinstance(cell, Text) else str(cell)


def _line(content: str) -> Text:
    return Text(content, no_wrap=True, overflow="ignore")
