"""What every contender of the benchmark can do, and how it is timed.

A contender has a method for each operation of ``rows``: it sets the stage and returns the call to
be timed with an argument for each time that it may be called. This module needs the standard
library only.
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

# How many functions a profile names.
FUNCTIONS = 6


@dataclass
class Work:
    """A call, and an argument for each time that it may be made.

    :param commands: how many commands a call sends, where that is known
    """

    call: Callable[[Any], Any]
    arguments: list[Any]
    commands: float | None = None


@dataclass
class Timed:
    """What was measured.

    :param calls: how many calls were made
    :param seconds: how long all of them took, from the first to the end of the last
    :param moved: the sum of what the calls returned, where that is a number of rows
    """

    calls: int
    seconds: float
    moved: int = 0


def measure(work: Work, *, seconds: float, threads: int, warm: int) -> Timed:
    """Make calls for so many seconds, or until there is no further argument.

    :param threads: how many callers there are at a time
    :param warm: how many calls are made first, outside the time
    """
    arguments = iter(work.arguments)
    for _ in range(warm):
        work.call(next(arguments))
    # What a contender holds already is no burden of these calls.
    gc.collect()
    gc.freeze()
    with ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        deadline = start + seconds
        callers = [pool.submit(_calls, work, arguments, deadline) for _ in range(threads)]
        counts = [caller.result() for caller in callers]
        taken = time.perf_counter() - start
    gc.unfreeze()
    return Timed(sum(calls for calls, _ in counts), taken, sum(moved for _, moved in counts))


def _calls(work: Work, arguments: Iterator[Any], deadline: float) -> tuple[int, int]:
    """Make calls until the deadline; return how many, and how many rows they moved."""
    calls = moved = 0
    # NOTE: next() of a list's iterator is one step, so that no two threads get one argument.
    for argument in arguments:
        result = work.call(argument)
        calls += 1
        if isinstance(result, int):
            moved += result
        if time.perf_counter() >= deadline:
            break
    return calls, moved


def costly(work: Work, warm: int) -> list[dict[str, Any]]:
    """Return the functions in which calls spend most time of their own, the costliest first.

    :returns: for each its name, how often a call calls it, and the milliseconds it takes of a call
        under the profiler, which makes short functions look longer than they are
    """
    for argument in work.arguments[:warm]:
        work.call(argument)
    profile = cProfile.Profile()
    calls = len(work.arguments) - warm
    for argument in work.arguments[warm:]:
        profile.runcall(work.call, argument)
    stats: dict[Any, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    found = sorted(stats.items(), key=lambda item: item[1][2], reverse=True)
    return [
        {
            "function": f"{PurePath(file).name}:{name}" if line else _built_in(name),
            "times": count / calls,
            "milliseconds": 1000 * own / calls,
        }
        for (file, line, name), (_, count, own, *_rest) in found[:FUNCTIONS]
    ]


def _built_in(name: str) -> str:
    """Return a short name of what is not written in Python."""
    method = re.search(r"method '(\w+)' of '([\w.]+)' objects|method ([\w.]+)", name)
    if method is None:
        return name
    return method[3] or f"{method[2]}.{method[1]}"
