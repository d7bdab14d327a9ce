"""Recorded commands, bound to the pymongo calls that replay them.

An unknown option of a command is an error, so that a replay never does less than the original.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pymongo
from pymongo import ReturnDocument, monitoring
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

Command = Mapping[str, Any]
Step = Callable[[], Any]
Options = dict[str, Any]
Session = ClientSession | None
Client = pymongo.MongoClient[dict[str, Any]]

# Fields that the driver adds.
ADDED = frozenset({"lsid", "$db", "$clusterTime", "txnNumber", "$readPreference", "maxTimeMS"})
OF_A_TRANSACTION = frozenset({"startTransaction", "autocommit"})

# Commands that pymongo sends while a result is read, or by itself.
NOT_REPLAYED = frozenset({"getMore", "killCursors", "endSessions", "hello", "ping"})


class Recorder(monitoring.CommandListener):
    """Records the commands of clients."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Record a command."""
        if event.command_name not in NOT_REPLAYED:
            self.commands.append(dict(event.command))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Do nothing: the command is already recorded."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Do nothing: the command is already recorded."""

    def taken(self) -> list[Command]:
        """Return the commands recorded since the last call."""
        taken, self.commands = self.commands, []
        return taken


def bound(client: Client, name: str, commands: list[Command]) -> list[Step]:
    """Return pymongo calls that replay commands on another database.

    :param client: the client, whose sessions are used for transactions
    :param name: the database
    """
    database = client[name]
    session: Session = None
    steps: list[Step] = []
    for position, command in enumerate(commands):
        kind = next(iter(command))
        if kind in ("commitTransaction", "abortTransaction"):
            assert session is not None
            ends = {"commitTransaction": session.commit_transaction}
            steps.append(ends.get(kind, session.abort_transaction))
            session = None
            continue
        if command.get("startTransaction"):
            session = client.start_session()
            steps.append(_begin(session, command, _end(commands[position:])))
        within = session if "autocommit" in command else None
        steps.append(_step(database, kind, command, within))
    return steps


def _end(commands: list[Command]) -> Command:
    """Return the command that ends a transaction."""
    return next(c for c in commands if next(iter(c)).endswith("Transaction"))


def _begin(session: ClientSession, first: Command, last: Command) -> Step:
    read, write = _read_concern(first), _write_concern(last)

    def begin() -> None:
        if session.in_transaction:  # it is retried after a write conflict
            session.abort_transaction()
        session.start_transaction(read_concern=read, write_concern=write)

    return begin


def _read_concern(command: Command) -> ReadConcern | None:
    level = command.get("readConcern", {}).get("level")
    return ReadConcern(level) if level else None


def _write_concern(command: Command) -> WriteConcern | None:
    asked = command.get("writeConcern")
    return WriteConcern(**asked) if asked else None


def _step(
    database: Database[dict[str, Any]], kind: str, command: Command, session: Session
) -> Step:
    if kind not in KINDS:
        raise ValueError(f"cannot replay {kind}")
    options = {
        name: value
        for name, value in command.items()
        if name not in ADDED | OF_A_TRANSACTION | {kind, "readConcern", "writeConcern"}
    }
    concerns: Options = {}
    if session is None:  # otherwise those of the transaction are used
        concerns["read_concern"] = _read_concern(command)
        concerns["write_concern"] = _write_concern(command)
    collection = database.get_collection(command[kind], **concerns)
    step: Step = KINDS[kind](collection, options, session)
    if options:
        raise ValueError(f"cannot replay {sorted(options)} of {kind}")
    return step


# One function per kind of command; it removes the options that it supports.


def _find(collection: Collection[Any], options: Options, session: Session) -> Step:
    limit = options.pop("limit", 0)
    asked = {
        "filter": options.pop("filter"),
        "projection": options.pop("projection", None),
        "sort": _pairs(options.pop("sort", None)),
        "limit": -limit if options.pop("singleBatch", False) else limit,
        "hint": options.pop("hint", None),
        "batch_size": options.pop("batchSize", 0),
        "allow_disk_use": options.pop("allowDiskUse", None),
        "session": session,
    }
    return lambda: list(collection.find(**asked))


