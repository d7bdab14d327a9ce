"""Replays recorded conversations with the original, and reports differences.

A recording is a list of scenarios; each starts from an empty database and runs its steps in order.
A step is a call (``call``, ``context``, ``args``, ``kwargs``; then ``returns`` or ``raises``) or a
read of a table (``table``, ``rows``). Values that JSON lacks are dicts with one ``$`` key:

- in arguments: ``$ref`` (a path into a saved answer), ``$dt``, ``$now``, ``$constraint``,
  ``$resources``, ``$set``, ``$tuple``, ``$items``, ``$timedelta``
- in answers: ``$dt``, ``$now`` (seconds from now), ``$any`` ("now", or anything), ``$uuid`` (a
  token that is one UUID throughout the scenario), ``$set``, ``$tuple``, ``$items``, ``$row``

A step marked ``quirk`` records an accident of the original. It is run, since later steps build on
it, but not compared: tests of the families check the wanted result. Steps that ``superseded.json``
names by scenario and number are not compared either: they record the state after such an accident.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace

from nova_docdb import clock, db
from nova_docdb.config import CONF
from nova_docdb.context import RequestContext
from nova_docdb.mongo.store import connection
from nova_docdb.schemas import TABLES
from tests.data import load

CALLERS = {
    "admin": {"user_id": "admin-user", "project_id": "admin-project", "is_admin": True},
    "user": {"user_id": "user1", "project_id": "project1", "is_admin": False},
    "user2": {"user_id": "user2", "project_id": "project2", "is_admin": False},
    "none": {"user_id": None, "project_id": None, "is_admin": False},
}

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# The original keeps microseconds, BSON milliseconds.
PRECISION = timedelta(milliseconds=1)
RECENT = timedelta(seconds=30)

SUPERSEDED = load("recorded/superseded.json")

# Base classes of the original's exceptions that are irrelevant here.
PLAIN_BASES = {"Exception", "StandardError"}


class Difference(AssertionError):
    """An answer differs from the recorded one; the text says where."""


def replay(scenario, api=db):
    """Run a scenario against the configured store.

    :param api: the namespace whose functions are called
    :raises Difference: at the first step that differs
    """
    for option, value in scenario.get("flags", {}).items():
        CONF.set_override(option, value)
    player = Player(api)
    superseded = SUPERSEDED.get(scenario["name"], {})
    for number, step in enumerate(scenario["steps"], 1):
        try:
            player.run(step, compare=str(number) not in superseded)
        except Difference as difference:
            what = step.get("call") or f"table {step['table']}"
            raise Difference(
                f"{scenario['name']}, step {number}, {what}: {difference}"
            ) from difference


class Player:
    """Runs steps and stores the answers that they save."""

    def __init__(self, api):
        self._api = api
        self._saved = {}
        self._uuids = {}

    def run(self, step, *, compare=True):
        compare = compare and "quirk" not in step
        if "table" in step:
            if compare:
                self._compare(step["rows"], _rows(step["table"]), "rows", ordered=True)
            return
        answer, error = self._call(step)
        if "save" in step:
            self._saved[step["save"]] = answer
        if not compare:
            return
        if "raises" in step:
            self._compare_error(step, answer, error)
        elif error is not None:
            raise Difference(f"raised {type(error).__name__}: {error}") from error
        else:
            ordered = step.get("ordered", False)
            self._compare(step["returns"], answer, "answer", ordered=ordered)

    def _call(self, step):
        function = getattr(self._api, step["call"])
        args = [self._decode(value) for value in step.get("args", [])]
        kwargs = {name: self._decode(value) for name, value in step.get("kwargs", {}).items()}
        if step["call"] not in {"constraint", "equal_any", "not_equal"}:
            args.insert(0, _context(step.get("context") or "admin"))
        try:
            return function(*args, **kwargs), None
        except Exception as error:
            return None, error

    # Arguments

    def _decode(self, value):
        if isinstance(value, list):
            return [self._decode(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (key, content), *_ = value.items()
            decode = getattr(self, f"_decode_{key[1:]}", None) if key.startswith("$") else None
            if decode is not None:
                return decode(content)
        return {key: self._decode(item) for key, item in value.items()}

    def _decode_ref(self, path):
        name, *steps = path.split(".")
        value = self._saved[name]
        for step in steps:
            value = value[int(step)] if isinstance(value, (list, tuple)) else value[step]
        return value

    def _decode_dt(self, text):
        return datetime.fromisoformat(text)

    def _decode_now(self, seconds):
        return clock.utcnow() + timedelta(seconds=seconds)

    def _decode_set(self, items):
        return {self._decode(item) for item in items}

    def _decode_tuple(self, items):
        return tuple(self._decode(item) for item in items)

    def _decode_items(self, items):
        return {self._decode(key): self._decode(value) for key, value in items}

    def _decode_timedelta(self, seconds):
        return timedelta(seconds=seconds)

    def _decode_constraint(self, conditions):
        return self._api.constraint(
            **{column: self._decode(condition) for column, condition in conditions.items()}
        )

    def _decode_equal_any(self, values):
        return self._api.equal_any(*[self._decode(value) for value in values])

    def _decode_not_equal(self, values):
        return self._api.not_equal(*[self._decode(value) for value in values])

    def _decode_resources(self, resources):
        return {name: _resource(name, spec.get("sync")) for name, spec in resources.items()}

    # Answers

    def _compare_error(self, step, answer, error):
        if error is None:
            raise Difference(f"returned {answer!r} instead of raising {step['raises']}")
        names = {base.__name__ for base in type(error).__mro__}
        missing = ({step["raises"], *step["bases"]} - PLAIN_BASES) - names
        if type(error).__name__ != step["raises"] or missing:
            raise Difference(
                f"raised {type(error).__name__} ({error}) instead of {step['raises']}"
            ) from error

    def _compare(self, wanted, got, path, *, ordered=False):
        if isinstance(wanted, dict):
            self._compare_dict(wanted, got, path)
        elif isinstance(wanted, list):
            self._compare_list(wanted, got, path, ordered=ordered)
        elif isinstance(wanted, bool) or isinstance(got, bool):
            _expect(wanted == got and got is not None, wanted, got, path)
        else:
            _expect(
                wanted == got and isinstance(got, type(wanted) | int | float), wanted, got, path
            )

    def _compare_dict(self, wanted, got, path):
        if "$row" in wanted:
            self._compare_row(wanted, got, path)
            return
        if len(wanted) == 1:
            (key, content), *_ = wanted.items()
            compare = getattr(self, f"_compare_{key[1:]}", None) if key.startswith("$") else None
            if compare is not None:
                compare(content, got, path)
                return
        _expect(isinstance(got, Mapping) and set(wanted) == set(got), wanted, got, path)
        for key, value in wanted.items():
            self._compare(value, got[key], f"{path}.{key}")

    def _compare_row(self, wanted, got, path):
        _expect(isinstance(got, dict), wanted, got, path)
        spec = TABLES[wanted["$row"]]
        missing = spec.columns.keys() - got.keys()
        _expect(not missing, f"columns {sorted(missing)}", sorted(got), path)
        for column in spec.columns:
            self._compare(wanted.get(column), got[column], f"{path}.{column}")
        for key in wanted.keys() - spec.columns.keys() - {"$row"}:
            _expect(key in got, f"key {key}", sorted(got), path)
            self._compare(wanted[key], got[key], f"{path}.{key}")

    def _compare_list(self, wanted, got, path, *, ordered):
        _expect(isinstance(got, (list, tuple)), wanted, got, path)
        _expect(len(wanted) == len(got), f"{len(wanted)} items", f"{len(got)}: {got!r}", path)
        rest = list(got)
        for number, item in enumerate(wanted):
            if ordered:
                self._compare(item, got[number], f"{path}[{number}]", ordered=False)
            else:
                rest.remove(self._matching(item, rest, f"{path}[{number}]"))

    def _matching(self, wanted, candidates, path):
        """Return the candidate that equals the expected value; only it binds uuid tokens."""
        reasons = []
        for candidate in candidates:
            before = dict(self._uuids)
            try:
                self._compare(wanted, candidate, path)
            except Difference as difference:
                self._uuids = before
                reasons.append(difference)
            else:
                return candidate
        raise Difference(f"{path}: none is equal: " + "; ".join(map(str, reasons)))

    def _compare_dt(self, text, got, path):
        wanted = datetime.fromisoformat(text)
        close = isinstance(got, datetime) and abs(got - wanted) <= PRECISION
        _expect(close, wanted, got, path)

    def _compare_now(self, seconds, got, path):
        wanted = clock.utcnow() + timedelta(seconds=seconds)
        close = isinstance(got, datetime) and abs(got - wanted) <= timedelta(seconds=5)
        _expect(close, wanted, got, path)

    def _compare_any(self, what, got, path):
        if what == "now":
            recent = isinstance(got, datetime) and abs(got - clock.utcnow()) <= RECENT
            _expect(recent, "a moment ago", got, path)

    def _compare_uuid(self, token, got, path):
        _expect(isinstance(got, str) and UUID.fullmatch(got), "a uuid", got, path)
        others = {uuid for name, uuid in self._uuids.items() if name != token}
        _expect(got not in others, f"another uuid for {token}", got, path)
        _expect(self._uuids.setdefault(token, got) == got, self._uuids[token], got, path)

    def _compare_set(self, items, got, path):
        _expect(isinstance(got, (set, frozenset)), "a set", got, path)
        self._compare_list(items, list(got), path, ordered=False)

    def _compare_tuple(self, items, got, path):
        _expect(isinstance(got, tuple), "a tuple", got, path)
        self._compare_list(items, got, path, ordered=True)

    def _compare_items(self, items, got, path):
        _expect(isinstance(got, dict), "a dict", got, path)
        self._compare_list(items, [list(pair) for pair in got.items()], path, ordered=False)


def _expect(holds, wanted, got, path):
    if not holds:
        raise Difference(f"{path}: expected {wanted!r}, got {got!r}")


def _context(caller):
    if isinstance(caller, str):
        return RequestContext(**CALLERS[caller])
    fields = dict(caller)
    return RequestContext(**{**CALLERS[fields.pop("as")], **fields})


def _resource(name, counts):
    return SimpleNamespace(name=name, sync=lambda context, project_id, session=None: dict(counts))


def _rows(table):
    """Return every row of a table, deleted ones too, by id, without the empty columns."""
    key = TABLES[table.removeprefix("shadow_")].key
    rows = []
    for document in connection.get_database()[table].find({}).sort("_id"):
        row = {name: value for name, value in document.items() if not name.startswith("_")}
        row[key] = document["_id"]
        rows.append({name: value for name, value in row.items() if value is not None})
    return rows
