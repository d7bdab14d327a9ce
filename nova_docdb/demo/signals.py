"""Signals of the demo: it rolls back or drops what it made before it ends.

Python runs signal handlers in the main thread, and only that thread can set them. In another thread
these blocks change nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], object] | signal.Handlers


@contextmanager
def handling(handler: Handler, *numbers: signal.Signals) -> Iterator[None]:
    """Handle some signals with ``handler`` until the block ends."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back Ctrl-C and termination signals until the block ends.

    NOTE: blocking the signals of a thread is not enough: another thread receives them, and Python
    runs their handlers in the main one.
    """
    held: list[int] = []
    try:
        with handling(lambda caught, _frame: held.append(caught), signal.SIGINT, signal.SIGTERM):
            yield
    finally:
        if held:
            signal.raise_signal(held[0])
