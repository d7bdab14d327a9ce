"""The shards that the functions of the contract query, derived from their commands.

Every recorded scenario and every sample call runs against a real server, and each filter that is
sent is compared with the shard key of its collection:

    .venv/bin/python -m tests.shards

writes the results to ``nova_docdb/data/every_shard.json`` and the tables of ``docs/scaling.md``.
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

# The shards that a filter reaches: the one that can have the document, those of the values of a
# list, or all. A write to one document must reach one shard.
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
    """Yield the queries of a command: collection, verb, filter, whether it writes one document."""
    collection = command[name]
    if name in {"find", "count", "distinct"}:
        yield collection, name, command.get("filter" if name == "find" else "query", {}), False
    elif name == "aggregate":
        yield from _aggregated(collection, command["pipeline"])
    elif name == "findAndModify":
        yield collection, "update one", command["query"], True
    elif name == "update":
        for update in command["updates"]:
            single = not update.get("multi", False)
            verb = "update one" if single else "update many"
            yield collection, verb, update["q"], single
    elif name == "delete":
        for delete in command["deletes"]:
            yield collection, "delete many", delete["q"], bool(delete["limit"])


def _aggregated(collection, pipeline):
    matches = [stage["$match"] for stage in pipeline[:1] if "$match" in stage]
    yield collection, "find", matches[0] if matches else {}, False
    for stage in pipeline:
        if "$lookup" in stage:
            lookup = stage["$lookup"]
            # The server queries once per document.
            yield lookup["from"], "join", {lookup["foreignField"]: "one"}, False
            for joined, *inner in _aggregated(lookup["from"], lookup["pipeline"][1:]):
                if inner[1]:
                    yield joined, *inner


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
    """Records the queries of each function on the sharded collections."""

    def __init__(self):
        self.function = None
        self.queries = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))

    def started(self, event):
        if self.function is not None:
            self.record(event.command_name, event.command)

    def record(self, name, command):
        """Record the query of a command of the running function."""
        for collection, verb, where, single in filters(name, command):
            column = KEYS.get(collection)
            if column is None:
                continue
            shards = reach(column, where)
            if single and shards != ONE:
                by_id = name == "update" and reach("_id", where) == ONE
                shards = EVERY if by_id else REFUSED
            columns = " and ".join(fields(where))
            query = f"{verb} by {columns}" if columns else f"{verb} without a filter"
            self.queries[collection][self.function][shards].add(query)

    def found(self, *wanted):
        """Return the queries with the given reach, by collection and function."""
        return {
            collection: {
                function: {shards: sorted(by[shards]) for shards in wanted if shards in by}
                for function, by in sorted(functions.items())
                if by.keys() & set(wanted)
            }
            for collection, functions in sorted(self.queries.items())
            if any(by.keys() & set(wanted) for by in functions.values())
        }


class Attributed:
    """The functions of the contract; each sets its name in the recorder while it runs."""

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


def record_on_server():
    """Start a server, run all scenarios and calls on it, and return the recorder."""
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
    """Run all scenarios and calls against the configured server and return the recorder."""
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
    """Return the table of docs/scaling.md: the shard keys of the collections that grow."""
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
    found = record_on_server().found(EVERY, SOME)
    FOUND.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = DOCUMENT.read_text(encoding="utf-8")
    for mark, made in (("functions", table(found)), ("shard keys", keys())):
        before, _old, after = between(text, mark)
        text = before + made + after
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
