"""Published commands never contain values."""

import logging

import bson
import pytest

from nova_docdb import db, exception
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection, monitoring
from nova_docdb.testing import small_cloud, trace

SECRETS = ("10.0.0.", "192.0.2.", "acme", "alice", "-0000-4000-8000-", "ssh-rsa", "web1", "hunter2")


@pytest.fixture
def slow(store):
    """Set slow_command_ms and reconnect."""

    def set_to(milliseconds):
        connection.close()
        CONF.set_override("slow_command_ms", milliseconds, group="mongo")

    yield set_to
    connection.close()


@pytest.mark.parametrize(
    ("where", "shape"),
    [
        (None, None),
        ({}, {}),
        ({"uuid": "hunter2"}, {"uuid": "?"}),
        ({"uuid": None, "deleted": 0}, {"uuid": "?", "deleted": "?"}),
        ({"hostname": bson.Regex("hunter2")}, {"hostname": "?"}),
        ({"_id": {"$in": [1, 2, 3]}}, {"_id": {"$in": "?"}}),
        ({"_id": {"$in": []}}, {"_id": {"$in": "?"}}),
        (
            {"$or": [{"id": 1}, {"id": 2}, {"uuid": "hunter2"}]},
            {"$or": [{"id": "?"}, {"uuid": "?"}]},
        ),
        ({"$nor": [{"$expr": {"$eq": ["$host", {"$literal": "hunter2"}]}}]}, None),
        ({"_reservations.hunter2": {"$exists": False}}, {"_reservations.?": {"$exists": "?"}}),
        ({"hunter2": 1}, {"?": "?"}),
        ({"metadata.value": "hunter2"}, {"metadata.value": "?"}),
    ],
)
def test_shape_keeps_fields_and_operators_and_no_value(where, shape):
    redacted = monitoring.redact(where)
    assert "hunter2" not in repr(redacted)
    if shape is not None or where is None:
        assert redacted == shape


def test_slow_command_is_logged_with_its_function_and_without_values(
    store, admin, caplog, monkeypatch
):
    monkeypatch.setattr(monitoring, "_slow_seconds", 1e-9)
    with caplog.at_level(logging.DEBUG, logger="nova_docdb.slow"):
        small_cloud()
        db.instance_get_all_by_filters(admin, {"name": "web.*", "project_id": "acme"})
        db.fixed_ip_get_by_address(admin, "10.0.0.2")
        with pytest.raises(exception.KeypairNotFound):
            db.key_pair_get(admin, "hunter2", "hunter2")
    messages = [record.getMessage() for record in caplog.records]
    assert {record.name for record in caplog.records} == {"nova_docdb.slow"}
    assert {record.levelname for record in caplog.records} == {"WARNING"}
    (line,) = (line for line in messages if line.startswith("key_pair_get took "))
    assert line.endswith(
        ' ms: find key_pairs {"user_id": "?", "name": "?", "deleted": "?"}, 0 documents'
    )
    assert any(line.startswith("instance_create took ") for line in messages)
    for secret in SECRETS:
        assert secret not in caplog.text


def test_slow_command_of_an_open_connection_is_logged(slow, admin, caplog):
    slow(1)
    db.service_create(admin, {"host": "h"})
    monitoring.publish("cells", "find", lambda: {"name": "hunter2"}, 0.002, 1)
    message = 'A command outside the API took 2 ms: find cells {"name": "?"}, 1 document'
    assert message in caplog.messages


def test_quick_command_is_not_logged(slow, admin, caplog):
    slow(60_000)
    db.service_get_all(admin)
    assert caplog.records == []


def test_nothing_is_logged_by_default(store, admin, caplog):
    db.service_get_all(admin)
    assert not monitoring.enabled()
    monitoring.publish("cells", "find", lambda: None, 3600, 1)
    assert caplog.records == []


def test_closing_the_connection_ends_the_log(slow, admin):
    slow(1)
    db.service_get_all(admin)
    assert monitoring.enabled()
    connection.close()
    assert not monitoring.enabled()


def test_log_of_slow_commands_needs_no_second_client(slow, admin):
    slow(1)
    opened = connection.current()
    assert opened.monitored is opened.database


def test_failed_command_is_published_without_a_count(store, admin):
    with trace() as sent, pytest.raises(exception.InvalidInput):
        db.instance_get_all_by_filters(admin, {"hostname": "(?<x"})
    assert all(command.documents is None for command in sent)
