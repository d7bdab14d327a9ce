"""The backend of docs/backends.md is found once it is installed, and never writes."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nova_docdb import backend, db, exception
from nova_docdb.config import CONF
from nova_docdb.db import api
from nova_docdb.db.migration import db_sync
from nova_docdb.demo import Cloud
from nova_docdb.mongo.store import connection
from tests.db import samples

STORES = ("embedded",)

PROJECT = Path(__file__).parents[1] / "docs" / "examples" / "readonly_backend"

# A call that reads several tables is one step, the snapshot, of the embedded store.
READING = {"find", "find_one", "count_documents", "distinct", "aggregate", "snapshot"}

FUNCTIONS = sorted(set(api.__all__) - {"NoMoreNetworks", "NoMoreTargets"})

INSTALLED = """
from nova_docdb import context, db
from nova_docdb.config import CONF
CONF.set_override("db_backend", "readonly")
admin = context.get_admin_context()
assert db.service_get_all(admin) == []
try:
    db.service_create(admin, {"host": "h", "binary": "nova-compute", "topic": "compute"})
except Exception as error:
    print(error)
"""


@pytest.fixture
def example():
    spec = importlib.util.spec_from_file_location(
        "nova_docdb_readonly", PROJECT / "nova_docdb_readonly.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def selected(store, example, monkeypatch):
    """The store has the rows of a demo cloud, and the backend is selected."""
    db_sync()
    Cloud().run()
    monkeypatch.setitem(backend.IMPL._loaded, "readonly", example.get_backend())
    CONF.set_override("db_backend", "readonly")
    return example


@pytest.fixture
def commands(selected, monkeypatch):
    """The commands sent to the store."""
    sent = []

    def listen(collection, command, step):
        sent.append(command)
        return step()

    monkeypatch.setattr(connection.current().store, "runner", listen)
    return sent


def test_allowed_functions_do_not_write(admin, selected, commands):
    refused = set()
    for name in FUNCTIONS:
        try:
            samples.call(name, admin)
        except selected.ReadOnly:
            refused.add(name)
        except exception.NovaException:
            pass
    assert set(commands) <= READING
    assert {"instance_create", "quota_reserve", "archive_deleted_rows"} <= refused
    assert "instance_update_and_get_original" in refused


def test_rows_can_be_read(admin, selected):
    assert len(db.service_get_all(admin)) > 0
    assert len(db.instance_get_all(admin)) > 0


def test_refusal_names_the_function(admin, selected, commands):
    with pytest.raises(selected.ReadOnly, match="^cell_create is refused") as refusal:
        db.cell_create(admin, {"name": "child"})
    assert refusal.value.kwargs["code"] == 503
    assert commands == []


def test_project_without_a_network_gets_none(admin, selected, commands):
    assert db.project_get_networks(admin, "newcomer") == []
    assert set(commands) <= READING


@pytest.mark.slow
def test_backend_is_found_after_its_installation(tmp_path):
    # A build creates folders next to its sources.
    project = shutil.copytree(PROJECT, tmp_path / "project")
    place = tmp_path / "installed"
    install = ("-m", "pip", "install", "-q", "--no-deps", "--target", place, project)
    subprocess.run([sys.executable, *install], check=True, capture_output=True)
    result = subprocess.run(
        [sys.executable, "-c", INSTALLED],
        env={**os.environ, "PYTHONPATH": str(place)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert (
        result.stdout.strip() == "service_create is refused: the backend readonly changes nothing."
    )
