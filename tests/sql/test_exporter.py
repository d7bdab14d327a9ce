"""Exports of the store as a Grizzly database, on every engine."""

import sys

import pytest
import sqlalchemy as sa

from nova_docdb import db, exception
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table
from nova_docdb.schemas import SQL_KEYS, TABLES, SqlKeys
from nova_docdb.sql import exporter, report, tables, target
from nova_docdb.sql.engine import open_engine
from tests.sql import grizzly

# The output does not depend on the store; tests/sql/test_round_trip.py uses the others.
STORES = ("embedded",)

SERVERS = pytest.mark.parametrize("engine", ["mariadb", "postgresql"])


class Interrupted(Exception):
    pass


def stop_after(batches):
    def progress(_table, _rows):
        nonlocal batches
        batches -= 1
        if not batches:
            raise Interrupted

    return progress


class Number(int):
    """An int subclass, like bson's, which ``in range()`` compares with every element."""

    def __eq__(self, other):
        raise AssertionError("it is compared with every number of a range")

    __hash__ = int.__hash__


def add_cells(admin, count):
    for number in range(1, count + 1):
        db.cell_create(admin, {"name": f"c{number}"})


# Written rows


def test_export_creates_the_tables_of_grizzly(store, sql_url):
    assert exporter.run(sql_url).equal
    engine = open_engine(sql_url)
    inspector = sa.inspect(engine)
    try:
        names = set(inspector.get_table_names())
        shadows = {f"shadow_{name}" for name, spec in TABLES.items() if spec.shadow}
        assert names == {*TABLES, *shadows, "migrate_version", "nova_docdb_export"}
        for name, spec in TABLES.items():
            found = {column["name"]: column for column in inspector.get_columns(name)}
            assert list(found) == list(spec.columns)
            for column, declared in spec.columns.items():
                assert found[column]["nullable"] == declared.nullable, (name, column)
            assert inspector.get_pk_constraint(name)["constrained_columns"] == [spec.key]
            keys = SQL_KEYS.get(name, SqlKeys())
            indexes = {tuple(index["column_names"]) for index in inspector.get_indexes(name)}
            assert indexes >= set(keys.indexes)
            uniques = inspector.get_unique_constraints(name)
            assert {tuple(unique["column_names"]) for unique in uniques} == set(keys.unique)
    finally:
        engine.dispose()


def test_export_stores_the_version_after_all_rows(store, sql_url, admin):
    add_cells(admin, 2)
    with pytest.raises(Interrupted):
        exporter.run(sql_url, stop_after(1))
    engine = open_engine(sql_url)
    assert not sa.inspect(engine).has_table("migrate_version")
    engine.dispose()
    assert exporter.run(sql_url).equal
    assert grizzly.execute(sql_url, "SELECT repository_id, version FROM migrate_version") == [
        ("nova", 161)
    ]


def test_private_fields_are_not_exported(store, sql_url):
    table("quota_usages").insert(
        {"project_id": "p", "resource": "cores", "in_use": 1, "reserved": 0},
        {"_reservations": {"7": {"delta": 1, "last": 7}}, "_refreshes": 3},
    )
    assert exporter.run(sql_url)["quota_usages"].equal
    assert grizzly.execute(sql_url, "SELECT in_use, reserved FROM quota_usages") == [(1, 0)]


@SERVERS
def test_new_rows_get_ids_above_all_allocated_ones(store, sql_url, admin):
    add_cells(admin, 3)
    highest = db.cell_create(admin, {"name": "last"})["id"]
    connection.get_database()["cells"].delete_one({"_id": highest})
    assert exporter.run(sql_url).equal
    grizzly.execute(sql_url, "INSERT INTO cells (name, deleted) VALUES ('new', 0)")
    assert grizzly.execute(sql_url, "SELECT id FROM cells WHERE name = 'new'")[0][0] > highest


