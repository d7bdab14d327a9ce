"""The contract of task logs.

Bodies: ``nova_docdb/mongo/families/task_logs.py``.
"""

from __future__ import annotations

from datetime import datetime

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import TaskLogRow


@backend_function
def task_log_begin_task(
    context: Context,
    task_name: str,
    period_beginning: datetime | str,
    period_ending: datetime | str,
    host: str,
    task_items: int | None = None,
    message: str | None = None,
) -> None:
    """Record the start of a task for a period on a host; possible only once.

    Of two concurrent calls, one succeeds.

    :param task_name: the name of the task
    :param period_beginning: the start of the period, naive UTC or ISO text
    :param period_ending: the end of the period, naive UTC or ISO text
    :param host: the name of the host
    :param task_items: the number of items to process
    :param message: a message for operators
    :raises AdminRequired: if the context is not an admin's
    :raises TaskAlreadyRunning: if it was already started, whether running or done
    :raises DBError: if host or task_name is None
    """


@backend_function
def task_log_end_task(
    context: Context,
    task_name: str,
    period_beginning: datetime | str,
    period_ending: datetime | str,
    host: str,
    errors: int,
    message: str | None = None,
) -> None:
    """Record the end of a task.

    Follows read_deleted.

    :param task_name: the name of the task
    :param period_beginning: the start of the period, naive UTC or ISO text
    :param period_ending: the end of the period, naive UTC or ISO text
    :param host: the name of the host
    :param errors: the number of items that failed
    :param message: a message for operators
    :raises AdminRequired: if the context is not an admin's
    :raises TaskNotRunning: if it was not started
    """


@backend_function
def task_log_get(
    context: Context,
    task_name: str,
    period_beginning: datetime | str,
    period_ending: datetime | str,
    host: str | None,
    state: str | None = None,
) -> TaskLogRow | None:
    """Return the run of a task for a period.

    Follows read_deleted.

    :param task_name: the name of the task
    :param period_beginning: the start of the period, naive UTC or ISO text
    :param period_ending: the end of the period, naive UTC or ISO text
    :param host: the name of the host; None means any
    :param state: "RUNNING" or "DONE"; None means either
    :returns: the row or None
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def task_log_get_all(
    context: Context,
    task_name: str,
    period_beginning: datetime | str,
    period_ending: datetime | str,
    host: str | None = None,
    state: str | None = None,
) -> list[TaskLogRow]:
    """Return the runs of a task for a period.

    Follows read_deleted.

    :param task_name: the name of the task
    :param period_beginning: the start of the period, naive UTC or ISO text
    :param period_ending: the end of the period, naive UTC or ISO text
    :param host: the name of the host; None means any
    :param state: "RUNNING" or "DONE"; None means either
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """
