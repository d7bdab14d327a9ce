import importlib.metadata
import threading
from types import SimpleNamespace

import pytest
from oslo_db.api import DBAPI

from nova_docdb import backend, context, db, exception
from nova_docdb.config import CONF
from tests.threads import COUNT, at_once


@pytest.fixture
def configured():
    yield lambda name: CONF.set_override("db_backend", name)
    CONF.clear_override("db_backend")


@pytest.fixture
def installed(monkeypatch):
    """Install a backend under the name "own"."""

    def install(module):
        point = SimpleNamespace(name="own", load=lambda: module)
        real = importlib.metadata.entry_points(group=backend.ENTRY_POINTS)
        monkeypatch.setattr(
            backend.importlib.metadata, "entry_points", lambda group: [*real, point]
        )
        monkeypatch.setattr(backend.IMPL, "_loaded", {})

    return install


def test_default_backend_is_mongo(store, admin):
    assert CONF.db_backend == "mongo"
    assert db.service_get_all(admin) == []


def test_unknown_backend_error_lists_the_installed_ones(configured):
    configured("sqlalchemy")
    with pytest.raises(exception.BackendNotFound, match="sqlalchemy.*installed: mongo"):
        db.service_get_all(context.get_admin_context())


def test_third_party_backend_is_found_by_its_entry_point(configured, installed):
    installed(SimpleNamespace(get_backend=lambda: SimpleNamespace(cell_get_all=lambda c: ["mine"])))
    configured("own")
    assert db.cell_get_all(context.get_admin_context()) == ["mine"]


def test_missing_function_of_a_backend_is_named(configured, installed):
    installed(SimpleNamespace(get_backend=SimpleNamespace))
    configured("own")
    with pytest.raises(NotImplementedError, match="'own'.*cell_get_all"):
        db.cell_get_all(context.get_admin_context())


def test_backend_is_loaded_once_by_concurrent_first_calls(configured, installed, monkeypatch):
    loads = []

    def get_backend():
        loads.append(1)
        return SimpleNamespace(cell_get_all=lambda context: [])

    everybody = threading.Barrier(COUNT, timeout=10)

    class Loaded(dict):
        """The loaded backends; every lookup waits until all threads have begun theirs."""

        def get(self, name):
            assert super().get(name) is None
            everybody.wait()

    installed(SimpleNamespace(get_backend=get_backend))
    configured("own")
    monkeypatch.setattr(backend.IMPL, "_loaded", Loaded())
    calls = [lambda: db.cell_get_all(context.get_admin_context())] * COUNT
    assert at_once(*calls) == [[]] * COUNT
    assert len(loads) == 1


def test_oslo_db_drives_the_backend(store, admin):
    api = DBAPI(backend_name="mongo", backend_mapping={"mongo": "nova_docdb.mongo"})
    made = api.service_create(admin, {"host": "h", "binary": "nova-compute", "topic": "compute"})
    assert api.service_get(admin, made["id"])["host"] == "h"


@pytest.fixture
def calls():
    """The calls of a hook: function, outcome, seconds."""
    calls = []

    def hook(*call):
        calls.append(call)

    backend.add_call_hook(hook)
    yield calls
    backend.remove_call_hook(hook)


def test_hook_is_called_after_every_call(store, admin, user, calls):
    db.service_get_all(admin)
    with pytest.raises(exception.AdminRequired):
        db.service_get_all(user)
    assert [(name, outcome) for name, outcome, _ in calls] == [
        ("service_get_all", "ok"),
        ("service_get_all", "AdminRequired"),
    ]
    assert all(seconds >= 0 for *_, seconds in calls)


def test_removed_hook_is_not_called(store, admin):
    calls = []
    hook = backend.add_call_hook(lambda *call: calls.append(call))
    backend.remove_call_hook(hook)
    db.service_get_all(admin)
    assert calls == []
    with pytest.raises(ValueError, match="was not added"):
        backend.remove_call_hook(hook)


def test_failing_hook_is_logged_once_and_affects_neither_call_nor_other_hooks(
    store, admin, caplog, calls
):
    @backend.add_call_hook
    def broken(function, outcome, seconds):
        raise RuntimeError("the metrics server is away")

    try:
        assert db.service_get_all(admin) == []
        assert db.service_get_all(admin) == []
    finally:
        backend.remove_call_hook(broken)
    assert len(calls) == 2
    (record,) = caplog.records
    assert record.name == "nova_docdb.backend"
    assert "the metrics server is away" in caplog.text