@SERVERS
def test_foreign_keys_that_rows_violate_are_not_created(store, sql_url, admin):
    instance = db.instance_create(admin, {"metadata": {"a": "b"}})
    db.instance_fault_create(admin, {"instance_uuid": instance["uuid"], "code": 500})
    db.instance_fault_create(admin, {"instance_uuid": grizzly.uuid(9), "code": 500})
    exported = exporter.run(sql_url)
    assert exported.equal
    assert exported.notes == [
        (
            "Foreign keys not created, because rows refer to missing rows: "
            "instance_faults.instance_uuid."
        )
    ]
    orphan = "INSERT INTO instance_metadata (id, instance_uuid) VALUES (99, 'nowhere')"
    with pytest.raises(sa.exc.DBAPIError):
        grizzly.execute(sql_url, orphan)


@SERVERS
def test_row_with_a_missing_parent_is_reported_if_nova_created_the_foreign_keys(
    store, sql_url, admin
):
    grizzly.make(sql_url)
    instance = db.instance_create(admin, {})
    for owner in (instance["uuid"], grizzly.uuid(9)):
        db.instance_fault_create(admin, {"instance_uuid": owner, "code": 500})
    faults = exporter.run(sql_url)["instance_faults"]
    assert [(p.key, p.column) for p in faults.problems] == [(2, "instance_uuid")]
    assert faults.problems[0].reason.startswith("refers to a missing row")
    assert grizzly.execute(sql_url, "SELECT id FROM instance_faults") == [(1,)]


# Databases that are not empty


def test_export_refuses_a_database_with_other_rows(store, sql_url):
    grizzly.make(sql_url, grizzly.cells(1))
    with pytest.raises(
        exception.ConfigurationError, match="already has rows that were not .*ported, in cells"
    ):
        exporter.run(sql_url)
    assert grizzly.read(sql_url).keys() == {"cells"}


def test_database_of_another_program_is_refused_and_nothing_is_written(store, sql_url):
    engine = open_engine(sql_url, create=True)
    photos = sa.Table("photos", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    photos.create(engine)
    with pytest.raises(exception.ConfigurationError, match="another program: photos: export into"):
        exporter.run(sql_url)
    assert sa.inspect(engine).get_table_names() == ["photos"]
    engine.dispose()


def test_unused_tables_of_grizzly_are_accepted(store, sql_url):
    grizzly.make(sql_url)
    grizzly.execute(sql_url, "CREATE TABLE volume_types (id INTEGER)")
    assert exporter.run(sql_url).equal


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE migrate_version SET version = 133", "has schema version 133"),
        ("DROP TABLE shadow_cells", "not shadow_cells"),
        ("ALTER TABLE cells DROP COLUMN weight_scale", "no column weight_scale"),
    ],
)
def test_database_of_another_release_is_refused(store, sql_url, statement, message):
    grizzly.make(sql_url)
    grizzly.execute(sql_url, statement)
    with pytest.raises(exception.ConfigurationError, match=message):
        exporter.run(sql_url)


def test_export_fills_but_does_not_alter_tables_that_nova_created(store, sql_url, admin):
    grizzly.make(sql_url)
    grizzly.execute(sql_url, "ALTER TABLE cells ADD COLUMN color VARCHAR(9)")
    add_cells(admin, 3)
    assert exporter.run(sql_url).equal
    assert grizzly.execute(sql_url, "SELECT name, color FROM cells ORDER BY id") == [
        ("c1", None),
        ("c2", None),
        ("c3", None),
    ]


@pytest.mark.parametrize("engine", ["mariadb"])
def test_times_are_truncated_if_the_database_stores_whole_seconds(store, sql_url, admin):
    grizzly.make(sql_url)
    grizzly.execute(sql_url, "ALTER TABLE cells MODIFY created_at DATETIME")
    add_cells(admin, 2)
    exported = exporter.run(sql_url)
    assert exported.equal
    assert exported.notes == ["The database stores whole seconds: times were truncated."]
    created = db.cell_get(admin, "c1")["created_at"].replace(microsecond=0)
    assert grizzly.execute(sql_url, "SELECT created_at FROM cells WHERE id = 1") == [(created,)]


# Repeated exports


@pytest.mark.parametrize("batches", [1, 2, 3, 5])
def test_interrupted_export_is_completed_by_running_it_again(store, sql_url, admin, batches):
    add_cells(admin, 10)
    with pytest.raises(Interrupted):
        exporter.run(sql_url, stop_after(batches), batch=4)
    again = exporter.run(sql_url, batch=4)
    assert again.equal
    cells = again["cells"]
    assert (cells.inserted, cells.present) == (10 - cells.present, min(4 * batches, 10))
    assert [row[1] for row in grizzly.execute(sql_url, "SELECT id, name FROM cells")] == [
        f"c{number}" for number in range(1, 11)
    ]


