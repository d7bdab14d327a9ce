"""Task logs beyond the recorded answers."""

from datetime import datetime

from nova_docdb import db
from tests.threads import COUNT, at_once, kinds

PERIOD = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC
ISO = "2013-04-01T00:00:00"


def test_task_begins_with_iso_text_and_without_a_message(store, admin):
    db.task_log_begin_task(admin, "audit", ISO, ISO, "h")
    assert db.task_log_get(admin, "audit", PERIOD, PERIOD, "h")["message"] == ""
    db.task_log_end_task(admin, "audit", ISO, ISO, "h", 0)
    assert db.task_log_get_all(admin, "audit", ISO, ISO)[0]["state"] == "DONE"


def test_one_of_several_concurrent_tasks_begins(store, admin):
    begin = db.task_log_begin_task
    found = at_once(*[lambda: begin(admin, "audit", PERIOD, PERIOD, "h")] * COUNT)
    assert kinds(found) == {"NoneType": 1, "TaskAlreadyRunning": COUNT - 1}
