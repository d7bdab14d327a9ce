"""The process of a contender: it reads requests and writes answers, one JSON object per line.

    {"do": "fill", "sizes": [1000, 10000]}
        {"versions": {"pymongo": "4.15", ...}}
    {"do": "time", "operation": "page", "most": 100, "size": 1000, "seconds": 0.5, "threads": 1,
     "warm": 2}
        {"calls": 87, "seconds": 0.5, "moved": 0, "commands": 8.0}
    {"do": "profile", "operation": "page", "most": 100, "size": 1000, "warm": 2}
        {"functions": [{"function": "rows.py:row", "times": 850.0, "milliseconds": 1.2}, ...]}

An unsupported operation is answered with {"missing": why}. This module needs only the standard
library.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Protocol

from benchmarks.work import Work, costly, measure


class Contender(Protocol):
    """A participant of the benchmark."""

    def fill(self, sizes: Iterable[int]) -> None:
        """Create the clouds of these sizes and the database for writes."""

    def versions(self) -> dict[str, str]:
        """Return the measured programs with their versions."""

    def work(self, operation: str, most: int, size: int) -> Work:
        """Prepare an operation."""


class MissingError(Exception):
    """A contender does not support an operation."""


def serve(contender: Contender) -> None:
    """Answer requests until there are no more."""
    answers = sys.stdout
    sys.stdout = sys.stderr  # the output of a library is not an answer
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = _answer(contender, request)
        except MissingError as error:
            answer = {"missing": str(error)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _answer(contender: Contender, request: dict[str, Any]) -> dict[str, Any]:
    do = request.pop("do")
    if do == "fill":
        contender.fill(request["sizes"])
        return {"versions": contender.versions()}
    operation, most, size = (request.pop(name) for name in ("operation", "most", "size"))
    work = contender.work(operation, most + request["warm"], size)
    if do == "profile":
        return {"functions": costly(work, request["warm"])}
    return {**asdict(measure(work, **request)), "commands": work.commands}