def test_row_that_changed_in_an_unfinished_export_is_reported_and_not_overwritten(
    store, sql_url, admin
):
    add_cells(admin, 3)
    with pytest.raises(Interrupted):
        exporter.run(sql_url, stop_after(1))
    db.cell_update(admin, "c2", {"username": "changed"})
    again = exporter.run(sql_url)
    assert not again.equal
    (problem,) = again["cells"].problems
    assert (problem.key, problem.reason) == (2, "the database has a different row with this key")
    assert grizzly.execute(sql_url, "SELECT username FROM cells WHERE id = 2") == [(None,)]


def test_finished_export_is_only_compared(store, sql_url, admin):
    add_cells(admin, 3)
    assert exporter.run(sql_url).finished is None
    same = exporter.run(sql_url)
    assert same.equal
    assert same.finished is not None
    grizzly.execute(sql_url, "DELETE FROM cells WHERE id = 2")
    other = exporter.run(sql_url)
    assert not other.equal
    assert [(p.key, p.reason) for p in other["cells"].problems] == [
        (2, "the row is missing in the database")
    ]
    assert grizzly.execute(sql_url, "SELECT COUNT(*) FROM cells") == [(2,)]


def test_export_of_another_store_is_not_resumed(store, sql_url, admin, monkeypatch):
    add_cells(admin, 3)
    with pytest.raises(Interrupted):
        exporter.run(sql_url, stop_after(1))
    monkeypatch.setattr(connection.current(), "url", "mongodb://other/nova")
    with pytest.raises(exception.ConfigurationError, match="not of mongodb://other/nova"):
        exporter.run(sql_url)


# Rows that do not fit


@SERVERS
def test_value_too_large_for_its_column_is_reported_and_the_others_are_written(
    store, sql_url, admin
):
    add_cells(admin, 2)
    db.cell_create(admin, {"name": "c3", "username": "x" * 256})
    db.cell_create(admin, {"name": "c4", "rpc_port": 2**31})
    exported = exporter.run(sql_url)
    assert not exported.equal
    assert [(p.key, p.column, p.reason) for p in exported["cells"].problems] == [
        (3, "username", "is longer than 255 characters"),
        (4, "rpc_port", f"does not fit into 32 bits: {2**31}"),
    ]
    assert grizzly.execute(sql_url, "SELECT id FROM cells ORDER BY id") == [(1,), (2,)]


def test_second_row_with_a_unique_key_of_sql_is_reported(store, sql_url, admin):
    for number in (1, 2):
        table("instance_info_caches").insert(
            {"instance_uuid": grizzly.uuid(1), "deleted": number - 1, "network_info": "[]"}
        )
    exported = exporter.run(sql_url)["instance_info_caches"]
    assert (exported.inserted, exported.problem_count) == (1, 1)
    assert exported.problems[0].key == 2
    assert "instance_uuid" in exported.problems[0].reason or "UNIQUE" in exported.problems[0].reason


@pytest.mark.parametrize("engine", ["mariadb"])
def test_characters_of_four_bytes_are_reported_if_the_table_cannot_store_them(
    store, sql_url, admin
):
    grizzly.make(sql_url)
    grizzly.execute(sql_url, "ALTER TABLE cells CONVERT TO CHARACTER SET utf8mb3")
    for name in ("plain", grizzly.ASTRAL):
        db.cell_create(admin, {"name": name})
    (problem,) = exporter.run(sql_url)["cells"].problems
    assert problem.key == 2
    assert "Incorrect string value" in problem.reason
    assert grizzly.execute(sql_url, "SELECT name FROM cells") == [("plain",)]


