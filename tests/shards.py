"""The shards that the functions of the contract query, derived from their commands.

Every recorded scenario and every sample call runs against a real server, and each filter that
reaches it is held against the shard key of its collection:

    .venv/bin/python -m tests.shards

writes what comes out into ``fixtures/every_shard.json`` and the tables of ``docs/scaling.md``.
"""

import contextlib
import functools
import json
from collections import defaultdict
from pathlib import Path

from nova_docdb import context, db, testing
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.admin import sharding
from nova_docdb.mongo.store import connection
from tests import servers
from tests.commands import Listener, listening
from tests.data import load
from tests.db.samples import call
from tests.replay import Difference, replay
from tests.test_recorded import SCENARIOS

ROOT = Path(__file__).parents[1]
FOUND = ROOT / "nova_docdb" / "data" / "every_shard.json"
DOCUMENT = ROOT / "docs" / "scaling.md"

FUNCTIONS = load("contract.json")
KEYS = {p.collection: p.key.column for p in sharding.placements() if p.key}

# How far a filter reaches: to the one shard that can have the document, to those that the values of
# a list name, to all of them. A write to one document must reach one shard.
ONE, SOME, EVERY, REFUSED = "one", "some", "every", "refused"


def reach(column, where):
    """Return how many shards a filter reaches in a collection that is sharded by a column."""
    if column in where:
        condition = where[column]
        if not _is_operator(condition) or condition.keys() == {"$eq"}:
            return ONE
        if "$in" in condition:
            return SOME
    clauses = [reach(column, clause) for clause in where.get("$and", ())]
    if ONE in clauses:
        return ONE
    choices = [reach(column, clause) for clause in where.get("$or", ())]
    if SOME in clauses or (choices and EVERY not in choices):
        return SOME
    return EVERY


def filters(name, command):
    """Yield the queries of a command: collection, verb, filter, and whether it changes one."""
    of = command[name]
    if name in {"find", "count", "distinct"}:
        yield of, name, command.get("filter" if name == "find" else "query", {}), False
    elif name == "aggregate":
        yield from _aggregated(of, command["pipeline"])
    elif name == "findAndModify":
        yield of, "change one", command["query"], True
    elif name == "update":
        for update in command["updates"]:
            single = not update.get("multi", False)
            yield of, "change one" if single else "change all", update["q"], single
    elif name == "delete":
        for delete in command["deletes"]:
            yield of, "remove all", delete["q"], bool(delete["limit"])


def _aggregated(of, pipeline):
    matches = [stage["$match"] for stage in pipeline[:1] if "$match" in stage]
    yield of, "find", matches[0] if matches else {}, False
    for stage in pipeline:
        if "$lookup" in stage:
            lookup = stage["$lookup"]
            # The server queries once per document.
            yield lookup["from"], "join", {lookup["foreignField"]: "one"}, False
            for _of, *inner in _aggregated(lookup["from"], lookup["pipeline"][1:]):
                if inner[1]:
                    yield _of, *inner


def _is_operator(condition):
    return isinstance(condition, dict) and any(name.startswith("$") for name in condition)


def fields(where):
    """Return the columns of a filter; ``deleted`` only if it is the only one."""
    found = set()
    for name, condition in where.items():
        if name in {"$and", "$or"}:
            found |= {column for clause in condition for column in fields(clause)}
        elif not name.startswith("$"):
            found.add(name.split(".")[0])
    return sorted(found - {"deleted"}) or sorted(found)


