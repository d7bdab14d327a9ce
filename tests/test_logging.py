"""The package logs only to its own loggers, without passwords."""

import logging
import re
from pathlib import Path

import pytest

import nova_docdb
from nova_docdb import db, demo, exception
from nova_docdb.config import CONF
from nova_docdb.mongo.admin import check, status
from nova_docdb.mongo.store import connection

PACKAGE = Path(nova_docdb.__file__).parent
ENCODED = "mongodb://nova:hun%40te%3Ar2@127.0.0.1:1/nova?serverSelectionTimeoutMS=50"
PIECES = ("hun%40te", "hun@te", "te:r2", "te%3Ar2")


def test_loggers_are_named_after_their_modules_or_below_the_package():
    named = {
        name
        for path in PACKAGE.rglob("*.py")
        for name in re.findall(r"getLogger\(([^)]*)\)", path.read_text(encoding="utf-8"))
    }
    assert named == {"__name__", '"nova_docdb.slow"'}


def test_nothing_is_logged_elsewhere(store, caplog):
    # The driver has loggers of its own.
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.WARNING, logger="pymongo"):
        demo.Cloud().run()
        status.status()
        list(check.findings(lambda _check, _rows: None))
    assert {record.name.partition(".")[0] for record in caplog.records} <= {"nova_docdb"}


@pytest.fixture
def unreachable():
    """Configure an unreachable server with a password in the URL."""
    with connection.set_aside():
        CONF.set_override("connection", ENCODED, group="mongo")
        yield
        CONF.clear_override("connection", group="mongo")


def test_no_error_log_or_repr_contains_the_password(unreachable, caplog):
    with caplog.at_level(logging.DEBUG, logger="nova_docdb"):
        opened = connection.current()
        with pytest.raises(exception.DBConnectionError) as caught:
            status.status()
    shown = (str(caught.value), repr(caught.value), repr(opened), caplog.text)
    for piece in PIECES:
        assert piece not in " ".join(shown)


def test_rejected_password_is_not_shown(store, admin, caplog):
    if connection.is_embedded():
        pytest.skip("the embedded store has no logins")
    url = store.replace("mongodb://", "mongodb://nova:hun%40te%3Ar2@")
    with connection.set_aside(), caplog.at_level(logging.DEBUG, logger="nova_docdb"):
        CONF.set_override("connection", url, group="mongo")
        with pytest.raises(exception.DBConnectionError) as caught:
            db.service_get_all(admin)
    assert "MongoDB refused the login to mongodb://nova:***@" in str(caught.value)
    for piece in PIECES:
        assert piece not in str(caught.value) + caplog.text


def test_log_of_the_options_does_not_contain_the_password(unreachable, caplog):
    with caplog.at_level(logging.DEBUG):
        CONF.log_opt_values(logging.getLogger("nova_docdb"), logging.DEBUG)
    assert "mongo.connection" in caplog.text
    for piece in PIECES:
        assert piece not in caplog.text
