"""The status of the store."""

import pytest

from nova_docdb import db
from nova_docdb.mongo.admin import status
from nova_docdb.mongo.store import connection
from nova_docdb.testing import small_cloud


@pytest.fixture
def cells(store, admin):
    """Four cells: one live, two deleted, one archived."""
    for name in ("a", "b", "c", "d"):
        db.cell_create(admin, {"name": name})
    db.cell_delete(admin, "a")
    db.archive_deleted_rows(admin)
    db.cell_delete(admin, "b")
    db.cell_delete(admin, "c")


def test_rows_are_counted_by_their_state(cells):
    found = status.status()["tables"]["cells"]
    assert (found["live"], found["deleted"], found["archived"]) == (1, 2, 1)
    assert found["exact"]


def test_count_of_deleted_rows_is_a_lower_bound_above_the_limit(cells, monkeypatch):
    monkeypatch.setattr(status, "COUNTED", 1)
    found = status.status()["tables"]["cells"]
    assert (found["live"], found["deleted"], found["exact"]) == (2, 1, False)


def test_every_table_is_reported(store):
    small_cloud()
    tables = status.status()["tables"]
    assert len(tables) == 48
    assert tables["instances"]["live"] == 3


def test_store_is_named_with_its_durability(store):
    found = status.status()
    assert found["url"] == connection.current().url
    if connection.is_embedded():
        assert found["server"] == "embedded (mongomock, in memory)"
        assert found["durability"] == "none: rows are lost when the process ends"
    else:
        assert found["server"].startswith("MongoDB ")
        assert found["durability"] == "w=majority, journal=true"
