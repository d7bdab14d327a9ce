"""Instance actions and their events beyond the recorded answers."""

from datetime import datetime

from nova_docdb import db

PERIOD = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC


def test_finished_event_is_the_open_one_and_values_are_unchanged(store, nobody):
    action = {"instance_uuid": "i", "request_id": "r"}
    db.action_start(nobody, {**action, "action": "create"})
    event = {**action, "event": "run"}
    db.action_event_start(nobody, event)
    db.action_event_finish(nobody, {**event, "result": "Error"} | {"finish_time": PERIOD})
    db.action_event_start(nobody, event)
    values = {**event, "result": "Success", "finish_time": "2013-04-01T00:00:00.000000"}
    assert db.action_event_finish(nobody, values)["id"] == 2
    assert values["finish_time"] == "2013-04-01T00:00:00.000000"
    assert [row["result"] for row in db.action_events_get(nobody, 1)] == ["Success", "Error"]


def test_event_stays_with_its_action_whatever_the_values_say(store, nobody):
    event = {"instance_uuid": "i", "request_id": "r", "event": "run"}
    db.action_start(nobody, {**event, "action": "create"})
    db.action_event_start(nobody, event)
    assert db.action_event_finish(nobody, {**event, "action_id": 7})["action_id"] == 1


def test_of_several_actions_of_a_request_the_lowest_is_meant(store, nobody):
    action = {"instance_uuid": "i", "request_id": "r", "action": "create"}
    db.action_start(nobody, {**action, "deleted": 1})
    db.action_start(nobody, action)
    nobody.read_deleted = "yes"
    assert db.action_get_by_request_id(nobody, "i", "r")["id"] == 1
    assert db.action_finish(nobody, {**action, "message": "m"})["id"] == 1
