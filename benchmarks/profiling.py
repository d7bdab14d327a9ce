"""Where the time of a row goes: commands, their time on the server, and the rest by function."""

from __future__ import annotations

import cProfile
import io
import pstats
import time
from collections import Counter
from dataclasses import dataclass, field

from pymongo import monitoring

from benchmarks.ours import Ours
from benchmarks.rows import Row
from benchmarks.work import Work

FUNCTIONS = 25
FEWEST_CALLS = 3


@dataclass
class Commands(monitoring.CommandListener):
    """Counts commands and adds up how long each took, from sending it to its reply."""

    counts: Counter[str] = field(default_factory=Counter)
    microseconds: Counter[str] = field(default_factory=Counter)
    names: dict[int, str] = field(default_factory=dict)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note which collection a command is for."""
        command = event.command
        where = command.get("collection") or command[event.command_name]
        self.names[event.request_id] = f"{event.command_name} {where}"

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Count a command."""
        name = self.names.pop(event.request_id)
        self.counts[name] += 1
        self.microseconds[name] += event.duration_micros

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Count a command that the server refused."""
        name = f"{self.names.pop(event.request_id)} (failed)"
        self.counts[name] += 1
        self.microseconds[name] += event.duration_micros

    def clear(self) -> None:
        """Begin anew."""
        self.counts.clear()
        self.microseconds.clear()


def profiled(url: str, row: Row) -> str:
    """Return where the time of a row goes, by one caller.

    Calls are made twice: with their commands counted, then under the profiler.

    :param url: a server's
    """
    commands = Commands()
    monitoring.register(commands)
    ours = Ours(url, "bench_written")
    ours.fill([row.size])
    work = _warmed(ours, row)
    commands.clear()
    start = time.perf_counter()
    _make(work)
    seconds = time.perf_counter() - start
    calls = len(work.arguments)
    lines = [f"{row.title}: {1000 * seconds / calls:.3f} ms a call", "", *_listed(commands, calls)]
    work = _warmed(ours, row)
    profile = cProfile.Profile()
    profile.runcall(_make, work)
    return "\n".join([*lines, "", _functions(profile)])


def _warmed(ours: Ours, row: Row) -> Work:
    """Set the stage for a row and make the calls that do not count."""
    most = max(FEWEST_CALLS, row.most // 4)
    work: Work = ours.work(row.operation, most + row.warm, row.size)
    for argument in work.arguments[: row.warm]:
        work.call(argument)
    return Work(work.call, work.arguments[row.warm :])


def _make(work: Work) -> None:
    for argument in work.arguments:
        work.call(argument)


def _listed(commands: Commands, calls: int) -> list[str]:
    lines = [f"{'command':60} {'a call':>8} {'ms a call':>10}"]
    for name, taken in commands.microseconds.most_common():
        count = commands.counts[name] / calls
        lines.append(f"{name:60} {count:8.2f} {taken / 1000 / calls:10.3f}")
    total = commands.microseconds.total() / 1000 / calls
    lines.append(f"{'all commands':60} {commands.counts.total() / calls:8.2f} {total:10.3f}")
    return lines


def _functions(profile: cProfile.Profile) -> str:
    output = io.StringIO()
    stats = pstats.Stats(profile, stream=output).strip_dirs()
    stats.sort_stats("tottime").print_stats(FUNCTIONS)
    return output.getvalue()
