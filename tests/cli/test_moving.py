"""``nova-docdb import`` and ``export``, as an operator sees them."""

import pytest

from nova_docdb import db
from nova_docdb.cli import moving
from nova_docdb.mongo import connection
from tests.sql import grizzly

STORES = ("embedded",)


@pytest.fixture
def sqlite(tmp_path):
    return f"sqlite:///{tmp_path / 'nova.sqlite'}"


def test_export_shows_both_sides_and_once_more_that_it_is_finished(run, sqlite, admin):
    db.cell_create(admin, {"name": "c"})
    first = run("export", "--to", sqlite)
    assert first.exit_code == 0, first.output
    assert "equal" in first.output
    assert "94 further tables are empty on both sides." in " ".join(first.output.split())
    again = run("export", "--to", sqlite)
    assert again.exit_code == 0
    assert "only compared" in again.output


def test_export_exits_with_1_on_a_difference(run, sqlite, admin):
    db.cell_create(admin, {"name": "c"})
    run("export", "--to", sqlite)
    grizzly.execute(sqlite, "UPDATE cells SET name = 'other'")
    result = run("export", "--to", sqlite)
    assert result.exit_code == 1
    assert "DIFFERENT" in result.output
    assert "the database has another row of this key" in result.output


def test_database_with_rows_is_one_sentence_and_exit_code_1(run, sqlite):
    grizzly.make(sqlite, grizzly.cells(1))
    result = run("export", "--to", sqlite)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "rows already, in cells" in result.output
    assert len(result.output.splitlines()) == 1


def test_export_asks_for_a_database(run):
    result = run("export")
    assert result.exit_code == 2
    assert "--to" in result.output


def test_import_into_a_store_with_rows_names_the_option_that_merges(run, sqlite, admin):
    grizzly.make(sqlite, {"cells": [{"id": 5, "name": "sql"}]})
    db.cell_create(admin, {"name": "mine"})
    refused = run("import", "--from", sqlite)
    assert refused.exit_code == 1
    assert "--merge" in refused.output
    merged = run("import", "--from", sqlite, "--merge")
    assert merged.exit_code == 1
    assert [cell["name"] for cell in db.cell_get_all(admin)] == ["mine", "sql"]


def test_many_problems_are_summed_up(run, sqlite, monkeypatch):
    monkeypatch.setattr(moving, "SHOWN_PROBLEMS", 3)
    grizzly.make(sqlite, grizzly.cells(8))
    run("import", "--from", sqlite)
    connection.get_database()["cells"].delete_many({})
    result = run("import", "--from", sqlite)
    assert result.exit_code == 1
    assert "8 problems" in result.output
    assert "... and 5 more." in result.output
