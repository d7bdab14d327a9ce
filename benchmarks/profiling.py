"""Profiles a row: commands, their time on the server, and the time by function."""

from __future__ import annotations

import cProfile
import io
import pstats
import time

from benchmarks.ours import Ours
from benchmarks.rows import Row
from benchmarks.work import Work
from nova_docdb import testing
from nova_docdb.testing import Command

FUNCTIONS = 25
FEWEST_CALLS = 3


def profiled(url: str, row: Row) -> str:
    """Return a profile of a row, with one caller.

    The calls are made twice: first to count commands, then under the profiler.

    :param url: the URL of a server
    """
    ours = Ours(url, "bench_written")
    ours.fill([row.size])
    with testing.trace() as sent:
        work = _warmed(ours, row)
        sent.clear()
        start = time.perf_counter()
        _make(work)
        seconds = time.perf_counter() - start
    calls = len(work.arguments)
    lines = [f"{row.title}: {1000 * seconds / calls:.3f} ms a call", "", *_listed(sent, calls)]
    work = _warmed(ours, row)
    profile = cProfile.Profile()
    profile.runcall(_make, work)
    return "\n".join([*lines, "", _functions(profile)])


def _warmed(ours: Ours, row: Row) -> Work:
    """Prepare a row and make its warm-up calls."""
    most = max(FEWEST_CALLS, row.most // 4)
    work: Work = ours.work(row.operation, most + row.warm, row.size)
    for argument in work.arguments[: row.warm]:
        work.call(argument)
    return Work(work.call, work.arguments[row.warm :])


def _make(work: Work) -> None:
    for argument in work.arguments:
        work.call(argument)


def _listed(sent: list[Command], calls: int) -> list[str]:
    taken: dict[str, list[float]] = {}
    for command in sent:
        taken.setdefault(f"{command.name} {command.collection}", []).append(command.seconds)
    longest_first = sorted(taken.items(), key=lambda named: -sum(named[1]))
    lines = [f"{'command':60} {'a call':>8} {'ms a call':>10}"]
    for name, seconds in [*longest_first, ("all commands", [c.seconds for c in sent])]:
        lines.append(f"{name:60} {len(seconds) / calls:8.2f} {1000 * sum(seconds) / calls:10.3f}")
    return lines


def _functions(profile: cProfile.Profile) -> str:
    output = io.StringIO()
    stats = pstats.Stats(profile, stream=output).strip_dirs()
    stats.sort_stats("tottime").print_stats(FUNCTIONS)
    return output.getvalue()
