"""The contender pymongo alone: the commands of the API, sent without the API.

Each operation is first run through the API on one database, and its commands are recorded. The
measurement replays them with pymongo on a second database in the same state and reads the replies,
without processing them. This is the upper bound for these commands through pymongo.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

import pymongo
from pymongo import monitoring
from pymongo.errors import PyMongoError

from benchmarks import replay
from benchmarks.ours import Ours
from benchmarks.work import Work
from benchmarks.worker import serve


class Raw:
    """Pymongo alone.

    :param url: the URL of a server
    """

    def __init__(self, url: str) -> None:
        # The client is created before any listener, so that no listener slows it down.
        self._client: replay.Client = pymongo.MongoClient(url)
        self._recorder = replay.Recorder()
        monitoring.register(self._recorder)
        self._url = url
        self._recorded = Ours(url, "bench_recorded")

    def fill(self, sizes: Iterable[int]) -> None:  # noqa: ARG002 - the API creates the data for reads
        """Create the two databases for writes."""
        for database in ("bench_replayed", "bench_recorded"):
            Ours(self._url, database).fill([])
        self._recorder.taken()

    def versions(self) -> dict[str, str]:
        """Return the versions of the driver and the server."""
        versions = self._recorded.versions()
        self._recorder.taken()
        return versions

    def work(self, operation: str, most: int, size: int) -> Work:
        """Record an operation and return its replay."""
        recorded: Work = getattr(self._recorded, operation)(most, size)
        self._replay(self._recorder.taken())
        scripts = []
        for argument in recorded.arguments:
            recorded.call(argument)
            scripts.append(self._bound(self._recorder.taken()))
        return Work(_play, scripts, sum(map(len, scripts)) / len(scripts))

    def _replay(self, commands: list[replay.Command]) -> None:
        for step in self._bound(commands):
            step()

    def _bound(self, commands: list[replay.Command]) -> list[replay.Step]:
        if not commands:
            return []
        return replay.bound(self._client, _twin(commands[0]["$db"]), commands)


def _twin(name: str) -> str:
    return "bench_replayed" if name == "bench_recorded" else name


def _play(script: list[replay.Step]) -> int:
    """Send the commands of one call; return how many rows were removed.

    A transaction is retried after a write conflict.
    """
    while (removed := _once(script)) is None:
        continue
    return removed


def _once(script: list[replay.Step]) -> int | None:
    """Send the commands of one call; return None if it must be retried."""
    try:
        results = [step() for step in script]
    except PyMongoError as error:
        if error.has_error_label("TransientTransactionError"):
            return None
        raise
    return sum(result for result in results if isinstance(result, int))


if __name__ == "__main__":
    serve(Raw(sys.argv[1]))
