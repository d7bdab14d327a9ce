"""The runs of periodic tasks on hosts, each for a period.

    {_id: 1, task_name: "instance_usage_audit", host: "host1", state: "RUNNING",
     period_beginning: ISODate, period_ending: ISODate, message: "", task_items: 0, errors: 0,
     created_at, updated_at, deleted_at, deleted: 0}

A task runs only once for a period on a host: a unique key over the four refuses a second run.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nova_docdb import clock, exception
from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo.store.errors import raising_on_duplicate
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import table

TASK_LOG = table("task_log")

Moment = datetime | str | None


@require_admin_context
def task_log_begin_task(
    context: Context,
    task_name: str,
    period_beginning: Moment,
    period_ending: Moment,
    host: str,
    task_items: int | None = None,
    message: str | None = None,
) -> None:
    now = clock.utcnow()
    key = {
        "task_name": task_name,
        "period_beginning": now if period_beginning is None else period_beginning,
        "period_ending": now if period_ending is None else period_ending,
        "host": host,
    }
    running = exception.TaskAlreadyRunning(task_name=task_name, host=host)
    values = {**key, "state": "RUNNING", "message": message or "", "task_items": task_items}
    with raising_on_duplicate(running, "task_name"):
        TASK_LOG.insert(values)


@require_admin_context
def task_log_end_task(
    context: Context,
    task_name: str,
    period_beginning: Moment,
    period_ending: Moment,
    host: str,
    errors: int,
    message: str | None = None,
) -> None:
    where = TASK_LOG.where_visible(
        context,
        task_name=task_name,
        period_beginning=period_beginning,
        period_ending=period_ending,
        host=host,
    )
    values: dict[str, Any] = {"state": "DONE", "errors": errors}
    if message:
        values["message"] = message
    if not TASK_LOG.update_always(where, values):
        raise exception.TaskNotRunning(task_name=task_name, host=host)


@require_admin_context
def task_log_get(
    context: Context,
    task_name: str,
    period_beginning: Moment,
    period_ending: Moment,
    host: str | None,
    state: str | None = None,
) -> Row | None:
    runs = _runs(context, task_name, period_beginning, period_ending, host, state)
    return runs[0] if runs else None


@require_admin_context
@tolerates_stale_reads
def task_log_get_all(
    context: Context,
    task_name: str,
    period_beginning: Moment,
    period_ending: Moment,
    host: str | None = None,
    state: str | None = None,
) -> list[Row]:
    return _runs(context, task_name, period_beginning, period_ending, host, state)


def _runs(
    context: Context,
    task_name: str,
    period_beginning: Moment,
    period_ending: Moment,
    host: str | None,
    state: str | None,
) -> list[Row]:
    columns: dict[str, Any] = {
        "task_name": task_name,
        "period_beginning": period_beginning,
        "period_ending": period_ending,
    }
    if host is not None:
        columns["host"] = host
    if state is not None:
        columns["state"] = state
    return TASK_LOG.find(TASK_LOG.where_visible(context, **columns))