@pytest.mark.parametrize("engine", ["mariadb"])
def test_key_that_differs_only_in_case_is_reported(store, sql_url, admin):
    for domain in ("example.org", "Example.org"):
        db.dnsdomain_register_for_project(admin, domain, "p")
    domains = exporter.run(sql_url)["dns_domains"]
    assert (domains.inserted, domains.problem_count) == (1, 1)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_addresses_are_written_to_inet_columns(store, sql_url):
    grizzly.make(sql_url)
    grizzly.execute(sql_url, "ALTER TABLE fixed_ips ALTER address TYPE inet USING address::inet")
    for address in ("10.0.0.2", "2001:db8::1", "fixed1"):
        table("fixed_ips").insert({"address": address})
    addresses = exporter.run(sql_url)["fixed_ips"]
    assert [(p.key, "fixed1" in p.reason) for p in addresses.problems] == [(3, True)]
    found = grizzly.execute(sql_url, "SELECT CAST(address AS TEXT) FROM fixed_ips ORDER BY id")
    assert found == [("10.0.0.2/32",), ("2001:db8::1/128",)]


@pytest.mark.parametrize("engine", ["postgresql"])
def test_text_that_only_this_engine_rejects_is_reported_with_its_message(store, sql_url, admin):
    db.cell_create(admin, {"name": "a\0b"})
    (problem,) = exporter.run(sql_url)["cells"].problems
    assert "NUL" in problem.reason


def test_all_problems_are_counted_and_the_first_ones_stored():
    some = report.TableReport("cells")
    for number in range(report.KEPT_PROBLEMS + 5):
        some.add_problem(number, "name", "does not fit")
    assert (some.problem_count, len(some.problems)) == (55, 50)
    assert not some.equal


# Failures


def test_full_database_is_reported_in_one_sentence(store, new_database, admin):
    for number in range(300):
        db.cell_create(admin, {"name": f"c{number}", "username": "x" * 4000})

    def little(connected, _record):
        connected.execute("PRAGMA max_page_count = 480")

    sa.event.listen(sa.Engine, "connect", little)
    try:
        with pytest.raises(exception.DBError, match="full") as caught:
            exporter.run(new_database("sqlite"))
    finally:
        sa.event.remove(sa.Engine, "connect", little)
    assert "\n" not in str(caught.value)


@SERVERS
def test_read_only_database_is_reported_in_one_sentence(store, sql_servers, engine, sql_url, admin):
    sql_servers(engine).forbid_writing(sql_url)
    with pytest.raises(exception.DBError, match="cannot be written to") as caught:
        exporter.run(sql_url)
    assert "\n" not in str(caught.value)


@SERVERS
def test_wrong_password_is_reported_in_one_sentence_without_it(store, sql_servers, engine):
    url = sql_servers(engine).url("nova", password="guessed")
    with pytest.raises(exception.DBError, match=r"(?i)denied|password authentication") as caught:
        exporter.run(url)
    assert "guessed" not in str(caught.value)
    assert "\n" not in str(caught.value)


@SERVERS
def test_missing_database_is_reported_in_one_sentence(store, sql_servers, engine):
    url = sql_servers(engine).url("elsewhere")
    with pytest.raises(exception.DBError, match=r"(?i)elsewhere") as caught:
        exporter.run(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [
        ("mysql://nova:secret@h/nova", "pymysql", "mysql"),
        ("postgresql://nova:secret@h/nova?x=y", "psycopg", "postgresql"),
    ],
)
def test_missing_driver_error_names_the_package_to_install(monkeypatch, url, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(exception.ConfigurationError, match=module) as caught:
        exporter.run(url)
    assert f"pip install 'nova_docdb[{extra}]'" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://nova:secret@127.0.0.1:1/nova", "refused"),
        ("postgresql://nova:secret@127.0.0.1:1/nova", "refused"),
    ],
)
def test_unreachable_server_is_reported_in_one_sentence(url, message):
    with pytest.raises(exception.DBError, match=message) as caught:
        exporter.run(url)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_int_subclass_is_compared_only_with_the_bounds(sql_url):
    cells = tables.metadata().tables["cells"]
    assert target._misfit(cells, {"rpc_port": Number(2**31 - 1)}) is None
    column, reason = target._misfit(cells, {"rpc_port": Number(2**31)})
    assert (column, reason) == ("rpc_port", "does not fit into 32 bits: 2147483648")
    with target.Target(sql_url) as opened:
        opened.begin("a store")
        opened.advance_ids_past("cells", Number(5))
