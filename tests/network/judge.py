"""The verdict on a history: which results contradict the majority's state at the end.

A call whose outcome is unknown may have taken effect or not. An acknowledged call took effect, and
only later calls may have changed that.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from tests.network.history import LEAKED, OK, UNKNOWN

NEVER = float("inf")

# The calls that claim and release: an address for an instance, a network for a project.
CLAIMS = {"addresses": ("claim", "look"), "networks": ("associate",)}
RELEASES = {"addresses": "release", "networks": "give back"}

# Reads whose result, or whose key, is a token in a collection.
ANSWERS = {"read address": "fixed_ips", "read state": "instances", "test and set": "instances"}
KEYS = {"look": "fixed_ips", "look for instance": "instances"}


@dataclass
class Verdict:
    """The faults of a history.

    :param lost: acknowledged, but not in the store
    :param double: given twice, counted twice, or over a limit
    :param half_made: rows that were read without their dependent rows
    :param undone: values that were read, but that a majority never had
    :param stale: wrongly acknowledged without a change, or wrongly refused
    :param leaked: errors that are not part of the contract
    """

    operations: int = 0
    unknown: int = 0
    lost: list = field(default_factory=list)
    double: list = field(default_factory=list)
    half_made: list = field(default_factory=list)
    undone: list = field(default_factory=list)
    stale: list = field(default_factory=list)
    leaked: list = field(default_factory=list)
    longest_seconds: float = 0.0

    @property
    def faults(self):
        """The faults by name; empty for a correct history."""
        names = ("lost", "double", "half_made", "undone", "stale", "leaked")
        return {name: found for name in names if (found := getattr(self, name))}


def judge(history, final, *, limit, killed=()):
    """Return the verdict on a history.

    :param limit: the limit of the quota
    :param killed: the callers that were killed, and could not resolve unknown outcomes
    """
    verdict = Verdict(
        operations=len(history.operations),
        unknown=sum(operation.outcome == UNKNOWN for operation in history.operations),
        leaked=[op for op in history.operations if op.outcome == LEAKED],
        longest_seconds=max((op.seconds for op in history.operations), default=0.0),
    )
    for kind in CLAIMS:
        _judge_claims(verdict, history, getattr(final, kind), kind, killed)
    _judge_instances(verdict, history, final)
    _judge_states(verdict, history, final)
    _judge_quota(verdict, history, final, limit)
    _judge_lists(verdict, history)
    if final.ever is not None:
        for collection, token, operation in _tokens_read(history):
            if (collection, token) not in final.ever:
                verdict.undone.append((collection, token, operation))
    return verdict


def _judge_claims(verdict, history, final, what, killed):
    claims = defaultdict(list)
    for claim in history.of(*CLAIMS[what]):
        claims[claim.key].append(claim)
    released = {op.key: op.invoked for op in history.of(RELEASES[what])}
    holdings = defaultdict(list)
    for holder, calls in claims.items():
        for item, acknowledged in _by_answer(calls).items():
            first = min(call.completed for call in acknowledged)
            holdings[item].append((first, released.get(holder, NEVER), holder))
            if holder not in released and final.get(item) != holder:
                only_again = all(call.again for call in acknowledged)
                (verdict.stale if only_again else verdict.lost).append((what, item, holder))
    for item, spans in holdings.items():
        # Both certainly owned it: until the first began to release it.
        verdict.double += [
            (what, item, (one, other))
            for (_, end, one), (start, _, other) in pairwise(sorted(spans))
            if start < end
        ]
    _judge_owners(verdict, history, final, what, claims, killed)


def _judge_owners(verdict, history, final, what, claims, killed):
    """Judge what owners have at the end, acknowledged or not."""
    released = {op.key for op in history.of(RELEASES[what], outcome=OK)}
    owned = defaultdict(list)
    for item, holder in final.items():
        owned[holder].append(item)
    for holder, calls in claims.items():
        if holder in released and owned[holder]:
            verdict.lost.append((f"{what} given back", owned[holder], holder))
        may_hold = any(call.outcome in {OK, UNKNOWN} for call in calls)
        if len(owned[holder]) > may_hold and calls[0].caller not in killed:
            verdict.double.append((what, owned[holder], holder))


def _by_answer(calls):
    """Return the acknowledged calls by their result."""
    found = defaultdict(list)
    for call in calls:
        if call.outcome == OK:
            found[call.answer].append(call)
    return found


def _judge_instances(verdict, history, final):
    created = {op.key: op for op in history.of("create", "look for instance", outcome=OK)}
    destroyed = defaultdict(list)
    for operation in history.of("destroy"):
        destroyed[operation.key].append(operation)
    for uuid in created:
        if uuid not in destroyed:
            if uuid not in final.instances:
                verdict.lost.append(("instance", uuid))
            else:
                _judge_metadata(verdict, history, uuid, final.instances[uuid])
    for uuid, calls in destroyed.items():
        is_done = calls[-1].outcome == OK or calls[-1].answer == "InstanceNotFound"
        if is_done and uuid in final.instances:
            verdict.lost.append(("destroyed", uuid))
        if uuid in created and calls[0].answer == "InstanceNotFound":
            verdict.stale.append(("not found", uuid))


def _judge_metadata(verdict, history, uuid, stored):
    created = [op.value for op in history.of("create") if op.key == uuid]
    possible, again = {*created}, False
    for change in (op for op in history.of("change") if op.key == uuid):
        if change.outcome == OK:
            possible, again = {change.value}, change.again
        elif change.outcome == UNKNOWN:
            possible.add(change.value)
        elif change.answer == "InstanceNotFound":
            verdict.stale.append(("not found", uuid))
    if stored.get("a") not in possible or stored.get("b") not in created:
        (verdict.stale if again else verdict.lost).append(("metadata", uuid, stored, possible))


def _judge_states(verdict, history, final):
    originals = defaultdict(list)
    for operation in history.of("test and set", outcome=OK):
        originals[operation.key, operation.answer].append(operation)
        if final.ever is not None and ("instances", operation.value) not in final.ever:
            verdict.lost.append(("state", operation.key, operation.value))
    verdict.double += [
        ("state replaced twice", *key) for key, found in originals.items() if len(found) > 1
    ]


def _judge_quota(verdict, history, final, limit):
    outcomes = defaultdict(list)
    for operation in history.of("commit"):
        outcomes[operation.key].append(operation)
    acknowledged = unknown = by_reads = 0
    for calls in outcomes.values():
        if any(call.outcome == OK for call in calls):
            acknowledged += 1
            by_reads += calls[0].outcome != OK
        else:
            unknown += any(call.outcome == UNKNOWN for call in calls)
    if final.in_use < acknowledged:
        missing = ("committed", final.in_use, acknowledged)
        (verdict.stale if by_reads else verdict.lost).append(missing)
    if final.in_use > acknowledged + unknown:
        verdict.double.append(("committed", final.in_use, acknowledged + unknown))
    if final.in_use + final.reserved > limit:
        verdict.double.append(("over the limit", final.in_use, final.reserved))


def _judge_lists(verdict, history):
    for operation in history.of("list", outcome=OK):
        for row in operation.answer:
            metadata = row["metadata"]
            if {"a", "b"} - metadata.keys() or not row["system_metadata"] or not row["cache"]:
                verdict.half_made.append((row["uuid"], row, operation.value))


def _tokens_read(history):
    """Yield the collection and token of each value that was read."""
    for operation in history.operations:
        if operation.outcome == OK and operation.answer is not None:
            for collection, token in _tokens_of(operation):
                yield collection, token, operation


def _tokens_of(operation):
    if operation.kind in ANSWERS:
        return [(ANSWERS[operation.kind], operation.answer)]
    if operation.kind in KEYS:
        return [(KEYS[operation.kind], operation.key)]
    if operation.kind == "read networks":
        return [("networks", project) for project in operation.answer.values() if project]
    if operation.kind == "list":
        instances = [("instances", row["uuid"]) for row in operation.answer]
        values = [value for row in operation.answer for value in row["metadata"].values()]
        return instances + [("instance_metadata", value) for value in values]
    return []
