"""``nova-docdb import`` and ``export``, as operators use them."""

import json
import stat

import pytest

from nova_docdb import db
from nova_docdb.cli import moving
from nova_docdb.mongo.store import connection
from nova_docdb.sql import exporter, importer
from tests.sql import grizzly

STORES = ("embedded",)


@pytest.fixture
def sqlite(quick_path):
    return f"sqlite:///{quick_path / 'nova.sqlite'}"


def test_export_shows_both_sides_and_if_repeated_that_it_is_finished(run, sqlite, admin):
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
    assert "the database has a different row with this key" in result.output


def test_database_with_rows_is_refused_in_one_sentence_with_exit_code_2(run, sqlite):
    grizzly.make(sqlite, grizzly.cells(1))
    result = run("export", "--to", sqlite)
    assert result.exit_code == 2
    assert result.output.startswith("Error: ")
    assert "already has rows that were not exported, in cells" in result.output
    assert len(result.output.splitlines()) == 1


def test_export_requires_a_database(run):
    result = run("export")
    assert result.exit_code == 2
    assert "--to" in result.output


@pytest.fixture
def nothing_stored(store):
    """A separate store that must be empty at the end."""
    with connection.set_aside():
        yield
        database = connection.get_database()
        names = database.list_collection_names()
        assert [name for name in names if database[name].find_one({})] == []


@pytest.mark.parametrize("tables", [(), ("CREATE TABLE foo (a INTEGER)",)], ids=["none", "other"])
def test_database_without_tables_of_nova_is_not_imported(run, nothing_stored, tmp_path, tables):
    file = tmp_path / "other.sqlite"
    file.touch()
    grizzly.execute(f"sqlite:///{file}", "SELECT 1", *tables)
    refused = run("import", "--from", f"sqlite:///{file}")
    assert (refused.exit_code, len(refused.output.splitlines())) == (2, 1)
    assert "is not a Grizzly database of Nova: it has none of Nova's tables." in refused.output
    assert "foo" not in refused.output


@pytest.mark.parametrize("command", [("import", "--from"), ("export", "--to")], ids=" ".join)
@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_sqlite_in_memory_is_refused(run, nothing_stored, command, url):
    refused = run(*command, url)
    assert refused.exit_code == 2
    assert "a database in memory would be lost" in refused.output


def interrupted(*_arguments):
    raise KeyboardInterrupt


def test_interrupted_export_is_completed_by_the_same_command(run, sqlite, admin, monkeypatch):
    db.cell_create(admin, {"name": "c"})
    with monkeypatch.context() as patched:
        patched.setattr(exporter, "_verify", interrupted)
        result = run("export", "--to", sqlite)
    assert (result.exit_code, result.output) == (130, "Interrupted: run the command again.\n")
    assert run("export", "--to", sqlite).exit_code == 0


def test_interrupted_import_is_completed_by_the_same_command(run, sqlite, monkeypatch):
    grizzly.make(sqlite, grizzly.cells(3))
    with monkeypatch.context() as patched:
        patched.setattr(importer, "note_outstanding", interrupted)
        result = run("import", "--from", sqlite)
    assert result.exit_code == 130
    assert result.output.endswith("Interrupted: run the command again.\n")
    assert run("import", "--from", sqlite).exit_code == 0


def test_export_into_a_file_that_is_not_a_database_is_refused_in_one_sentence(run, tmp_path):
    text = tmp_path / "text"
    text.write_text("no database " * 100)
    places = {text: 3, tmp_path: 2, tmp_path / "nowhere" / "nova.sqlite": 2}
    for place, exit_code in places.items():
        result = run("export", "--to", f"sqlite:///{place}")
        assert result.exit_code == exit_code
        assert result.output.startswith(f"Error: The SQL database sqlite:///{place} cannot be ")
        assert len(result.output.splitlines()) == 1
    assert text.read_text().startswith("no database")


def altered(url, statement):
    """Create a Grizzly database with one cell, run a statement on it and return its URL."""
    grizzly.make(url, grizzly.cells(1))
    grizzly.execute(url, statement)
    return url


def test_database_of_another_release_is_not_imported(run, nothing_stored, sqlite):
    altered(sqlite, "UPDATE migrate_version SET version = 133")
    message = "its schema version is 133, Grizzly's is 161."
    for merge in ((), ("--merge",)):
        refused = run("import", "--from", sqlite, *merge)
        assert refused.exit_code == 2
        assert refused.output == f"Error: {sqlite} is not a Grizzly database of Nova: {message}\n"


@pytest.mark.parametrize(
    ("statement", "lacking"),
    [
        ("DROP TABLE services", "services"),
        ("DROP TABLE shadow_cells", "shadow_cells"),
        ("ALTER TABLE cells DROP COLUMN rpc_port", "cells.rpc_port"),
    ],
)
def test_missing_tables_and_columns_are_reported(run, sqlite, statement, lacking):
    imported = run("import", "--from", altered(sqlite, statement))
    assert imported.exit_code == 0
    assert f"Missing in the SQL database, imported as empty: {lacking}.\n" in imported.output


@pytest.mark.parametrize("statement", ["DROP TABLE migrate_version", "DELETE FROM migrate_version"])
def test_database_without_a_version_is_imported(run, sqlite, statement):
    assert run("import", "--from", altered(sqlite, statement)).exit_code == 0


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("UPDATE cells SET rpc_port = '[/b]'", "[/b]"),
        ("UPDATE cells SET rpc_port = '[red]amqp[/red]'", "[red]amqp[/red]"),
        ("UPDATE cells SET rpc_port = ':warning:'", ":warning:"),
    ],
)
def test_brackets_and_colons_of_a_value_are_shown_unchanged(run, sqlite, statement, value):
    shown = run("import", "--from", altered(sqlite, statement))
    assert shown.exit_code == 1
    assert f"is not an integer: '{value}'" in shown.output


