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


def profiled(url: str, row: Row) -> str:
    """Return where the time of a row goes, by one caller.

    The calls are made three times: plain, with a listener, and under the profiler.

    :param url: a server's
    """
    commands = Commands()
    monitoring.register(commands)
    ours = Ours(url, "bench_written")
    ours.fill([row.size])
    most = max(3, row.most // 4)
    plain = _seconds(ours.work(row.operation, most, row.size), row.warm)
    work = ours.work(row.operation, most, row.size)
    for argument in work.arguments[: row.warm]:
        work.call(argument)
    commands.counts.clear()
    commands.microseconds.clear()
    work.arguments = work.arguments[row.warm :]
    calls = len(work.arguments)
    profile = cProfile.Profile()
    profile.runcall(_make, work)
    return "\n".join(
        [
            f"{row.title}: {1000 * plain:.3f} ms a call",
            "",
            *_listed(commands, calls),
            "",
            _functions(profile),
        ]
    )


def _seconds(work: Work, warm: int) -> float:
    """Return how long a call takes."""
    for argument in work.arguments[:warm]:
        work.call(argument)
    work.arguments = work.arguments[warm:]
    start = time.perf_counter()
    _make(work)
    return (time.perf_counter() - start) / len(work.arguments)


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