class Recorder(Listener):
    """Records the queries of each function to the collections that are sharded."""

    def __init__(self):
        self.function = None
        self.asked = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))

    def started(self, event):
        if self.function is not None:
            self.take(event.command_name, event.command)

    def take(self, name, command):
        """Record the query of a command of the running function."""
        for collection, verb, where, single in filters(name, command):
            column = KEYS.get(collection)
            if column is None:
                continue
            how_far = reach(column, where)
            if single and how_far != ONE:
                by_id = name == "update" and reach("_id", where) == ONE
                how_far = EVERY if by_id else REFUSED
            words = f"{verb} by {' and '.join(fields(where)) or 'nothing'}"
            self.asked[collection][self.function][how_far].add(words)

    def found(self, *wanted):
        """Return the queries with the given reach, by collection and function."""
        return {
            collection: {
                function: {how_far: sorted(by[how_far]) for how_far in wanted if how_far in by}
                for function, by in sorted(functions.items())
                if by.keys() & set(wanted)
            }
            for collection, functions in sorted(self.asked.items())
            if any(by.keys() & set(wanted) for by in functions.values())
        }


class Attributed:
    """The functions of the contract, each passing its name to the recorder while it runs."""

    def __init__(self, recorder):
        self._recorder = recorder

    def __getattr__(self, name):
        function = getattr(db, name)

        @functools.wraps(function)
        def attributed(*args, **kwargs):
            self._recorder.function = self._recorder.function or name
            try:
                return function(*args, **kwargs)
            finally:
                self._recorder.function = None

        return attributed


def record_on_a_server():
    """Start a server, run everything on it, and return the recorder."""
    server = servers.Mongod()
    try:
        CONF([], project="nova_docdb", default_config_files=[])
        CONF.set_override("connection", f"{server.start().url}nova_shards", group="mongo")
        db_sync(default_flavors=False)
        return record()
    finally:
        connection.close()
        CONF.clear_override("connection", group="mongo")
        server.stop()


def record():
    """Run everything against the configured server and return the recorder."""
    recorder = Recorder()
    functions = Attributed(recorder)
    with listening(recorder):
        for scenario in SCENARIOS:
            testing.clear()
            with contextlib.suppress(Difference):
                replay(scenario, functions)
            for option in scenario.get("flags", {}):
                CONF.clear_override(option)
        testing.clear()
        admin = context.get_admin_context()
        for name in FUNCTIONS:
            with contextlib.suppress(Exception):
                call(name, admin, api=functions)
    return recorder


def keys():
    """Return the table of docs/scaling.md: the collections that grow, and where they are."""
    lines = ["| collection | shard key | why |", "| --- | --- | --- |"]
    lines += [
        f"| {placement.collection} | {_key(placement)} | {placement.why} |"
        for placement in sharding.placements()
        if placement.why != sharding.SMALL and not placement.collection.startswith("shadow_")
    ]
    shadow = sharding.OF_A_SHADOW
    lines.append(f"| the shadow table of each | {shadow.column}, hashed | {shadow.why} |")
    return "\n".join(lines)


def _key(placement):
    if placement.key is None:
        return "none: one shard"
    return f"{placement.key.column}, hashed" if placement.key.hashed else placement.key.column


def table(found):
    """Return the table of docs/scaling.md: the functions that query several shards."""
    lines = ["| collection | every shard | the shards of the named rows |", "| --- | --- | --- |"]
    for collection, functions in found.items():
        cells = [
            ", ".join(f"`{name}`" for name, by in functions.items() if how_far in by)
            for how_far in (EVERY, SOME)
        ]
        lines.append(f"| {collection} | {' | '.join(cells)} |")
    return "\n".join(lines)


def between(text, mark):
    """Return the text before, between and after the markers of a generated part."""
    before, start, rest = text.partition(f"<!-- {mark} -->\n")
    inner, end, after = rest.partition(f"\n<!-- end of {mark} -->")
    assert start, mark
    assert end, mark
    return before + start, inner, end + after


def main():
    found = record_on_a_server().found(EVERY, SOME)
    FOUND.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = DOCUMENT.read_text(encoding="utf-8")
    for mark, made in (("functions", table(found)), ("shard keys", keys())):
        before, _old, after = between(text, mark)
        text = before + made + after
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
