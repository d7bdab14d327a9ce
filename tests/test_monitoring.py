"""The example of docs/monitoring.md runs, and the page names every key of the status."""

import re
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from nova_docdb import backend, db, exception
from nova_docdb.mongo.admin import status

TEXT = (Path(__file__).parents[1] / "docs" / "monitoring.md").read_text(encoding="utf-8")


class Histogram:
    """A stub of prometheus_client's class."""

    def __init__(self, _name, _documentation, labels):
        assert labels == ["function", "outcome"]
        self.observed = Counter()

    def labels(self, *values):
        def observe(seconds):
            assert seconds >= 0
            self.observed[values] += 1

        return SimpleNamespace(observe=observe)


def test_example_counts_calls_by_function_and_outcome(store, admin, user, monkeypatch):
    stand_in = SimpleNamespace(Histogram=Histogram)
    monkeypatch.setitem(sys.modules, "prometheus_client", stand_in)
    example = {}
    exec(re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1], example)  # noqa: S102 - the example
    try:
        db.service_get_all(admin)
        db.service_get_all(admin)
        with pytest.raises(exception.AdminRequired):
            db.service_get_all(user)
    finally:
        backend.remove_call_hook(example["observe"])
    assert example["CALLS"].observed == {
        ("service_get_all", "ok"): 2,
        ("service_get_all", "AdminRequired"): 1,
    }


def test_page_lists_exactly_the_keys_of_the_status(store):
    found = status.status()
    keys = set(found) | {f"tables.*.{key}" for key in found["tables"]["instances"]}
    assert set(re.findall(r"^\| `([\w.*]+)` \|", TEXT, re.MULTILINE)) == keys


def test_page_shows_a_slow_command_as_logged(store, admin, caplog):
    from nova_docdb.mongo.store import monitoring

    message = re.search(r"^instance_get_all_by_filters took .*$", TEXT, re.MULTILINE)[0]
    token = backend.current_function.set("instance_get_all_by_filters")
    monitoring.log_slower_than(500)
    try:
        where = {"project_id": "acme", "deleted": 0}
        monitoring.publish("instances", "find", lambda: where, 0.812, 9412)
    finally:
        monitoring.log_slower_than(0)
        backend.current_function.reset(token)
    assert caplog.messages == [message]
