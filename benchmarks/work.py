"""The interface of a contender, and how its calls are timed.

A contender has a method for each operation of ``rows``, which prepares the operation and returns
the call to time, with an argument for each call. This module needs only the standard library.
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

# The number of functions in a profile.
FUNCTIONS = 6


@dataclass
class Work:
    """A function to time, and an argument for each call.

    :param commands: the number of commands per call, if known
    """

    call: Callable[[Any], Any]
    arguments: list[Any]
    commands: float | None = None


@dataclass
class Timed:
    """The result of a measurement.

    :param calls: the number of calls
    :param seconds: the total time, from the start of the first call to the end of the last
    :param moved: the sum of the rows that the calls returned
    """

    calls: int
    seconds: float
    moved: int = 0


def measure(work: Work, *, seconds: float, threads: int, warm: int) -> Timed:
    """Make calls for a number of seconds, or until the arguments run out.

    :param threads: the number of concurrent callers
    :param warm: the number of warm-up calls, which are not timed
    """
    arguments = iter(work.arguments)
    for _ in range(warm):
        work.call(next(arguments))
    # Existing objects of the contender must not slow down garbage collection during these calls.
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
    # NOTE: next() of a list iterator is atomic, so that two threads never get the same argument.
    for argument in arguments:
        result = work.call(argument)
        calls += 1
        if isinstance(result, int):
            moved += result
        if time.perf_counter() >= deadline:
            break
    return calls, moved


def costly(work: Work, warm: int) -> list[dict[str, Any]]:
    """Return the functions with the largest own time, in descending order.

    :returns: for each its name, the times it is called per call, and its milliseconds per call
        under the profiler, which overstates short functions
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
    """Return a short name of a built-in function."""
    method = re.search(r"method '(\w+)' of '([\w.]+)' objects|method ([\w.]+)", name)
    if method is None:
        return name
    return method[3] or f"{method[2]}.{method[1]}"
