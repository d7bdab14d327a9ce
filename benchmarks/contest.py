"""A run: every row in rounds, and in each round every contender after the other."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pymongo

from benchmarks.rows import MILLISECONDS, ROWS_PER_SECOND, Row

CHECKOUT = Path(__file__).resolve().parent.parent

Tell = Callable[[str], None]


class ContenderError(Exception):
    """A contender ended before it answered."""


class Process:
    """A contender in a process of its own.

    :param command: starts it
    """

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONWARNINGS": "ignore"},
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request and return the answer.

        :raises ContenderError: if there is none
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise ContenderError(f"{' '.join(self._command)} ended at {request}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """End it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@dataclass
class Figures:
    """What a contender did in a row: a figure a round, in the unit of the row."""

    figures: list[float] = field(default_factory=list)
    commands: float | None = None
    missing: str | None = None


def run(
    contenders: Mapping[str, Process],
    rows: Iterable[Row],
    *,
    rounds: int,
    seconds: float,
    share: float,
    tell: Tell,
) -> list[dict[str, Any]]:
    """Measure rows and return what came of each.

    :param contenders: by name, filled
    :param rounds: how often each contender does each row
    :param seconds: how long it does so at the most
    :param share: of the calls that a row makes at the most
    :param tell: is told of the progress
    """
    results = []
    for row in rows:
        tell(row.title)
        found = {name: Figures() for name in contenders}
        for number in range(rounds):
            # Each goes first in turn, so that what a round leaves behind burdens all alike.
            for name in _turned(list(contenders), number):
                if found[name].missing is None:
                    _measure(contenders[name], row, seconds, share, found[name])
        results.append(
            {
                **{key: getattr(row, key) for key in ("name", "title", "unit", "goal")},
                **{key: getattr(row, key) for key in ("operation", "size", "threads")},
                "contenders": {name: vars(figures) for name, figures in found.items()},
            }
        )
    return results


def _turned(names: list[str], by: int) -> list[str]:
    by %= len(names)
    return names[by:] + names[:by]


def _measure(process: Process, row: Row, seconds: float, share: float, found: Figures) -> None:
    answer = process.ask(
        do="time",
        operation=row.operation,
        most=max(row.threads, int(row.most * share), 1),
        size=row.size,
        seconds=seconds,
        threads=row.threads,
        warm=row.warm,
    )
    if "missing" in answer:
        found.missing = answer["missing"]
        return
    found.commands = answer["commands"]
    found.figures.append(_figure(row, **answer))


def _figure(row: Row, calls: int, seconds: float, moved: int, **_more: Any) -> float:
    """Return what was measured in the unit of the row."""
    if row.unit == MILLISECONDS:
        return 1000 * seconds / calls
    if row.unit == ROWS_PER_SECOND:
        if not moved:
            raise ContenderError(f"{row.name}: no row was moved")
        return moved / seconds
    return calls / seconds


def circumstances(**more: Any) -> dict[str, Any]:
    """Return where and when a run is made, and with what."""
    return {
        "taken": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "python": sys.version.split()[0],
        "pymongo": pymongo.version,
        "system": platform.platform(),
        "processors": os.cpu_count(),
        **more,
    }
