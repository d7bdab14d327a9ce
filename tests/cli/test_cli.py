import json
import re

import pytest
import sqlalchemy as sa

from nova_docdb.mongo.admin.check import CHECKS
from nova_docdb.mongo.store import connection
from tests.sql import grizzly as databases


def test_demo_succeeds_and_shows_the_invariants(run):
    result = run("demo")
    assert result.exit_code == 0, result.output
    assert "instances booted" in result.output
    assert "boots refused by quota" in result.output
    assert result.output.count("holds") == 7
    assert "BROKEN" not in result.output


def test_sync_shows_what_it_created_and_is_idempotent(run):
    connection.get_database()["cells"].drop_indexes()
    assert "2 indexes created." in run("db", "sync", "--no-default-flavors").output
    assert "0 indexes created." in run("db", "sync", "--no-default-flavors").output


def test_sync_creates_the_default_flavors(run):
    assert "m1.tiny, m1.small, m1.medium, m1.large, m1.xlarge" in run("db", "sync").output
    assert "Flavors" not in run("db", "sync").output


def test_version(run):
    run("db", "sync")
    assert run("db", "version").output == "1\n"


def test_status_as_json(run):
    found = json.loads(run("db", "status", "--json").output)
    assert found["tables"]["instances"] == {
        "live": 0,
        "deleted": 0,
        "exact": True,
        "archived": 0,
        "missing_indexes": [],
        "changed_indexes": [],
        "unexpected_indexes": [],
    }


def test_status_shows_drift_and_exits_with_1(run):
    connection.get_database()["cells"].drop_index("name_deleted")
    connection.get_database()["cells"].create_index("color", name="color")
    result = run("db", "status")
    assert result.exit_code == 1
    assert '1 index is missing (cells.name_deleted): run "nova-docdb db sync"' in result.output
    assert "The index cells.color is not in the schema" in result.output
    connection.get_database()["cells"].drop_index("color")
    assert run("db", "sync", "--no-default-flavors").exit_code == 0


def test_changed_index_is_reported_until_it_is_rebuilt(run):
    cells = connection.get_database()["cells"]
    cells.drop_index("name_deleted")
    cells.create_index("name", name="name_deleted")
    assert "The index cells.name_deleted has other keys" in run("db", "status").output
    result = run("db", "sync", "--no-default-flavors")
    assert result.exit_code == 1
    assert "Changed index, not rebuilt: cells.name_deleted" in result.output
    assert "db sync --rebuild-indexes" in result.output
    rebuilt = run("db", "sync", "--no-default-flavors", "--rebuild-indexes")
    assert rebuilt.exit_code == 0
    assert "Index rebuilt: cells.name_deleted" in rebuilt.output
    assert run("db", "status").exit_code == 0


def test_check_finds_then_repairs_then_finds_nothing(run):
    assert run("db", "check").output.startswith(f"No problems found: {len(CHECKS)} checks, ")
    connection.get_database()["cells"].drop_index("name_deleted")
    looked = run("db", "check")
    assert looked.exit_code == 1
    assert '1 index is missing (cells.name_deleted): run "nova-docdb db sync"' in looked.output
    assert f"1 problem found: {len(CHECKS)} checks" in looked.output
    repaired = run("db", "check", "--repair")
    assert repaired.exit_code == 0
    assert "repaired" in repaired.output
    assert run("db", "check").exit_code == 0


@pytest.fixture
def grizzly(tmp_path):
    """Return the URL of a small Grizzly database."""
    url = f"sqlite:///{tmp_path / 'nova.sqlite'}"
    databases.make(url, {"cells": [{"id": 1, "name": "c", "rpc_port": 5672}]})
    engine = sa.create_engine(url)
    yield url, engine
    engine.dispose()


def test_import_shows_both_sides(run, grizzly):
    url, _engine = grizzly
    result = run("import", "--from", url)
    assert result.exit_code == 0, result.output
    assert "equal" in result.output
    assert "not part of the API: migrate_version (1 rows)" in result.output


def test_import_exits_with_1_on_a_difference(run, grizzly):
    url, engine = grizzly
    with engine.begin() as connected:
        connected.execute(
            sa.text("INSERT INTO cells (id, name, rpc_port, deleted) VALUES (2, 'd', 'amqp', 0)")
        )
    result = run("import", "--from", url)
    assert result.exit_code == 1
    assert "DIFFERENT" in result.output
    assert "is not an integer: 'amqp'" in result.output


@pytest.mark.parametrize(
    ("arguments", "url", "message"),
    [
        (("db", "sync"), "mysql://nova:secret@h/nova", "must be a mongodb://"),
        (("db", "sync"), "mongodb://nova:secret@127.0.0.1:1/nova?w=1", "w=1"),
        (
            ("db", "version"),
            "mongodb://nova:secret@127.0.0.1:1/n?serverSelectionTimeoutMS=50",
            "No MongoDB server can be reached",
        ),
        (("import", "--from", "sqlite:////nowhere"), "mongomock://localhost/x", "does not exist"),
        (("import",), "mongomock://localhost/x", "The SQL database is missing"),
        (("db", "sync", "--config-file", "/nowhere"), "mongomock://localhost/x", "/nowhere"),
    ],
)
def test_user_error_is_reported_in_one_sentence_without_the_password(run, arguments, url, message):
    connection.close()
    result = run(*arguments, url=url)
    connection.close()
    assert result.exit_code in {2, 3}
    assert message in result.output
    assert "Traceback" not in result.output
    assert "secret" not in result.output


@pytest.fixture
def never_synced(store, tmp_path):
    """A database of the same server without indexes; skipped on the embedded store."""
    if connection.is_embedded():
        pytest.skip("the embedded store always has its indexes")
    head, _, options = store.partition("?")
    url = f"{head}_unsynced" + (f"?{options}" if options else "")
    with connection.set_aside():
        yield url
        connection.current().client.drop_database(connection.get_database().name)


@pytest.mark.parametrize("command", ["status", "check"])
def test_missing_indexes_of_a_new_store_are_reported_in_one_line(run, never_synced, command):
    result = run("db", command, url=never_synced)
    assert result.exit_code == 1
    (line,) = [line for line in result.output.splitlines() if "missing" in line]
    assert re.fullmatch(r'\d{3} indexes are missing: run "nova-docdb db sync"', line)
    assert "--repair" not in result.output


JSON = ("sync", "version", "status", "check", "archive", "purge --all", "shard --plan")


@pytest.mark.parametrize("command", JSON)
def test_result_as_json(run, command):
    shown = run("db", *command.split(), "--json")
    assert isinstance(json.loads(shown.stdout), dict)


def test_quiet_prints_nothing_and_keeps_the_exit_code(run):
    connection.get_database()["cells"].drop_index("name_deleted")
    for command in ("status", "check"):
        result = run("db", command, "--quiet")
        assert (result.exit_code, result.output) == (1, "")
    assert run("db", "sync", "--quiet", "--no-default-flavors").output == ""


def test_log_file_has_the_error_that_ended_the_command(run, tmp_path):
    log = tmp_path / "log"
    connection.close()
    result = run(
        *("db", "version", "--log-file", str(log)),
        url="mongodb://127.0.0.1:1/n?serverSelectionTimeoutMS=50",
    )
    assert result.exit_code == 3
    assert "ERROR nova_docdb.cli.common: No MongoDB server can be reached" in log.read_text()
