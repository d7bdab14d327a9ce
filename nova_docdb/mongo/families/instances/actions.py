"""What was asked of instances, and the steps in which it was done.

    instance_actions: {_id: 1, action: "create", instance_uuid: "...", request_id: "req-...",
                       user_id: "alice", project_id: "acme", start_time: ISODate,
                       finish_time: null, message: null, ..., deleted: 0}
    instance_actions_events: {_id: 1, action_id: 1, event: "compute_run_instance",
                              start_time, finish_time, result: "Success", traceback: null, ...}

These rows are records: they ask neither who calls nor whether the instance is there, and nothing
deletes them. The end of an event is written before the message of its action, so an
action with the message "Error" always has the event with the reason.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nova_docdb import clock, exception
from nova_docdb.context import Context
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.arguments import parsed_times, require_mapping
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Table, Values, require, table

ACTIONS = table("instance_actions")
EVENTS = table("instance_actions_events")

NEWEST_FIRST = [("created_at", -1), ("_id", -1)]

TIMES = ("start_time", "finish_time")


def action_event_finish(context: Context, values: Values) -> Row:
    values = _with_times(values)
    action = _action_of(context, values)
    values = {**values, "action_id": action["id"]}
    name = values.get("event")
    named = EVENTS.where_visible(context, action_id=action["id"], event=name)
    # A step that was done again has a row for each time. Of callers at once each ends another one.
    event = _end_newest({**named, "finish_time": None}, values) or _end_newest(named, values)
    if event is None:
        raise exception.InstanceActionEventNotFound(action_id=action["id"], event=name)
    if str(values.get("result")).lower() == "error":
        _change(ACTIONS, _one(action), {"message": "Error"})
    return event


def action_event_get_by_id(context: Context, action_id: int, event_id: int) -> Row | None:
    return EVENTS.get(EVENTS.where_visible(context, id=event_id, action_id=action_id))


def action_event_start(context: Context, values: Values) -> Row:
    values = _with_times(values)
    action = _action_of(context, values)
    return EVENTS.insert({**_started(values), "action_id": action["id"]})


@tolerates_stale_reads
def action_events_get(context: Context, action_id: int) -> list[Row]:
    return EVENTS.find(EVENTS.where_visible(context, action_id=action_id), sort=NEWEST_FIRST)


def action_finish(context: Context, values: Values) -> Row:
    values = _with_times(values)
    action = _action_of(context, values)
    return require(_change(ACTIONS, _one(action), values), _missing(values))


def action_get_by_request_id(context: Context, uuid: str, request_id: str) -> Row | None:
    return ACTIONS.lowest(ACTIONS.where_visible(context, instance_uuid=uuid, request_id=request_id))


def action_start(context: Context, values: Values) -> Row:
    return ACTIONS.insert(_started(_with_times(values)))


@tolerates_stale_reads
def actions_get(context: Context, uuid: str) -> list[Row]:
    return ACTIONS.find(ACTIONS.where_visible(context, instance_uuid=uuid), sort=NEWEST_FIRST)


def _action_of(context: Context, values: Values) -> Row:
    """Return the action that the values name by instance and request."""
    where = ACTIONS.where_visible(
        context,
        instance_uuid=values.get("instance_uuid"),
        request_id=values.get("request_id"),
    )
    return require(ACTIONS.lowest(where), _missing(values))


def _one(action: Row) -> Filter:
    """Return the filter for one action; a cluster finds it by its instance."""
    return {"_id": action["id"], "instance_uuid": action["instance_uuid"]}


def _missing(values: Values) -> Exception:
    return exception.InstanceActionNotFound(
        request_id=values.get("request_id"), instance_uuid=values.get("instance_uuid")
    )


def _with_times(values: Values) -> Values:
    return parsed_times(require_mapping("values", values), *TIMES)


def _started(values: Values) -> Values:
    start_time: datetime | None = values.get("start_time")
    return {**values, "start_time": start_time or clock.utcnow()}


def _end_newest(where: Filter, values: Values) -> Row | None:
    return _change(EVENTS, where, values, sort=[("_id", -1)])


def _change(of: Table, where: Filter, values: Values, **options: Any) -> Row | None:
    changes = of.stamped(of.format.changes(values))
    return of.find_one_and_update(where, {"$set": changes}, **options)
