"""The contract of instance actions and their events.

Bodies: ``nova_docdb/mongo/families/instances/actions.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import InstanceActionEventRow, InstanceActionRow
from nova_docdb.db.values import Values


@backend_function
def action_event_finish(context: Context, values: Values) -> InstanceActionEventRow:
    """Finish an event of an instance action.

    The context is not checked. The newest unfinished event is finished; if its result is "Error",
    the action's message becomes "Error" too.

    :param values: instance_uuid and request_id identify the action, event the event; finish_time
        (datetime or "YYYY-MM-DDTHH:MM:SS.ffffff"), result and traceback are stored
    :returns: the event's row
    :raises InstanceActionNotFound: if the instance has no action with that request id
    :raises InstanceActionEventNotFound: if the action has no such event
    :raises ValueError: if a time is text in another format
    """


@backend_function
def action_event_get_by_id(
    context: Context, action_id: int, event_id: int
) -> InstanceActionEventRow | None:
    """Return an event of an action.

    The context is not checked; follows read_deleted.

    :param action_id: the id of the action
    :param event_id: the id of the event
    :returns: the row, or None if no event of that action has the id
    """


@backend_function
def action_event_start(context: Context, values: Values) -> InstanceActionEventRow:
    """Start an event of an instance action.

    The context is not checked.

    :param values: instance_uuid and request_id identify the action; event is the event's name,
        start_time defaults to now
    :returns: the event's row
    :raises InstanceActionNotFound: if the instance has no action with that request id
    :raises ValueError: if a time is text that is not "YYYY-MM-DDTHH:MM:SS.ffffff"
    """


@backend_function
def action_events_get(context: Context, action_id: int) -> list[InstanceActionEventRow]:
    """Return the events of an action, newest first.

    The context is not checked; follows read_deleted.

    :param action_id: the id of the action
    :returns: the rows, ordered by created_at and id, both descending
    """


@backend_function
def action_finish(context: Context, values: Values) -> InstanceActionRow:
    """Finish an action of an instance.

    The context is not checked.

    :param values: instance_uuid and request_id identify the action; the other columns are stored,
        such as finish_time and message
    :returns: the action's row
    :raises InstanceActionNotFound: if the instance has no action with that request id
    :raises ValueError: if a time is text that is not "YYYY-MM-DDTHH:MM:SS.ffffff"
    """


@backend_function
def action_get_by_request_id(
    context: Context, uuid: str, request_id: str
) -> InstanceActionRow | None:
    """Return the action that a request started on an instance.

    The context is not checked; follows read_deleted.

    :param uuid: the uuid of the instance
    :param request_id: the id of the request
    :returns: the row, the one with the lowest id if there are several, or None
    """


@backend_function
def action_start(context: Context, values: Values) -> InstanceActionRow:
    """Record an action of an instance.

    The context is not checked, nor is the instance: recording must not fail.

    :param values: action, instance_uuid, request_id, user_id, project_id, start_time (now by
        default)
    :returns: the new row
    :raises ValueError: if a time is text that is not "YYYY-MM-DDTHH:MM:SS.ffffff"
    """


@backend_function
def actions_get(context: Context, uuid: str) -> list[InstanceActionRow]:
    """Return the actions of an instance, newest first.

    The context is not checked; follows read_deleted.

    :param uuid: the uuid of the instance
    :returns: the rows, ordered by created_at and id, both descending
    """
