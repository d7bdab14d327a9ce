"""Modules that importing the package must not import, and no connection before the first call."""

import subprocess
import sys

import pytest

CALL = """
from nova_docdb import context, db, exception
from nova_docdb.config import CONF
CONF.set_override("connection", "{url}", group="mongo")
try:
    db.service_get_all(context.get_admin_context())
except exception.DBConnectionError:
    pass
"""
SERVER = CALL.format(url="mongodb://127.0.0.1:1/nova?serverSelectionTimeoutMS=1")
EMBEDDED = CALL.format(url="mongomock://localhost/nova")

DRIVER = {"pymongo", "bson"}
BACKEND = {"marshmallow", "nova_docdb.mongo", "nova_docdb.schemas"}
COMMAND_LINE = {"click", "rich", "sqlalchemy", "nova_docdb.cli", "nova_docdb.sql"}
TESTS = {"pytest", "mongomock", "nova_docdb.testing"}


def imported(code):
    """Return the modules that are loaded after this code has run in a new process."""
    code += "\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_package_imports_nothing():
    modules = imported("import nova_docdb")
    assert not modules & (DRIVER | BACKEND | COMMAND_LINE | TESTS | {"oslo_config"})


def test_contract_imports_the_options_and_neither_driver_nor_backend():
    modules = imported("from nova_docdb import db, context, exception")
    assert "oslo_config.cfg" in modules
    assert not modules & (DRIVER | BACKEND | COMMAND_LINE | TESTS)


def test_first_call_to_a_server_imports_the_backend_and_neither_mongomock_nor_the_command_line():
    modules = imported(SERVER)
    assert modules >= DRIVER | BACKEND
    assert not modules & (COMMAND_LINE | TESTS)


def test_first_call_to_the_embedded_store_imports_mongomock_and_not_the_command_line():
    modules = imported(EMBEDDED)
    assert "mongomock" in modules
    assert not modules & (COMMAND_LINE | TESTS - {"mongomock"})


@pytest.mark.parametrize(
    "module", ["nova_docdb.db", "nova_docdb.mongo.api", "nova_docdb.testing", "nova_docdb.cli"]
)
def test_nothing_connects_before_the_first_call(module):
    code = f"""
import socket, threading
def refuse(*arguments):
    raise AssertionError("something connects")
socket.socket.connect = socket.create_connection = refuse
import {module}
from nova_docdb.mongo.store import connection
assert connection._current is None
assert threading.active_count() == 1
"""
    assert module in imported(code)