def _aggregate(collection: Collection[Any], options: Options, session: Session) -> Step:
    pipeline = options.pop("pipeline")
    cursor = options.pop("cursor")
    asked: Options = {"session": session}
    if "batchSize" in cursor:
        asked["batchSize"] = cursor["batchSize"]
    if "hint" in options:
        asked["hint"] = options.pop("hint")
    return lambda: list(collection.aggregate(pipeline, **asked))


def _distinct(collection: Collection[Any], options: Options, session: Session) -> Step:
    key, query = options.pop("key"), options.pop("query", {})
    return lambda: collection.distinct(key, query, session=session)


def _find_and_modify(collection: Collection[Any], options: Options, session: Session) -> Step:
    after = ReturnDocument.AFTER if options.pop("new", False) else ReturnDocument.BEFORE
    query, update = options.pop("query"), options.pop("update")
    asked = {
        "sort": _pairs(options.pop("sort", None)),
        "hint": options.pop("hint", None),
        "projection": options.pop("fields", None),
        "upsert": options.pop("upsert", False),
        "return_document": after,
        "session": session,
    }
    asked = {name: value for name, value in asked.items() if value is not None}
    return lambda: collection.find_one_and_update(query, update, **asked)


def _insert(collection: Collection[Any], options: Options, session: Session) -> Step:
    documents, ordered = options.pop("documents"), options.pop("ordered", True)
    if len(documents) == 1:
        return lambda: collection.insert_one(documents[0], session=session)
    return lambda: collection.insert_many(documents, ordered=ordered, session=session)


def _update(collection: Collection[Any], options: Options, session: Session) -> Step:
    updates, ordered = options.pop("updates"), options.pop("ordered", True)
    asked = [_taken(update, "q", "u", "multi", "upsert", "hint") for update in updates]
    if len(asked) == 1:
        query, change, many, upsert, hint = asked[0]
        update = collection.update_many if many else collection.update_one
        known = {"upsert": bool(upsert), "hint": hint, "session": session}
        return lambda: update(query, change, **known)
    writes = [
        (pymongo.UpdateMany if many else pymongo.UpdateOne)(query, change, upsert, hint=hint)
        for query, change, many, upsert, hint in asked
    ]
    return lambda: collection.bulk_write(writes, ordered=ordered, session=session)


def _delete(collection: Collection[Any], options: Options, session: Session) -> Step:
    deletes, ordered = options.pop("deletes"), options.pop("ordered", True)
    asked = [_taken(delete, "q", "limit", "hint") for delete in deletes]
    if len(asked) == 1:
        query, one, hint = asked[0]
        delete = collection.delete_one if one else collection.delete_many
        return lambda: delete(query, hint=hint, session=session).deleted_count
    writes = [
        (pymongo.DeleteOne if one else pymongo.DeleteMany)(query, hint=hint)
        for query, one, hint in asked
    ]
    return lambda: collection.bulk_write(writes, ordered=ordered, session=session).deleted_count


def _taken(statement: Command, *names: str) -> list[Any]:
    """Return the values of a statement by name, None for missing ones."""
    if unknown := statement.keys() - set(names):
        raise ValueError(f"cannot replay {sorted(unknown)} of a write")
    return [statement.get(name) for name in names]


def _pairs(sort: Mapping[str, int] | None) -> list[tuple[str, int]] | None:
    return None if sort is None else list(sort.items())


KINDS: dict[str, Callable[[Collection[Any], Options, Session], Step]] = {
    "find": _find,
    "aggregate": _aggregate,
    "distinct": _distinct,
    "findAndModify": _find_and_modify,
    "insert": _insert,
    "update": _update,
    "delete": _delete,
}