def test_import_into_a_store_with_rows_names_the_option_that_merges(run, sqlite, admin):
    grizzly.make(sqlite, {"cells": [{"id": 5, "name": "sql"}]})
    db.cell_create(admin, {"name": "mine"})
    refused = run("import", "--from", sqlite)
    assert refused.exit_code == 2
    assert "--merge" in refused.output
    merged = run("import", "--from", sqlite, "--merge")
    assert merged.exit_code == 1
    assert [cell["name"] for cell in db.cell_get_all(admin)] == ["mine", "sql"]


def test_many_problems_are_summarized(run, sqlite, monkeypatch):
    monkeypatch.setattr(moving, "SHOWN_PROBLEMS", 3)
    grizzly.make(sqlite, grizzly.cells(8))
    run("import", "--from", sqlite)
    connection.get_database()["cells"].delete_many({})
    result = run("import", "--from", sqlite)
    assert result.exit_code == 1
    assert "8 problems" in result.output
    assert "... and 5 more. --problems FILE writes all of them." in result.output


def test_all_problems_are_written_to_a_file_that_others_cannot_read(
    run, sqlite, tmp_path, monkeypatch
):
    monkeypatch.setattr(moving, "SHOWN_PROBLEMS", 3)
    altered(sqlite, "UPDATE cells SET id = 0")
    grizzly.execute(
        sqlite,
        *(
            f"INSERT INTO cells (id, rpc_port) VALUES ({n}, 'x')"  # noqa: S608 - a number
            for n in range(1, 200)
        ),
    )
    file = tmp_path / "rows.json"
    result = run("import", "--from", sqlite, "--problems", str(file))
    assert result.exit_code == 1
    assert "... and 197 more.\n" in result.output
    assert f"All problems are in {file}." in result.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    problems = [json.loads(line) for line in file.read_text().splitlines()]
    assert [problem["id"] for problem in problems] == list(range(200))
    assert problems[1] == {
        "table": "cells",
        "id": 1,
        "column": "rpc_port",
        "reason": "is not an integer: 'x'",
    }


def test_existing_file_of_problems_is_refused_before_anything_is_written(
    run, nothing_stored, sqlite, tmp_path
):
    grizzly.make(sqlite, grizzly.cells(1))
    file = tmp_path / "rows.json"
    file.write_text("precious")
    result = run("import", "--from", sqlite, "--problems", str(file))
    assert result.exit_code == 2
    assert result.output == (
        f"Error: The problems cannot be written to {file}: it already exists: name a new file.\n"
    )
    assert file.read_text() == "precious"


def test_dry_run_checks_every_row_and_writes_nothing(run, nothing_stored, sqlite):
    grizzly.make(sqlite, grizzly.cells(3))
    result = run("import", "--dry-run", "--from", sqlite)
    assert result.exit_code == 0, result.output
    assert "Nothing was written" in result.output
    grizzly.execute(sqlite, "UPDATE cells SET id = -5 WHERE id = 2")
    result = run("import", "--dry-run", "--from", sqlite)
    assert result.exit_code == 1
    assert "must be above 0 and below 2**53: -5" in result.output


def test_import_recommends_a_check(run, sqlite):
    grizzly.make(sqlite, {"fixed_ips": [{"id": 1, "address": "10.0.0.1", "allocated": True}]})
    first = run("import", "--from", sqlite)
    assert "are in the SQL database too" in " ".join(first.output.split())
    assert "are in the SQL database too" not in run("import", "--from", sqlite).output


@pytest.mark.parametrize("command", [("import", "--from"), ("export", "--to")], ids=" ".join)
def test_result_as_json_is_one_object(run, sqlite, admin, command):
    if command[0] == "import":
        grizzly.make(sqlite, grizzly.cells(2))
    else:
        for name in ("a", "b"):
            db.cell_create(admin, {"name": name})
    result = run(*command, sqlite, "--json")
    found = json.loads(result.output)
    assert (result.exit_code, found["equal"], found["problem_count"]) == (0, True, 0)
    cells = found["tables"]["cells"]
    assert (cells["source_rows"], cells["target_rows"], cells["new"]) == (2, 2, 2)
    assert cells["source_checksum"] == cells["target_checksum"]


def test_problems_as_json_have_their_rows(run, sqlite):
    altered(sqlite, "UPDATE cells SET rpc_port = 'amqp'")
    found = json.loads(run("import", "--dry-run", "--from", sqlite, "--json").output)
    assert (found["equal"], found["dry_run"]) == (False, True)
    assert found["tables"]["cells"]["target_rows"] is None
    assert [problem["column"] for problem in found["problems"]] == ["rpc_port"]


def test_piped_import_prints_progress_lines(run, sqlite, monkeypatch):
    monkeypatch.setattr(moving, "SECONDS_BETWEEN_LINES", 0)
    grizzly.make(sqlite, grizzly.cells(3))
    result = run("import", "--from", sqlite, "--batch", "2")
    lines = [line for line in result.stderr.splitlines() if "rows, about" in line]
    assert [line.partition(", about")[0] for line in lines] == [
        "importing cells: 2 of 6 rows",
        "importing cells: 3 of 6 rows",
        "verifying cells: 5 of 6 rows",
        "verifying cells: 6 of 6 rows",
    ]
