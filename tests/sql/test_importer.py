"""Imports of a generated Grizzly database into every store."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from nova_docdb import db, exception, testing
from nova_docdb.mongo.store import connection
from nova_docdb.schemas import TABLES
from nova_docdb.schemas.columns import Boolean, DateTime, Float, Integer, Text
from nova_docdb.sql import importer
from nova_docdb.sql.rows import Translator, UnfitError
from nova_docdb.sql.source import Source
from nova_docdb.sql.target import Target
from tests.sql import grizzly

NOW = "2013-04-04 12:00:00.123456"


class Untyped(sa.types.UserDefinedType):
    """A type whose values SQLite stores unchanged."""

    cache_ok = True

    def get_col_spec(self):
        return ""


@pytest.fixture
def sql(tmp_path):
    """Return a function that inserts rows, and the URL of their database."""
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


def test_rows_keep_ids_times_and_deleted_marks(store, sql, admin):
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


def test_new_rows_get_ids_above_those_of_tables_and_shadow_tables(store, sql, admin):
    write, url = sql
    write("cells", {"id": 3, "name": "c", "deleted": 0})
    write("shadow_cells", {"id": 8, "name": "old", "deleted": 8})
    bring(url)
    assert db.cell_create(admin, {"name": "new"})["id"] == 9
    assert connection.get_database()["shadow_cells"].find_one({"_id": 8})["name"] == "old"


def test_repeated_import_completes_an_interrupted_one(store, sql):
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


def test_row_that_changed_before_an_import_resumes_is_reported_and_not_overwritten(store, sql):
    write, url = sql
    write("cells", {"id": 1, "name": "c", "rpc_port": "amqp", "deleted": 0})
    assert not bring(url).equal
    connection.get_database()["cells"].insert_one({"_id": 1, "name": "other"})
    grizzly.execute(url, "UPDATE cells SET rpc_port = 5672")
    (problem,) = bring(url)["cells"].problems
    assert problem.reason == "the store has a different row with this key"


def test_finished_import_is_only_compared(store, sql, admin):
    write, url = sql
    write("cells", *({"id": n, "name": f"c{n}", "deleted": 0} for n in (1, 2)))
    assert bring(url).finished is None
    same = bring(url)
    assert same.equal
    assert same.finished is not None
    connection.get_database()["cells"].delete_one({"_id": 2})
    other = bring(url)["cells"]
    assert [(p.key, p.reason) for p in other.problems] == [(2, "the row is missing in the store")]
    assert connection.get_database()["cells"].count_documents({}) == 1


def test_import_from_another_database_is_not_resumed(store, sql, tmp_path):
    write, url = sql
    write("cells", {"id": 1, "name": "c", "deleted": 0})
    bring(url)
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    grizzly.make(other, grizzly.cells(1))
    with pytest.raises(exception.ConfigurationError, match=r"not from sqlite:.*other\.sqlite"):
        bring(other)


def test_rows_created_during_an_import_get_ids_above_imported_ones(store, sql, admin):
    write, url = sql
    write("cells", *({"id": n, "name": f"c{n}", "deleted": 0} for n in range(1, 11)))
    made = []

    def progress(_table, _rows):
        if not made:
            made.append(db.cell_create(admin, {"name": "during"})["id"])

    assert bring(url, progress=progress, batch=4)["cells"].problems == []
    assert made == [11]


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
    assert problem.reason == "is not an integer: 'amqp'"
    assert (report.source.rows, report.target.rows) == (2, 1)


def test_empty_value_of_a_required_column_is_reported(store, sql):
    write, url = sql
    write("services", {"id": 1, "host": "h", "report_count": None, "deleted": 0})
    (problem,) = bring(url)["services"].problems
    assert (problem.column, problem.reason) == ("report_count", "may not be empty")


def test_second_row_with_a_unique_key_is_reported(store, sql):
    write, url = sql
    pair = {"user_id": "u", "name": "k", "deleted": 0}
    write("key_pairs", {"id": 1, **pair}, {"id": 2, **pair})
    report = bring(url)["key_pairs"]
    (problem,) = report.problems
    assert problem.key == 2
    assert "unique key" in problem.reason
    assert not report.equal


def test_import_refuses_a_store_with_other_rows_and_imports_nothing(store, sql, admin):
    write, url = sql
    write("cells", {"id": 7, "name": "sql", "deleted": 0})
    db.cell_create(admin, {"name": "mine"})
    with pytest.raises(
        exception.ConfigurationError, match="already has rows that were not .*ported, in cells"
    ):
        bring(url)
    assert [cell["name"] for cell in db.cell_get_all(admin)] == ["mine"]


def test_merge_keeps_existing_rows(store, sql, admin):
    write, url = sql
    write("cells", {"id": 7, "name": "sql", "deleted": 0})
    db.cell_create(admin, {"name": "mine"})
    report = bring(url, merge=True)["cells"]
    assert (report.inserted, report.problem_count, report.equal) == (1, 0, False)
    assert [cell["name"] for cell in db.cell_get_all(admin)] == ["mine", "sql"]


def test_row_that_differs_in_the_store_is_reported_and_not_overwritten(store, sql, admin):
    write, url = sql
    write("cells", {"id": 1, "name": "sql", "deleted": 0})
    db.cell_create(admin, {"name": "mine"})
    report = bring(url, merge=True)["cells"]
    assert not report.equal
    assert report.problems[0].reason == "the store has a different row with this key"
    assert db.cell_get(admin, "mine")["id"] == 1


def test_unknown_column_with_values_is_reported(store, sql):
    write, url = sql
    write("cells", {"id": 1, "name": "c", "deleted": 0, "color": "red", "shade": None})
    (problem,) = bring(url)["cells"].problems
    assert problem.column == "color"


def test_import_names_unknown_tables(sql):
    write, url = sql
    write("migrate_version", {"version": 161})
    with Source(url) as source:
        assert source.tables() == []
        assert source.unknown_tables() == {"migrate_version": 1}


def test_imported_reservations_can_be_committed(store, sql, admin):
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
    ("url", "message"),
    [
        (
            "sqlite:////nowhere/nova.sqlite",
            "The SQLite database /nowhere/nova.sqlite does not exist",
        ),
        ("no url", "cannot be opened"),
        ("mysql://nova:secret@host:port/nova", "cannot be opened"),
        ("unheard://host/nova", "cannot be opened"),
    ],
)
def test_unreachable_source_is_reported_in_one_sentence(url, message):
    with pytest.raises(exception.ConfigurationError, match=message) as caught:
        Source(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("opened", [Source, Target])
@pytest.mark.parametrize(
    "option",
    ["timeout=abc", "timeout=1&timeout=2", "check_same_thread=2", "mode=ro"],
)
def test_unusable_url_option_is_reported_in_one_sentence(sql, opened, option, recwarn):
    write, url = sql
    write("cells", {"id": 1})
    with pytest.raises(exception.ConfigurationError, match="an option of its URL") as caught:
        opened(f"{url}?{option}")
    assert "\n" not in str(caught.value)
    assert not recwarn.list


@pytest.mark.parametrize("option", ["foo=1", "connect_timeout=abc", "ssl_ca=/nowhere"])
def test_invalid_driver_option_is_reported_in_one_sentence(option):
    pytest.importorskip("pymysql")
    with pytest.raises(exception.ConfigurationError, match="an option of its URL") as caught:
        Source(f"mysql://nova:secret@127.0.0.1:1/nova?{option}")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_inet_addresses_of_postgresql_are_imported_as_text(store, sql_url):
    grizzly.make(sql_url, grizzly.awkward_rows())
    grizzly.execute(
        sql_url,
        "ALTER TABLE fixed_ips ALTER address TYPE inet USING address::inet",
        "ALTER TABLE networks ALTER cidr TYPE inet USING cidr::inet",
        "ALTER TABLE networks ALTER cidr_v6 TYPE cidr USING cidr_v6::cidr",
    )
    assert bring(sql_url).equal
    database = connection.get_database()
    addresses = [row["address"] for row in database["fixed_ips"].find({}).sort("_id")]
    assert addresses == ["10.0.0.2", "::ffff:10.0.0.1"]
    first, second = database["networks"].find({}).sort("_id")
    assert (first["cidr_v6"], second["cidr"]) == ("2001:db8::/64", "10.0.0.0/24")


@pytest.mark.parametrize("engine", ["mariadb"])
def test_characters_of_four_bytes_are_imported_for_every_charset_in_the_url(store, sql_url):
    grizzly.make(sql_url, grizzly.awkward_rows())
    assert bring(f"{sql_url}?charset=utf8").equal
    assert connection.get_database()["instances"].find_one({"_id": 1})["hostname"] == grizzly.ASTRAL


@pytest.mark.parametrize("engine", ["mariadb"])
def test_date_of_zeros_is_reported(store, sql_url):
    grizzly.make(sql_url, grizzly.cells(2))
    grizzly.execute(
        sql_url,
        "SET SESSION sql_mode = ''",
        "UPDATE cells SET updated_at = '0000-00-00 00:00:00' WHERE id = 2",
    )
    report = bring(sql_url)["cells"]
    (problem,) = report.problems
    assert (problem.key, problem.column) == (2, "updated_at")
    assert (report.source.rows, report.target.rows) == (2, 1)


@pytest.mark.parametrize("engine", ["mariadb", "postgresql"])
def test_import_reads_one_snapshot(store, sql_url):
    grizzly.make(sql_url, grizzly.cells(3))

    def progress(_table, _rows):
        grizzly.execute(sql_url, "UPDATE cells SET name = 'later' WHERE name = 'c3'")

    assert bring(sql_url, progress=progress, batch=1).equal
    names = [row["name"] for row in connection.get_database()["cells"].find({})]
    assert sorted(names) == ["c1", "c2", "c3"]


@pytest.mark.parametrize("engine", ["mariadb", "postgresql"])
def test_lost_connection_to_the_source_is_reported_in_one_sentence(store, sql_url):
    grizzly.make(sql_url, grizzly.cells(3))
    with Source(sql_url) as source:
        cells = next(table for table in source.tables() if table.name == "cells")
        source._connection.connection.dbapi_connection.close()
        with pytest.raises(exception.DBError, match="cannot be read") as caught:
            list(source.batches(cells, 1))
    assert "\n" not in str(caught.value)


def test_rows_with_long_text_are_read_in_short_batches(sql):
    write, url = sql
    write("instances", *(instance(n, user_data="x" * 2**20) for n in range(1, 11)))
    with Source(url) as source:
        (instances,) = source.tables()
        assert [len(rows) for rows in source.batches(instances, 100)] == [4, 4, 2]


# Unusable ids


def test_unusable_ids_are_reported_and_do_not_block_new_rows(store, sql, admin):
    write, url = sql
    wrong = (0, -5, 2**63 - 1, 2**53)
    write("cells", *({"id": n, "name": f"c{n}", "deleted": 0} for n in (1, *wrong, 7)))
    report = bring(url)["cells"]
    assert {p.key for p in report.problems} == set(wrong)
    assert {p.column for p in report.problems} == {"id"}
    assert report.problems[0].reason.startswith("must be above 0 and below 2**53: ")
    assert (report.source.rows, report.target.rows, report.equal) == (6, 2, False)
    assert db.cell_create(admin, {"name": "new"})["id"] == 8


@pytest.mark.parametrize("number", [0, -5, 2**63 - 1])
@pytest.mark.parametrize("name", [n for n, t in TABLES.items() if t.key == "id"])
def test_no_table_accepts_an_unusable_id(name, number):
    spec = TABLES[name]
    wrong = number if isinstance(spec.columns["id"], Integer) else spec.live_value
    with pytest.raises(UnfitError) as caught:
        Translator(spec).document({**filled(spec), "id": wrong})
    assert caught.value.column == "id"


def filled(spec):
    """Return a row with a value in every required column."""
    values = ((1, Integer), ("x", Text), (0.5, Float), (NOW, DateTime), (False, Boolean))
    kinds = {name: column for name, column in spec.columns.items() if not column.nullable}
    return {
        name: next(value for value, kind in values if isinstance(column, kind))
        for name, column in kinds.items()
    }


def test_ids_stored_as_text_do_not_block_new_rows(store, sql, admin):
    write, url = sql
    write("cells", *({"id": str(n), "name": f"c{n}", "deleted": 0} for n in (2, 12)))
    assert bring(url).equal
    assert db.cell_create(admin, {"name": "new"})["id"] == 13


def test_rows_with_empty_or_repeated_keys_are_reported_for_every_batch_size(store, sql):
    write, url = sql
    domains = [None, "a", None, "b", "b", "c"]
    write("dns_domains", *({"domain": name, "deleted": 0} for name in domains))
    for batch in (1, 2, 100):
        testing.clear()
        connection.get_database()["imports"].delete_many({})
        report = bring(url, batch=batch)["dns_domains"]
        assert sorted(str(p.key) for p in report.problems) == ["None", "None", "b"]
        assert (report.source.rows, report.target.rows) == (6, 3)


@pytest.mark.parametrize("engine", ["mariadb"])
def test_repeated_rows_of_a_source_without_a_primary_key_are_reported_as_not_read(store, sql_url):
    grizzly.make(sql_url, grizzly.cells(4))
    grizzly.execute(
        sql_url,
        "ALTER TABLE cells MODIFY id INTEGER, DROP PRIMARY KEY",
        "UPDATE cells SET id = 2 WHERE id = 3",
    )
    report = bring(sql_url, batch=2)["cells"]
    (problem,) = report.problems
    assert problem.reason.startswith("1 rows were not read: their ids are duplicates")
    assert not report.equal


def test_table_without_its_key_is_refused(sql):
    write, url = sql
    write("cells", {"name": "c"})
    with (
        Source(url) as source,
        pytest.raises(exception.ConfigurationError, match="table cells has no column id"),
    ):
        source.require_grizzly()


def test_row_too_large_for_a_document_is_reported_and_the_others_are_imported(store, sql):
    write, url = sql
    long = "x" * (7 * 2**20)
    write("instances", instance(1), instance(2, user_data=long, key_data=long, launched_on=long))
    report = bring(url)["instances"]
    (problem,) = report.problems
    assert (problem.key, problem.reason) == (2, "is larger than 16 MiB, the limit of a document")
    assert (report.source.rows, report.target.rows) == (2, 1)


# EC2 ids


@pytest.mark.parametrize(
    "name", ["s3_images", "instance_id_mappings", "volume_id_mappings", "snapshot_id_mappings"]
)
def test_second_ec2_id_of_a_uuid_is_imported(store, sql, admin, name):
    write, url = sql
    uuid = grizzly.uuid(1)
    write(name, *({"id": n, "uuid": uuid, "deleted": 0} for n in (3, 8)))
    assert bring(url)[name].equal
    assert connection.get_database()[name].count_documents({"uuid": uuid}) == 2


def test_both_ec2_ids_of_an_image_find_it_and_no_id_is_added(store, sql, admin):
    write, url = sql
    uuid = grizzly.uuid(1)
    write("s3_images", *({"id": n, "uuid": uuid, "deleted": 0} for n in (3, 8)))
    bring(url)
    assert {db.s3_image_get(admin, n)["uuid"] for n in (3, 8)} == {uuid}
    assert db.s3_image_create(admin, uuid)["id"] == 3
    assert db.s3_image_create(admin, grizzly.uuid(2))["id"] == 9


# Problems


def test_import_passes_every_problem_to_the_sink(store, sql):
    write, url = sql
    write("cells", *({"id": -n, "name": "c", "deleted": 0} for n in range(200)))
    found = []
    report = bring(url, sink=found.append)["cells"]
    assert (len(found), report.problem_count) == (200, 200)
    assert len(report.problems) < 200


def test_text_that_does_not_fit_is_not_shown(store, sql):
    write, url = sql
    write("cells", {"id": 1, "name": "c", "password": b"secret\xe9", "deleted": 0})
    (problem,) = bring(url)["cells"].problems
    assert problem.column == "password"
    assert "secret" not in problem.reason


# Dry runs


def rehearse(url, **options):
    with Source(url) as source:
        return importer.run(source, dry_run=True, **options)


def everything():
    database = connection.get_database()
    return {name: list(database[name].find({})) for name in database.list_collection_names()}


def test_dry_run_writes_nothing_and_reports_what_the_import_reports(store, sql):
    write, url = sql
    pair = {"user_id": "u", "name": "k", "deleted": 0}
    write("key_pairs", *({"id": n, **pair} for n in (1, 2)), {"id": 3, **pair, "deleted": 3})
    write("cells", {"id": 1, "rpc_port": "amqp"}, {"id": 0}, {"id": 2}, {"id": 2})
    before = everything()
    rehearsed = rehearse(url)
    assert everything() == before
    assert not rehearsed.equal
    imported = bring(url)
    for name in ("key_pairs", "cells"):
        keys = [(p.key, p.reason) for p in rehearsed[name].problems]
        assert keys == [(p.key, p.reason) for p in imported[name].problems]
        assert rehearsed[name].inserted == imported[name].inserted
    assert rehearsed["key_pairs"].problems[0].column == "user_id, name, deleted"


def test_dry_run_of_a_valid_database_reports_no_difference(store, sql):
    write, url = sql
    write("cells", *({"id": n, "name": f"c{n}", "deleted": 0} for n in range(1, 8)))
    moved = rehearse(url, batch=2)
    assert (moved.equal, moved.rehearsed, moved["cells"].inserted) == (True, True, 7)


def test_dry_run_refuses_what_the_import_refuses(store, sql, admin):
    write, url = sql
    write("cells", {"id": 7, "name": "sql", "deleted": 0})
    db.cell_create(admin, {"name": "mine"})
    with pytest.raises(
        exception.ConfigurationError, match="already has rows that were not .*ported, in cells"
    ):
        rehearse(url)
    assert rehearse(url, merge=True)["cells"].inserted == 1


def test_dry_run_after_an_import_compares_the_rows(store, sql):
    write, url = sql
    write("cells", *({"id": n, "name": f"c{n}", "deleted": 0} for n in (1, 2)))
    bring(url)
    connection.get_database()["cells"].delete_one({"_id": 2})
    moved = rehearse(url)
    assert (moved.rehearsed, moved.equal) == (False, False)
    assert moved["cells"].problems[0].reason == "the row is missing in the store"
