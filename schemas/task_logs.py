"""The table task_log."""

from nova_docdb.schemas.base import KeyedSchema, TableMeta, unique
from nova_docdb.schemas.columns import Column, DateTime, Integer, String


class TaskLog(KeyedSchema):
    """One run of a periodic task on a host."""

    class Meta(TableMeta):
        table = "task_log"
        indexes = (unique("task_name", "period_beginning", "period_ending", "host"),)

    task_name: Column = String(255, nullable=False)
    state: Column = String(255, nullable=False)
    host: Column = String(255, nullable=False)
    period_beginning: Column = DateTime(nullable=False)
    period_ending: Column = DateTime(nullable=False)
    message: Column = String(255, nullable=False)
    task_items: Column = Integer(default=0)
    errors: Column = Integer(default=0)
