import json
from types import SimpleNamespace

import pytest

from nova_docdb import clock, db
from nova_docdb.cli import archiving
from nova_docdb.mongo.admin.archive import Archive
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table

LONG_AGO = clock.parse("2012-01-01")


@pytest.fixture
def run(run):
    """Run a command of ``db``; return its exit code and output."""

    def invoke(*arguments, **options):
        result = run("db", *arguments, **options)
        return result.exit_code, result.output

    return invoke


@pytest.fixture
def cells(store, admin):
    """Five deleted cells, two of them long ago."""
    for number in range(5):
        db.cell_create(admin, {"name": f"c{number}"})
        db.cell_delete(admin, f"c{number}")
    table("cells").update_all({"_id": {"$lte": 2}}, {"deleted_at": LONG_AGO})


def numbers(name):
    return [row["_id"] for row in connection.get_database()[name].find({}).sort("_id")]


def test_archive_exits_with_0_if_nothing_can_be_moved(run):
    assert run("archive") == (0, "0 rows moved.\n")
    assert run("archive", "--until-complete") == (0, "0 rows moved.\n")
    assert run("archive", "--dry-run") == (0, "0 rows would move.\n")


def test_archive_exits_with_0_if_all_rows_were_moved(run, cells):
    code, output = run("archive")
    assert code == 0
    assert output.split() == ["table", "rows", "cells", "5", "5", "rows", "moved."]
    assert numbers("shadow_cells") == [1, 2, 3, 4, 5]


def test_archive_exits_with_1_at_the_limit_until_no_rows_are_left(run, cells):
    code, output = run("archive", "--max-rows", "3")
    assert code == 1
    assert output.endswith(
        "3 rows moved.\nRows are left to move: run the command again, or with --until-complete.\n"
    )
    assert run("archive", "--max-rows", "2")[0] == 0
    assert run("archive", "--max-rows", "2") == (0, "0 rows moved.\n")


def test_until_complete_ignores_the_limit_and_exits_with_0(run, cells):
    # As scripts for nova-manage write it.
    code, output = run("archive", "--max_rows", "2", "--until-complete", "--verbose")
    assert (code, numbers("cells")) == (0, [])
    assert "5 rows moved." in output


def test_archive_moves_only_rows_deleted_before_a_date(run, cells):
    code, output = run("archive", "--before", "2012-01-02", "--max-rows", "2")
    assert (code, numbers("cells")) == (0, [3, 4, 5])
    assert "2 rows moved." in output
    assert run("archive", "--before", "2012-01-02T10:30:00+02:00") == (0, "0 rows moved.\n")


def test_dry_run_exits_with_1_if_rows_can_be_moved(run, cells):
    code, output = run("archive", "--dry-run", "--until-complete")
    assert code == 1
    assert "5 rows would move." in output
    assert numbers("cells") == [1, 2, 3, 4, 5]


def test_verbose_names_each_batch(run, cells):
    _code, output = run("archive", "--batch", "3", "--verbose")
    logged = [line.partition("archiving: ")[2] for line in output.splitlines() if " INFO " in line]
    assert logged == ["cells: 3 rows moved", "cells: 2 rows moved"]


def test_archive_sleeps_after_each_batch(run, cells, monkeypatch):
    slept = []
    # Not in the module itself: the driver's threads sleep too.
    monkeypatch.setattr(archiving, "time", SimpleNamespace(sleep=slept.append))
    run("archive", "--batch", "2", "--sleep", "7", "--dry-run")
    assert slept == []
    run("archive", "--batch", "2", "--sleep", "7")
    assert slept == [7, 7, 7]


def test_instance_is_moved_with_its_own_rows(run, admin):
    instance = db.instance_create(admin, {"system_metadata": {"a": "1"}})
    db.instance_destroy(admin, instance["uuid"])
    _code, output = run("archive", "--max-rows", "1")
    assert output.splitlines()[-1] == "4 rows moved."
    assert numbers("instance_system_metadata") == []


