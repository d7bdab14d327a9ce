"""``nova-docdb top``: a live view of the database in the terminal."""

from __future__ import annotations

import dataclasses
import io
import time
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console, RenderableType
from rich.live import Live

from nova_docdb.cli.common import JSON, check_lasting_store, store_command
from nova_docdb.cli.output import Screen, console, print_json
from nova_docdb.cli.top_view import Painter, print_sections
from nova_docdb.mongo.admin.overview import Overview, Watch
from nova_docdb.mongo.store import connection
from nova_docdb.urls import masked

SECONDS = 2.0

# The size of a picture, in characters.
PICTURE = (110, 40)
# Rates are computed between two readings.
BETWEEN_LOOKS = 1.0


@click.command()
@click.option(
    "--once", is_flag=True, help="Print the view once; the default if the output is not a terminal."
)
@click.option(
    "--every",
    default=SECONDS,
    show_default=True,
    type=click.FloatRange(0.5, 3600),
    metavar="SECONDS",
    help="The refresh interval.",
)
@click.option(
    "--svg",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the view to an SVG file instead.",
)
@JSON
@store_command
def top(*, once: bool, every: float, svg: str | None, as_json: bool) -> None:
    """Show services, hosts, addresses, quotas, the archive and the server live; Ctrl-C quits.

    Shown are services with the age of their last report, silent ones first; hosts, the fullest
    first; networks and address pools; projects close to their quota; deleted rows to archive;
    operations per second, the longest running operations and the members of the replica set, if the
    login is authorized. The command only reads, with bounded queries that use indexes.

    \b
    Examples:
      nova-docdb top --connection mongodb://localhost/nova
      nova-docdb top --once --json --config-file /etc/nova/nova.conf
      nova-docdb top --svg top.svg --config-file /etc/nova/nova.conf
    """
    check_lasting_store()
    watch = Watch()
    screen = console()
    if as_json or svg or once or not screen.is_terminal:
        overview = _second_look(watch)
        if as_json:
            print_json(as_plain(overview))
        if svg:
            write_svg(svg, lambda c: _drawn(Painter(c), overview, *PICTURE), "nova-docdb top")
        elif not as_json:
            _show(screen, overview)
        return
    try:
        _watch(screen, watch, every)
    except KeyboardInterrupt:
        # Ctrl-C is the way to quit.
        return


def as_plain(overview: Overview) -> dict[str, object]:
    """Return an overview as plain values for JSON."""
    plain = dataclasses.asdict(overview)
    for entry, usage in zip(plain["usages"], overview.usages, strict=True):
        entry["share"] = round(usage.share, 4)
    for entry, service in zip(plain["services"], overview.services, strict=True):
        entry["up"] = service.is_up
    return plain


def write_svg(path: str, draw: Callable[[Console], RenderableType], title: str) -> None:
    """Write an SVG picture of a terminal.

    :param draw: returns the content of the terminal
    :param title: the title of the window
    :raises OSError: if the file cannot be written
    """
    screen = Console(
        file=io.StringIO(),
        record=True,
        width=PICTURE[0],
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
        emoji=False,
    )
    screen.print(draw(screen))
    picture = screen.export_svg(title=title, unique_id="nova-docdb")
    Path(path).write_text(picture, encoding="utf-8")


def _second_look(watch: Watch) -> Overview:
    overview = watch.read()
    if overview.load is None:
        return overview
    time.sleep(BETWEEN_LOOKS)
    return watch.read()


def _show(screen: Screen, overview: Overview) -> None:
    if screen.is_terminal:
        lines = max(screen.height, PICTURE[1])
        screen.print(_drawn(Painter(screen), overview, screen.width, lines))
    else:
        print_sections(screen, overview)


def _watch(screen: Screen, watch: Watch, every: float) -> None:
    painter = Painter(screen)
    with Live(console=screen, screen=True, auto_refresh=False) as live:
        while True:
            overview = watch.read()
            live.update(_drawn(painter, overview, screen.width, screen.height), refresh=True)
            time.sleep(every)


def _drawn(painter: Painter, overview: Overview, width: int, lines: int) -> RenderableType:
    url = masked(connection.current().url)
    return painter.draw(overview, width, lines, f"nova-docdb top  {url}  {overview.time} UTC")
