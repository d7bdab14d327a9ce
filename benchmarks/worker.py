"""The process of one contender: it takes requests and gives answers, one JSON object a line.

    {"do": "fill", "sizes": [1000, 10000]}
        {"versions": {"pymongo": "4.15", ...}}
    {"do": "time", "operation": "page", "most": 100, "size": 1000, "seconds": 0.5, "threads": 1,
     "warm": 2}
        {"calls": 87, "seconds": 0.5, "moved": 0, "commands": 8.0}
    {"do": "profile", "operation": "page", "most": 100, "size": 1000, "warm": 2}
        {"functions": [{"function": "rows.py:row", "times": 850.0, "milliseconds": 1.2}, ...]}

What a contender cannot do is answered with {"missing": why}. This module needs the standard
library only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Protocol

from benchmarks.work import Work, costly, measure


class Contender(Protocol):
    """What takes part in the benchmark."""

    def fill(self, sizes: Iterable[int]) -> None:
        """Make the clouds of these sizes and what is written."""

    def versions(self) -> dict[str, str]:
        """Return what is measured, each with its version."""

    def work(self, operation: str, most: int, size: int) -> Work:
        """Set the stage for an operation."""


class MissingError(Exception):
    """A contender cannot do an operation."""


def serve(contender: Contender) -> None:
    """Answer requests until there are no more."""
    answers = sys.stdout
    sys.stdout = sys.stderr  # what a library prints is no answer
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