def test_interrupted_run_shows_the_moved_rows_and_exits_with_130(run, cells, monkeypatch):
    def all_tables(archive):
        yield next(archive.one_table("cells"))
        raise KeyboardInterrupt

    monkeypatch.setattr(Archive, "all_tables", all_tables)
    code, output = run("archive", "--batch", "2")
    assert code == 130
    assert output.endswith("2 rows moved.\nInterrupted: run the command again.\n")


@pytest.mark.parametrize("command", [("archive",), ("purge", "--all", "--yes")], ids=str)
def test_failure_has_its_own_exit_code(run, command):
    connection.close()
    code, output = run(*command, url="mongodb://127.0.0.1:1/n?serverSelectionTimeoutMS=50")
    connection.close()
    assert code == 3
    assert "No MongoDB server can be reached" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("archive", "--before", "yesterday"), "'yesterday' is not a date: write 2013-10-01"),
        (("archive", "--before", ""), "'' is not a date"),
        (("archive", "--before", "2013-02-30"), "'2013-02-30' is not a date"),
        (("archive", "--before", "0001-01-01T00:00+14:00"), "is not a date"),
        (("purge", "--before", "1.1.2013"), "'1.1.2013' is not a date"),
        (("archive", "--max-rows", "0"), "--max-rows"),
        (("archive", "--batch", "0"), "--batch"),
        (("archive", "--sleep", "-1"), "--sleep"),
        (("purge",), "either --before DATE or --all"),
        (("purge", "--all", "--before", "2013-01-01"), "either --before DATE or --all"),
    ],
)
def test_usage_error_exits_with_2_and_one_sentence(run, cells, arguments, message):
    code, output = run(*arguments)
    assert code == 2
    assert message in output
    assert numbers("cells") == [1, 2, 3, 4, 5]


def test_purge_before_a_date_then_all(run, cells):
    run("archive")
    code, output = run("purge", "--before", "2012-01-02", "--verbose")
    assert code == 0
    assert "shadow_cells: 2 rows purged\n" in output
    assert output.endswith("2 rows purged.\n")
    assert numbers("shadow_cells") == [3, 4, 5]
    assert run("purge", "--all", "--dry-run")[1].endswith("3 rows would be purged.\n")
    assert numbers("shadow_cells") == [3, 4, 5]
    assert run("purge", "--all", "--yes")[0] == 0
    assert run("purge", "--all") == (0, "0 rows purged.\n")
    assert numbers("shadow_cells") == []


@pytest.mark.parametrize("text", ["2013-10-01", "2013-10-01T00:00:00Z", "2013-10-01T02:00+02:00"])
def test_date_is_in_utc(text):
    moment = archiving.Moment().convert(text, None, None)
    assert moment.isoformat() == "2013-10-01T00:00:00"


def test_purge_of_everything_needs_yes_without_a_terminal(run, cells):
    run("archive")
    code, output = run("purge", "--all")
    assert code == 2
    assert "5 archived rows would be removed permanently: confirm with --yes." in output
    assert numbers("shadow_cells") == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, []), ("n", 1, [1, 2, 3, 4, 5])])
def test_purge_of_everything_requires_confirmation(run, cells, monkeypatch, answer, code, left):
    run("archive")
    monkeypatch.setattr(archiving, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: 1)))
    monkeypatch.setattr(archiving.click, "confirm", lambda _question: answer == "y")
    assert run("purge", "--all")[0] == code
    assert numbers("shadow_cells") == left


def test_archive_can_purge_too(run, cells):
    code, output = run("archive", "--before", "2012-01-02", "--purge", "--json")
    assert code == 0
    assert json.loads(output) == {
        "dry_run": False,
        "moved": {"cells": 2},
        "purged": {"shadow_cells": 2},
        "rows_left": False,
    }
    assert numbers("shadow_cells") == []
    assert run("archive", "--purge")[0] == 2
    assert run("archive", "--purge", "--yes")[0] == 0
    assert numbers("cells") == numbers("shadow_cells") == []
