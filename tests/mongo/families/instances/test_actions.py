"""Instance actions and their events beyond the recorded answers."""

from datetime import datetime

from nova_docdb import db

PERIOD = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC


def test_finish_updates_the_open_event_and_not_the_values(store, anonymous):
    action = {"instance_uuid": "i", "request_id": "r"}
    db.action_start(anonymous, {**action, "action": "create"})
    event = {**action, "event": "run"}
    db.action_event_start(anonymous, event)
    db.action_event_finish(anonymous, {**event, "result": "Error"} | {"finish_time": PERIOD})
    db.action_event_start(anonymous, event)
    values = {**event, "result": "Success", "finish_time": "2013-04-01T00:00:00.000000"}
    assert db.action_event_finish(anonymous, values)["id"] == 2
    assert values["finish_time"] == "2013-04-01T00:00:00.000000"
    assert [row["result"] for row in db.action_events_get(anonymous, 1)] == ["Success", "Error"]


def test_event_keeps_its_action_for_any_values(store, anonymous):
    event = {"instance_uuid": "i", "request_id": "r", "event": "run"}
    db.action_start(anonymous, {**event, "action": "create"})
    db.action_event_start(anonymous, event)
    assert db.action_event_finish(anonymous, {**event, "action_id": 7})["action_id"] == 1


def test_lowest_id_of_several_actions_of_a_request_is_used(store, anonymous):
    action = {"instance_uuid": "i", "request_id": "r", "action": "create"}
    db.action_start(anonymous, {**action, "deleted": 1})
    db.action_start(anonymous, action)
    anonymous.read_deleted = "yes"
    assert db.action_get_by_request_id(anonymous, "i", "r")["id"] == 1
    assert db.action_finish(anonymous, {**action, "message": "m"})["id"] == 1
