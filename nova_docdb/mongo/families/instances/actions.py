"""The actions that were requested on instances, and their events.

    instance_actions: {_id: 1, action: "create", instance_uuid: "...", request_id: "req-...",
                       user_id: "alice", project_id: "acme", start_time: ISODate,
                       finish_time: null, message: null, ..., deleted: 0}
    instance_actions_events: {_id: 1, action_id: 1, event: "compute_run_instance",
                              start_time, finish_time, result: "Success", traceback: null, ...}

These rows are a log: functions check neither the caller nor whether the instance exists, and no
function deletes rows. The end of an event is written before the message of its action, so an action
with the message "Error" always has the event with the reason.
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
    values = _parse_times(values)
    action = _find_action(context, values)
    values = {**values, "action_id": action["id"]}
    name = values.get("event")
    named = EVENTS.where_visible(context, action_id=action["id"], event=name)
    # A repeated event has a row for each time. Concurrent callers each finish a different row.
    event = _finish_newest({**named, "finish_time": None}, values) or _finish_newest(named, values)
    if event is None:
        raise exception.InstanceActionEventNotFound(action_id=action["id"], event=name)
    if str(values.get("result")).lower() == "error":
        _update_row(ACTIONS, _where_action(action), {"message": "Error"})
    return event


def action_event_get_by_id(context: Context, action_id: int, event_id: int) -> Row | None:
    return EVENTS.get(EVENTS.where_visible(context, id=event_id, action_id=action_id))


def action_event_start(context: Context, values: Values) -> Row:
    values = _parse_times(values)
    action = _find_action(context, values)
    return EVENTS.insert({**_with_start_time(values), "action_id": action["id"]})


@tolerates_stale_reads
def action_events_get(context: Context, action_id: int) -> list[Row]:
    return EVENTS.find(EVENTS.where_visible(context, action_id=action_id), sort=NEWEST_FIRST)


def action_finish(context: Context, values: Values) -> Row:
    values = _parse_times(values)
    action = _find_action(context, values)
    return require(_update_row(ACTIONS, _where_action(action), values), _not_found(values))


def action_get_by_request_id(context: Context, uuid: str, request_id: str) -> Row | None:
    return ACTIONS.lowest(ACTIONS.where_visible(context, instance_uuid=uuid, request_id=request_id))


def action_start(context: Context, values: Values) -> Row:
    return ACTIONS.insert(_with_start_time(_parse_times(values)))


@tolerates_stale_reads
def actions_get(context: Context, uuid: str) -> list[Row]:
    return ACTIONS.find(ACTIONS.where_visible(context, instance_uuid=uuid), sort=NEWEST_FIRST)


def _find_action(context: Context, values: Values) -> Row:
    """Return the action of the instance and request in the values.

    :raises InstanceActionNotFound: if it does not exist
    """
    where = ACTIONS.where_visible(
        context,
        instance_uuid=values.get("instance_uuid"),
        request_id=values.get("request_id"),
    )
    return require(ACTIONS.lowest(where), _not_found(values))


def _where_action(action: Row) -> Filter:
    """Return the filter for an action; it contains the shard key, the instance."""
    return {"_id": action["id"], "instance_uuid": action["instance_uuid"]}


def _not_found(values: Values) -> Exception:
    return exception.InstanceActionNotFound(
        request_id=values.get("request_id"), instance_uuid=values.get("instance_uuid")
    )


def _parse_times(values: Values) -> Values:
    return parsed_times(require_mapping("values", values), *TIMES)


def _with_start_time(values: Values) -> Values:
    start_time: datetime | None = values.get("start_time")
    return {**values, "start_time": start_time or clock.utcnow()}


def _finish_newest(where: Filter, values: Values) -> Row | None:
    return _update_row(EVENTS, where, values, sort=[("_id", -1)])


def _update_row(rows: Table, where: Filter, values: Values, **options: Any) -> Row | None:
    changes = rows.stamped(rows.format.changes(values))
    return rows.find_one_and_update(where, {"$set": changes}, **options)
