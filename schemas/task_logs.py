"""The table task_log."""

from nova_docdb.schemas.base import KeyedSchema, unique
from nova_docdb.schemas.columns import DateTime, Integer, String


class TaskLog(KeyedSchema):
    """One run of a periodic task on a host."""

    class Meta:
        """Keys, indexes and relations."""

        table = "task_log"
        indexes = (unique("task_name", "period_beginning", "period_ending", "host"),)

    task_name = String(255, nullable=False)
    state = String(255, nullable=False)
    host = String(255, nullable=False)
    period_beginning = DateTime(nullable=False)
    period_ending = DateTime(nullable=False)
    message = String(255, nullable=False)
    task_items = Integer(default=0)
    errors = Integer(default=0)
