"""Decide which steps commute: their order changes neither an answer nor the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nova_docdb.mongo.store.embedded import READS, SNAPSHOT, TRANSACTION, Step
from nova_docdb.mongo.store.ids import COUNTERS
from nova_docdb.schemas import TABLES

# The types of pinned values: if two values differ in Python, they differ in MongoDB too.
SCALARS = (str, int, bool)

# The fields of a counter that an allocation of ids changes.
SEQUENCE = frozenset({"seq"})


@dataclass(frozen=True)
class Footprint:
    """The documents and fields that a command reads or writes.

    :param collection: None is all collections
    :param reads: whether the command only reads
    :param pins: fields and values that all documents of the command have
    :param sets: the fields that it may change; None is all
    :param inserts: the documents that it inserts
    """

    collection: str | None
    reads: bool
    pins: Mapping[str, Any]
    sets: frozenset[str] | None
    inserts: tuple[Mapping[str, Any], ...] = ()


# The footprints of a step: one of a command, several of a transaction that has run.
Touched = tuple[Footprint, ...]


def touched(step: Step) -> Touched:
    """Return the footprints of a step; a transaction that has not run yet may touch anything."""
    if step.command in {TRANSACTION, SNAPSHOT}:
        if not step.commands:
            return (Footprint(None, reads=step.command == SNAPSHOT, pins={}, sets=None),)
        return tuple(found for inner in step.commands for found in touched(inner))
    return (footprint(step.collection, step.command, step.arguments),)


def footprint(collection: str, command: str, arguments: Sequence[Any]) -> Footprint:
    """Return the footprint of a command, from its positional arguments.

    A command with other arguments may touch the whole collection.
    """
    if not collection:
        return Footprint(None, reads=False, pins={}, sets=None)
    first = arguments[0] if arguments else {}
    if command in READS:
        if command == "aggregate":
            if _looks_elsewhere(first):
                return Footprint(None, reads=True, pins={}, sets=frozenset())
            first = _first_match(first)
        elif command == "distinct":
            first = arguments[1] if len(arguments) > 1 else {}
        return Footprint(collection, reads=True, pins=pins(first), sets=frozenset())
    if command in {"insert_one", "insert_many"} and arguments:
        documents = (first,) if command == "insert_one" else tuple(first)
        return Footprint(collection, reads=False, pins={}, sets=frozenset(), inserts=documents)
    if command in {"update_one", "update_many", "find_one_and_update"} and len(arguments) > 1:
        return Footprint(collection, reads=False, pins=pins(first), sets=_set_by(arguments[1]))
    return Footprint(collection, reads=False, pins=pins(first), sets=None)


def commute(one: Touched, other: Touched) -> bool:
    """Return whether two steps commute in every state of the store; False if it is uncertain."""
    return all(_commute(this, that) for this in one for that in other)


def _commute(one: Footprint, other: Footprint) -> bool:
    if one.collection is None or other.collection is None:
        return one.reads and other.reads
    if one.collection != other.collection or (one.reads and other.reads):
        return True
    if one.collection == COUNTERS and one.sets == other.sets == SEQUENCE:
        # Both allocate ids, which are compared up to renaming.
        return True
    if one.inserts and other.inserts:
        return _differ_in_every_key(one, other)
    if one.inserts or other.inserts:
        inserting, changing = (one, other) if one.inserts else (other, one)
        return _misses(changing, inserting)
    return _pinned_apart(one, other)


def pins(where: Any) -> dict[str, Any]:
    """Return the fields that a filter pins to one value."""
    return dict(_pins(where)) if isinstance(where, Mapping) else {}


def _pins(where: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field, value in where.items():
        if field == "$and":
            for part in value:
                yield from _pins(part)
        elif not field.startswith("$") and isinstance(value, SCALARS):
            yield field, value


def _looks_elsewhere(pipeline: Any) -> bool:
    return isinstance(pipeline, list) and any("$lookup" in stage for stage in pipeline)


def _first_match(pipeline: Any) -> Any:
    if isinstance(pipeline, list):
        return pipeline[0].get("$match", {}) if pipeline else {}
    return pipeline  # a count has a filter


def _set_by(update: Any) -> frozenset[str] | None:
    """Return the fields that an update may change, or None if it may change any."""
    stages = update if isinstance(update, list) else [update]
    fields: set[str] = set()
    for stage in stages:
        for operator, changes in stage.items():
            if operator not in {"$set", "$inc", "$unset", "$max", "$setOnInsert"}:
                return None
            fields.update(name.split(".")[0] for name in changes)
    return frozenset(fields)


def _pinned_apart(one: Footprint, other: Footprint) -> bool:
    """Return whether a pinned field that neither step changes separates their documents."""
    for field in one.pins.keys() & other.pins.keys():
        if one.pins[field] == other.pins[field]:
            continue
        if all(step.sets is not None and field not in step.sets for step in (one, other)):
            # Two different documents may still conflict in a unique key.
            return _keeps_keys(one) and _keeps_keys(other)
        if one.reads or other.reads:
            writer = other if one.reads else one
            if writer.sets is not None and field not in writer.sets:
                return True
    return False


def _keeps_keys(step: Footprint) -> bool:
    return step.sets is not None and step.sets.isdisjoint(_key_columns(step.collection or ""))


def _misses(changing: Footprint, inserting: Footprint) -> bool:
    """Return whether a step neither reads nor changes the documents that another inserts."""
    if not changing.reads and not _keeps_keys(changing):
        return False
    return all(
        any(
            field in document and document[field] != value and isinstance(document[field], SCALARS)
            for field, value in changing.pins.items()
        )
        for document in inserting.inserts
    )


def _differ_in_every_key(one: Footprint, other: Footprint) -> bool:
    spec = TABLES.get(one.collection or "")
    if spec is None:
        return False
    keys = [("_id",), *[[c for c in key.columns if c != "deleted"] for key in spec.unique_keys]]
    return all(
        [a.get(column) for column in key] != [b.get(column) for column in key]
        for a in one.inserts
        for b in other.inserts
        for key in keys
    )


def _key_columns(collection: str) -> set[str]:
    spec = TABLES.get(collection)
    if spec is None:
        return {"_id"}
    return {"_id", *(column for key in spec.unique_keys for column in key.columns)}
