"""A run measures every row in rounds, and in each round one contender after the other."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.rows import GOAL_OF_RAW, MILLISECONDS, ROWS_PER_SECOND, Row

CHECKOUT = Path(__file__).resolve().parent.parent


class ContenderError(Exception):
    """A contender exited before it answered."""


class Process:
    """A contender in a separate process.

    :param command: the command that starts it
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

        :raises ContenderError: if the process exited
        """
        self.send(**request)
        return self.answer()

    def send(self, **request: Any) -> None:
        """Send a request without waiting for the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Return the answer to a request that was sent.

        :raises ContenderError: if the process exited
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ContenderError(f"{' '.join(self._command)} ended before it answered")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """Stop the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@dataclass
class Figures:
    """The figures of a contender in a row: one per round, in the unit of the row."""

    figures: list[float] = field(default_factory=list)
    commands: float | None = None
    missing: str | None = None


@dataclass(frozen=True)
class Contest:
    """The parameters of a run.

    :param contenders: by name, filled
    :param stores: on which the API and pymongo alone run, as ours@store and raw@store
    :param rounds: the number of rounds per row
    :param seconds: the maximum duration of a round, in seconds
    :param share: the share of the maximum calls of a row that a round makes
    """

    contenders: Mapping[str, Process]
    stores: Sequence[str]
    rounds: int
    seconds: float
    share: float = 1

    def result(self, row: Row) -> dict[str, Any]:
        """Measure a row and return its result.

        The API is profiled if it is too slow compared with pymongo alone.
        """
        found = {name: Figures() for name in self.contenders}
        for number in range(self.rounds):
            # Each contender goes first in turn, so that what a round leaves behind affects all of
            # them equally.
            for name in _turned(list(self.contenders), number):
                if found[name].missing is None:
                    self._measure(name, row, found[name])
        result = {
            **asdict(row),
            "name": row.name,
            "contenders": {name: asdict(figures) for name, figures in found.items()},
        }
        for store in self.stores:
            reached = report.of_raw(result, store)
            if reached is not None and reached < GOAL_OF_RAW:
                return {**result, "profile": {"store": store, **self._profile(row, store)}}
        return result

    def _measure(self, name: str, row: Row, found: Figures) -> None:
        answer = self.contenders[name].ask(
            do="time",
            operation=row.operation,
            most=max(row.threads, int(row.most * self.share), 1),
            size=row.size,
            seconds=self.seconds,
            threads=row.threads,
            warm=row.warm,
        )
        if "missing" in answer:
            found.missing = answer["missing"]
            return
        found.commands = answer["commands"]
        found.figures.append(_figure(row, **answer))

    def _profile(self, row: Row, store: str) -> dict[str, Any]:
        return self.contenders[f"ours@{store}"].ask(
            do="profile",
            operation=row.operation,
            most=max(1, int(row.most * self.share) // 4),
            size=row.size,
            warm=row.warm,
        )


def _turned(names: list[str], by: int) -> list[str]:
    by %= len(names)
    return names[by:] + names[:by]


def _figure(row: Row, calls: int, seconds: float, moved: int, **_more: Any) -> float:
    """Return the measurement in the unit of the row."""
    if row.unit == MILLISECONDS:
        return 1000 * seconds / calls
    if row.unit == ROWS_PER_SECOND:
        if not moved:
            raise ContenderError(f"{row.name}: no row was moved")
        return moved / seconds
    return calls / seconds
