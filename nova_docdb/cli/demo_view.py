"""How ``nova-docdb demo`` shows its cloud: the view of ``top``, and call statistics."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from nova_docdb import backend
from nova_docdb.cli.top_view import Painter, Section
from nova_docdb.demo import Cloud
from nova_docdb.mongo.admin.overview import Overview, Watch

SECONDS = 0.12

# The number of cells in a line of the address grid is a multiple of this.
GRID = 16

# The number of functions in the section of calls.
FUNCTIONS = 5

# Seconds added to each operation on a terminal, so that it can be watched: about ten seconds in
# all. Four tenants boot concurrently.
PACE = {
    "hosts": 0.3,
    "projects": 0.2,
    "instances booted": 0.4,
    "boots refused by quota": 0.3,
    "boots that failed and were rolled back": 0.4,
    "floating addresses associated": 0.2,
    "metadata updates": 0.02,
    "resizes": 0.2,
    "hosts that died": 1.0,
    "instances rebuilt on another host": 0.3,
    "instances deleted": 0.08,
    "rows archived": 0.6,
}


class StoppedError(Exception):
    """Raised in the threads of the cloud when the user ends the demo."""


class Calls:
    """A call hook that counts calls and records how long each function takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._seconds: dict[str, float] = {}
        self.count: Counter[str] = Counter()

    def __call__(self, function: str, _outcome: str, seconds: float) -> None:
        """Record a call."""
        with self._lock:
            self.count[function] += 1
            self._seconds[function] = max(self._seconds.get(function, 0.0), seconds)

    def section(self) -> Section:
        """Return a section with the functions that had the slowest calls."""
        with self._lock:
            slowest = sorted(self._seconds, key=self._seconds.__getitem__, reverse=True)
            rows = [
                (name, str(self.count[name]), f"{self._seconds[name] * 1000:.1f} ms")
                for name in slowest[:FUNCTIONS]
            ]
            a_second = self.count.total() / (time.monotonic() - self._started)
        return Section(f"calls: {a_second:.0f} a second", ("calls", "slowest"), rows)


class Show:
    """Shows a cloud on a terminal.

    :param screen: the console
    :param cloud: the cloud to run; its hooks are set here
    """

    def __init__(self, screen: Console, cloud: Cloud) -> None:
        self._screen = screen
        self._cloud = cloud
        self._stopped = threading.Event()
        # NOTE: after Ctrl-C interrupts join(), Python 3.9 to 3.12 considers the thread finished,
        # and it would keep writing to a database that is being dropped.
        self._finished = threading.Event()
        self._calls = Calls()
        self._errors: list[BaseException] = []

    def run(self, done: Callable[[str], None]) -> None:
        """Run the cloud in a thread, and draw it until it finishes.

        :param done: called with the name of each finished operation
        :raises KeyboardInterrupt: if the user ends it; the threads of the cloud have ended too
        """

        def paced(event: str) -> None:
            if self._stopped.is_set():
                raise StoppedError
            done(event)
            self._stopped.wait(PACE.get(event, 0.0))

        self._cloud.done = paced
        thread = threading.Thread(target=self._live, daemon=True)
        backend.add_call_hook(self._calls)
        try:
            thread.start()
            self._draw()
        finally:
            self._stopped.set()
            self._finished.wait()
            backend.remove_call_hook(self._calls)
        if self._errors:
            raise self._errors[0]

    def _live(self) -> None:
        try:
            self._cloud.run()
        except StoppedError:
            return
        except BaseException as error:  # noqa: BLE001 - the thread that draws raises it
            self._errors.append(error)
        finally:
            self._finished.set()

    def _draw(self) -> None:
        watch = Watch()
        painter = Painter(self._screen)
        with Live(console=self._screen, screen=True, auto_refresh=False) as live:
            while not self._finished.is_set():
                watch.forget()
                view = cloud_view(
                    painter,
                    self._screen,
                    watch.read(),
                    self._cloud,
                    lines=self._screen.height,
                    more=[self._calls.section()],
                )
                live.update(view, refresh=True)
                self._finished.wait(SECONDS)


def _grid_width(screen: Console, states: list[str]) -> int:
    return min(len(states), max(screen.width // GRID * GRID, GRID))


def cloud_view(
    painter: Painter,
    screen: Console,
    overview: Overview,
    cloud: Cloud,
    *,
    lines: int,
    more: list[Section],
) -> RenderableType:
    """Return the view of top, with the address grid of the cloud's network."""
    extra = []
    if states := cloud.address_states() if cloud.network else []:
        heading = f"{cloud.network['label']}: {states.count('taken')} of {len(states)} taken"
        extra = [Text(heading, "bold cyan"), painter.grid(states, _grid_width(screen, states))]
    title = f"nova-docdb demo  {cloud.phase}"
    return painter.draw(overview, screen.width, lines, title, more, extra)
