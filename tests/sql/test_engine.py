"""Rows with values that a driver cannot read are reported, and all others are imported."""

import pytest

from nova_docdb.mongo.store import connection
from nova_docdb.sql import importer
from nova_docdb.sql.source import Source
from tests.sql import grizzly

STORES = ("embedded",)

# ruff: noqa: S608 - statements of constants
LATIN1 = r"convert_from('caf\351'\:\:bytea, 'SQL_ASCII')"


def bring(url):
    with Source(url) as source:
        return importer.run(source)


def names():
    return [row["name"] for row in connection.get_database()["cells"].find({}).sort("_id")]


def problems(report):
    return [(p.key, p.column, p.reason) for p in report.problems]


def test_latin1_text_in_sqlite_is_reported_and_the_other_rows_are_imported(store, new_database):
    url = new_database("sqlite")
    grizzly.make(url, grizzly.cells(3))
    grizzly.execute(url, "UPDATE cells SET name = CAST(X'636166e9' AS TEXT) WHERE id = 2")
    report = bring(url)["cells"]
    assert problems(report) == [(2, "name", "is not UTF-8 text, from byte 4 on")]
    assert not report.equal
    assert names() == ["c1", "c3"]


def test_binary_value_in_sqlite_is_reported(store, new_database):
    url = new_database("sqlite")
    grizzly.make(url, grizzly.cells(2))
    grizzly.execute(url, "UPDATE cells SET password = X'736563726574' WHERE id = 2")
    report = bring(url)["cells"]
    assert problems(report) == [(2, "password", "is binary, not text")]


@pytest.fixture
def sql_ascii(sql_servers):
    """The URL of a PostgreSQL database with the encoding SQL_ASCII."""
    return sql_servers("postgresql").database("SQL_ASCII")


def test_latin1_text_in_a_sql_ascii_database_is_reported_with_the_encoding(store, sql_ascii):
    grizzly.make(sql_ascii, grizzly.cells(3))
    grizzly.execute(sql_ascii, f"UPDATE cells SET name = {LATIN1} WHERE id = 2")
    moved = bring(sql_ascii)
    assert problems(moved["cells"]) == [(2, "name", "is not UTF-8 text, from byte 4 on")]
    assert names() == ["c1", "c3"]
    (note,) = moved.notes
    assert "the encoding SQL_ASCII, so its text was read as utf8" in note
    assert "?client_encoding=latin1" in note


def test_text_of_a_sql_ascii_database_is_read_in_the_encoding_that_the_url_names(store, sql_ascii):
    grizzly.make(sql_ascii, grizzly.cells(2))
    grizzly.execute(sql_ascii, f"UPDATE cells SET name = {LATIN1} WHERE id = 2")
    assert bring(f"{sql_ascii}?client_encoding=latin1").equal
    assert names() == ["c1", "café"]


@pytest.mark.parametrize("engine", ["postgresql"])
@pytest.mark.parametrize(
    "moment", ["infinity", "-infinity", "0044-03-15 12:00:00 BC", "10000-01-01 00:00:00"]
)
def test_time_outside_the_calendar_is_reported(store, sql_url, moment):
    grizzly.make(sql_url, grizzly.cells(3))
    grizzly.execute(sql_url, f"UPDATE cells SET deleted_at = '{moment}' WHERE id = 2")
    ((key, column, reason),) = problems(bring(sql_url)["cells"])
    assert (key, column) == (2, "deleted_at")
    assert reason.startswith("is not a date and time of the calendar in UTC: '")
    assert names() == ["c1", "c3"]


@pytest.mark.parametrize("moment", ["'0000-00-00 00:00:00'", "'soon'", "12", "X'00'", "'infinity'"])
def test_invalid_time_in_sqlite_is_reported(store, new_database, moment):
    url = new_database("sqlite")
    grizzly.make(url, grizzly.cells(3))
    grizzly.execute(url, f"UPDATE cells SET deleted_at = {moment} WHERE id = 2")
    ((key, column, _reason),) = problems(bring(url)["cells"])
    assert (key, column) == (2, "deleted_at")
    assert names() == ["c1", "c3"]
