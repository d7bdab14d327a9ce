"""Commands that were sent once, bound to the pymongo calls that send them again.

Whatever a command asks for that is not known here is an error, so that no replay does less than
what it stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pymongo
from pymongo import ReturnDocument, monitoring
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.write_concern import WriteConcern

Command = Mapping[str, Any]
Step = Callable[[], Any]
Client = pymongo.MongoClient[dict[str, Any]]

# What the driver adds by itself.
ADDED = frozenset({"lsid", "$db", "$clusterTime", "txnNumber", "$readPreference"})
OF_A_TRANSACTION = frozenset({"startTransaction", "autocommit"})

# What pymongo sends while a result is read, or on its own behalf.
NOT_REPLAYED = frozenset({"getMore", "killCursors", "endSessions", "hello", "ping"})


class Recorder(monitoring.CommandListener):
    """Keeps the commands that clients send from now on."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Keep a command."""
        if event.command_name not in NOT_REPLAYED:
            self.commands.append(dict(event.command))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing: the command is kept."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing: the command is kept."""

    def taken(self) -> list[Command]:
        """Return the commands since the last time."""
        taken, self.commands = self.commands, []
        return taken


def bound(client: Client, name: str, commands: list[Command]) -> list[Step]:
    """Return pymongo calls that send commands again, to another database.

    :param client: whose sessions carry what was a transaction
    :param name: the database
    """
    database = client[name]
    session: ClientSession | None = None
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
            concern = _concern(_end(commands[position:]))
            steps.append(_begin(session, concern))
        within = session if "autocommit" in command else None
        steps.append(_step(database, kind, command, within))
    return steps


def _end(commands: list[Command]) -> Command:
    """Return the command that ends a transaction."""
    return next(c for c in commands if next(iter(c)).endswith("Transaction"))


def _begin(session: ClientSession, concern: WriteConcern | None) -> Step:
    return lambda: session.start_transaction(write_concern=concern)


def _concern(command: Command) -> WriteConcern | None:
    asked = command.get("writeConcern")
    return WriteConcern(**asked) if asked else None


def _step(
    database: Database[dict[str, Any]], kind: str, command: Command, session: ClientSession | None
) -> Step:
    if kind not in KINDS:
        raise ValueError(f"cannot replay {kind}")
    options = {
        name: value
        for name, value in command.items()
        if name not in ADDED | OF_A_TRANSACTION | {kind, "writeConcern"}
    }
    collection = database.get_collection(command[kind], write_concern=_concern(command))
    step: Step = KINDS[kind](collection, options, session)
    if options:
        raise ValueError(f"cannot replay {sorted(options)} of {kind}")
    return step


# One function a kind of command: it takes out of the options what it understands.

Options = dict[str, Any]
Session = ClientSession | None


def _find(collection: Collection[Any], options: Options, session: Session) -> Step:
    limit = options.pop("limit", 0)
    asked = {
        "filter": options.pop("filter"),
        "projection": options.pop("projection", None),
        "sort": _pairs(options.pop("sort", None)),
        "limit": -limit if options.pop("singleBatch", False) else limit,
        "hint": options.pop("hint", None),
        "batch_size": options.pop("batchSize", 0),
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
    writes = [_update_of(update) for update in options.pop("updates")]
    return _written(collection, writes, options, session)


def _update_of(update: Command) -> pymongo.UpdateMany | pymongo.UpdateOne:
    asked = dict(update)
    made = pymongo.UpdateMany if asked.pop("multi", False) else pymongo.UpdateOne
    known = {"upsert": asked.pop("upsert", False), "hint": asked.pop("hint", None)}
    write = made(asked.pop("q"), asked.pop("u"), **known)
    if asked:
        raise ValueError(f"cannot replay {sorted(asked)} of update")
    return write


def _delete(collection: Collection[Any], options: Options, session: Session) -> Step:
    writes = [_delete_of(delete) for delete in options.pop("deletes")]
    step = _written(collection, writes, options, session)
    return lambda: step().deleted_count


def _delete_of(delete: Command) -> pymongo.DeleteMany | pymongo.DeleteOne:
    asked = dict(delete)
    made = pymongo.DeleteOne if asked.pop("limit") else pymongo.DeleteMany
    write = made(asked.pop("q"), hint=asked.pop("hint", None))
    if asked:
        raise ValueError(f"cannot replay {sorted(asked)} of delete")
    return write


def _written(
    collection: Collection[Any], writes: list[Any], options: Options, session: Session
) -> Step:
    ordered = options.pop("ordered", True)
    return lambda: collection.bulk_write(writes, ordered=ordered, session=session)


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
