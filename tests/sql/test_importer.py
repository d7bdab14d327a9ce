"""A Grizzly database, made here, brought over to every store."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from nova_docdb import db, exception
from nova_docdb.mongo import connection
from nova_docdb.sql import importer
from nova_docdb.sql.source import Source

NOW = "2013-04-04 12:00:00.123456"


class Untyped(sa.types.UserDefinedType):
    """What SQLite keeps as it is given."""

    cache_ok = True

    def get_col_spec(self):
        return ""


@pytest.fixture
def sql(tmp_path):
    """Return a writer of rows and the URL of the database that they go to."""
    url = f"sqlite:///{tmp_path / 'nova.sqlite'}"
    engine = sa.create_engine(url)

    def write(table, *rows):
        names = sorted({name for row in rows for name in row})
        made = sa.Table(table, sa.MetaData(), *(sa.Column(name, Untyped()) for name in names))
        with engine.begin() as connected:
            made.create(connected, checkfirst=True)
            connected.execute(
                made.insert(), [{name: row.get(name) for name in names} for row in rows]
            )

    yield write, url
    engine.dispose()


def bring(url, **options):
    with Source(url) as source:
        return importer.run(source, **options)


def instance(number, **values):
    uuid = f"00000000-0000-4000-8000-{number:012d}"
    return {"id": number, "uuid": uuid, "deleted": 0, "created_at": NOW, **values}


def test_rows_keep_ids_times_and_marks(store, sql, admin):
    write, url = sql
    write(
        "instances",
        instance(7, hostname="web", project_id="p", shutdown_terminate=1),
        instance(9, hostname="gone", deleted=9, deleted_at=NOW),
    )
    reports = bring(url)
    assert reports["instances"].equal
    assert (reports["instances"].source.rows, reports["instances"].inserted) == (2, 2)
    found = db.instance_get(admin, 7)
    assert (found["hostname"], found["shutdown_terminate"]) == ("web", True)
    assert found["created_at"] == datetime(2013, 4, 4, 12, 0, 0, 123000)  # noqa: DTZ001
    with pytest.raises(exception.InstanceNotFound):
        db.instance_get(admin, 9)
    assert db.instance_get(admin.elevated(read_deleted="only"), 9)["deleted"] == 9


def test_new_rows_are_numbered_past_the_highest_id_shadow_tables_included(store, sql, admin):
    write, url = sql
    write("cells", {"id": 3, "name": "c", "deleted": 0})
    write("shadow_cells", {"id": 8, "name": "old", "deleted": 8})
    bring(url)
    assert db.cell_create(admin, {"name": "new"})["id"] == 9
    assert connection.get_database()["shadow_cells"].find_one({"_id": 8})["name"] == "old"


def test_import_can_be_repeated_and_completes_one_that_broke_off(store, sql):
    write, url = sql
    write("cells", *({"id": n, "name": f"c{n}", "deleted": 0} for n in range(1, 11)))

    class Interrupted(Exception):
        pass

    def stop(_table, _rows):
        raise Interrupted

    with pytest.raises(Interrupted):
        bring(url, progress=stop, batch=4)
    assert connection.get_database()["cells"].count_documents({}) == 4
    again = bring(url, batch=4)["cells"]
    assert (again.inserted, again.present, again.equal) == (6, 4, True)


def test_metadata_keys_with_dollars_dots_and_unicode(store, sql, admin):
    write, url = sql
    write("instances", instance(1))
    pairs = {"$set": "a", "a.b": "{}", "naïve ☃": "", "": "empty"}
    rows = [
        {"id": n, "key": key, "value": value, "deleted": 0, "instance_uuid": instance(1)["uuid"]}
        for n, (key, value) in enumerate(pairs.items(), 1)
    ]
    write("instance_metadata", *rows)
    assert bring(url)["instance_metadata"].equal
    assert db.instance_metadata_get(admin, instance(1)["uuid"]) == pairs


def test_row_that_does_not_fit_is_reported_with_table_id_column_and_reason(store, sql):
    write, url = sql
    write(
        "cells",
        {"id": 1, "name": "good", "rpc_port": 5672, "deleted": 0},
        {"id": 2, "name": "bad", "rpc_port": "amqp", "deleted": 0},
    )
    report = bring(url)["cells"]
    assert not report.equal
    (problem,) = report.problems
    assert (problem.table, problem.key, problem.column) == ("cells", 2, "rpc_port")
    assert problem.reason == "is not a whole number: 'amqp'"
    assert (report.source.rows, report.target.rows) == (2, 1)


def test_empty_value_where_none_may_be_is_reported(store, sql):
    write, url = sql
    write("services", {"id": 1, "host": "h", "report_count": None, "deleted": 0})
    (problem,) = bring(url)["services"].problems
    assert (problem.column, problem.reason) == ("report_count", "may not be empty")


def test_second_row_of_a_unique_key_is_reported(store, sql):
    write, url = sql
    pair = {"user_id": "u", "name": "k", "deleted": 0}
    write("key_pairs", {"id": 1, **pair}, {"id": 2, **pair})
    report = bring(url)["key_pairs"]
    (problem,) = report.problems
    assert problem.key == 2
    assert "unique key" in problem.reason
    assert not report.equal


def test_row_that_differs_in_the_store_is_reported_and_left_alone(store, sql, admin):
    write, url = sql
    write("cells", {"id": 1, "name": "sql", "deleted": 0})
    db.cell_create(admin, {"name": "mine"})
    report = bring(url)["cells"]
    assert not report.equal
    assert report.problems[0].reason == "the store has another row of this key"
    assert db.cell_get(admin, "mine")["id"] == 1


def test_column_that_the_schema_lacks_is_reported_when_it_holds_something(store, sql):
    write, url = sql
    write("cells", {"id": 1, "name": "c", "deleted": 0, "color": "red", "shade": None})
    (problem,) = bring(url)["cells"].problems
    assert problem.column == "color"


def test_tables_that_no_function_knows_are_named(sql):
    write, url = sql
    write("migrate_version", {"version": 161})
    with Source(url) as source:
        assert source.tables() == []
        assert source.unknown_tables() == {"migrate_version": 1}


def test_outstanding_reservations_are_settled_like_others(store, sql, admin):
    write, url = sql
    usage = {"project_id": "p", "resource": "cores", "deleted": 0}
    write("quota_usages", {"id": 1, "in_use": 2, "reserved": 3, **usage})
    uuid = "11111111-0000-4000-8000-000000000001"
    write(
        "reservations", {"id": 1, "uuid": uuid, "usage_id": 1, "delta": 3, "expire": NOW, **usage}
    )
    assert bring(url)["quota_usages"].equal
    db.reservation_commit(admin, [uuid], "p")
    found = db.quota_usage_get(admin, "p", "cores")
    assert (found["in_use"], found["reserved"]) == (5, 0)
    db.reservation_commit(admin, [uuid], "p")
    assert db.quota_usage_get(admin, "p", "cores")["in_use"] == 5


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////nowhere/nova.sqlite", "There is no SQLite database"),
        ("no url", "cannot be opened"),
        ("unheard://host/nova", "cannot be opened"),
    ],
)
def test_source_that_cannot_be_opened_is_one_sentence(url, said):
    with pytest.raises(exception.ConfigurationError, match=said) as caught:
        Source(url)
    assert "\n" not in str(caught.value)
