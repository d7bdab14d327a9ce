"""The server's query plans for the queries of calls, and the documents that they examine."""

from __future__ import annotations

from dataclasses import dataclass

from tests.commands import Recorder, kind

OF_INDEXES = {"IXSCAN", "DISTINCT_SCAN", "COUNT_SCAN"}

EXPLAINED = {"aggregate", "count", "delete", "distinct", "find", "findAndModify", "update"}

# Fields that the driver adds to a command, and that ``explain`` rejects.
ADDED = ("$db", "lsid", "txnNumber", "writeConcern", "readConcern", "$clusterTime",
         "$readPreference")  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """The plan of a query.

    :param documents: the number of documents examined; ``keys``: the number of index keys
    :param matched: the number of documents that match the filter
    :param stages: the names of its stages; ``indexes``: the names of its indexes, with their table
    :param page: the limit of a sorted query; 0 means no limit, or no order
    """

    command: str
    table: str
    documents: int
    keys: int
    matched: int
    stages: frozenset
    indexes: frozenset
    page: int


class Explainer(Recorder):
    """Records the plan of each query instead of the command, at the time it is sent.

    A write is therefore explained before it changes the documents that it matches.

    :param client: a client of the same server that has no listener
    """

    def __init__(self, client):
        super().__init__()
        self._client = client

    def started(self, event):
        if self._kept is None or event.command_name not in EXPLAINED:
            return
        command = {name: value for name, value in event.command.items() if name not in ADDED}
        database = self._client[event.database_name]
        for one in _one_by_one(command):
            answer = database.command("explain", one, verbosity="executionStats")
            self._kept.append(_plan(one, answer, _related(database, one)))


def _one_by_one(command):
    """Split a command into commands of one statement, because only those can be explained."""
    for name in ("updates", "deletes"):
        for statement in command.get(name, ()):
            yield {**command, name: [statement]}
    if "updates" not in command and "deletes" not in command:
        yield command


def _related(database, command):
    """Return the number of joined documents that a command returns."""
    if not any("$lookup" in stage for stage in command.get("pipeline", ())):
        return 0
    return len(list(_dicts(database.command(command)["cursor"]["firstBatch"], "_id")))


def _plan(command, answer, related):
    name, collection = kind(command)
    stats = list(_dicts(answer, "totalDocsExamined"))
    stages = list(_dicts([one.get("executionStages", one) for one in stats], "stage"))
    # If no document is fetched for a further filter, all keys of the index match.
    fetched = [stage for stage in stages if stage["stage"] not in OF_INDEXES] or stages
    matched = [
        max(stage.get("nReturned", 0), stage.get("nMatched", 0), stage.get("nWouldDelete", 0))
        for stage in fetched
    ]
    used = {f"{collection}.{stage['indexName']}" for stage in stages if "indexName" in stage}
    for one in stats:
        if "$lookup" in one:
            used |= {f"{one['$lookup']['from']}.{index}" for index in one["indexesUsed"]}
    return Plan(
        command=name,
        table=collection,
        documents=sum(int(one["totalDocsExamined"]) for one in stats),
        keys=sum(int(one["totalKeysExamined"]) for one in stats),
        matched=max([*matched, related]),
        stages=frozenset(stage["stage"] for stage in stages),
        indexes=frozenset(used),
        page=command.get("limit", 0) if "sort" in command else 0,
    )


def _dicts(value, key):
    """Yield the nested dicts of a value that have a key."""
    if isinstance(value, list):
        for item in value:
            yield from _dicts(item, key)
    elif isinstance(value, dict):
        if key in value:
            yield value
        for item in value.values():
            yield from _dicts(item, key)
