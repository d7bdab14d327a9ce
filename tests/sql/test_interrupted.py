"""An import or export that is killed is completed by the same command."""

import sys
import time

import pytest

from nova_docdb import testing
from nova_docdb.mongo.store import connection
from nova_docdb.sql import exporter
from tests.sql import commands, grizzly
from tests.sql.test_round_trip import bring, stored

STORES = ("mongod",)

pytestmark = pytest.mark.slow

# Shares of the rows after which the process is killed.
MOMENTS = (0.05, 0.5, 0.95)

BATCH = ("--batch", "7")
ROWS = 3000


def kill_when(reached, process):
    """Kill a process once a condition is true, before it has moved all rows."""
    while not reached():
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert process.returncode == -9


@pytest.mark.parametrize("share", MOMENTS)
def test_killed_import_is_completed_by_the_same_command(store, new_database, share):
    url = new_database("sqlite")
    grizzly.make_big(url, ROWS)
    database = connection.get_database()
    wanted = database["instance_system_metadata"]
    arguments = ("import", "--from", url, "--connection", store, *BATCH)
    process = commands.start(*arguments)
    kill_when(lambda: wanted.count_documents({}) > share * ROWS / 2, process)
    shown, _memory = commands.run(*arguments)
    assert "DIFFERENT" not in shown
    completed = stored()
    testing.clear()
    assert bring(url).equal
    assert stored() == completed


@pytest.mark.parametrize("share", MOMENTS)
def test_killed_export_is_completed_by_the_same_command(store, new_database, engine, share):
    first, second = new_database("sqlite"), new_database(engine)
    grizzly.make_big(first, ROWS)
    assert bring(first).equal
    arguments = ("export", "--to", second, "--connection", store, *BATCH)
    process = commands.start(*arguments)
    kill_when(lambda: written(second) > share * ROWS / 2, process)
    shown, _memory = commands.run(*arguments)
    assert "DIFFERENT" not in shown
    assert exporter.run(second).equal
    assert grizzly.read(second) == grizzly.read(first)


def written(url):
    """Return how many rows of system metadata a database has."""
    try:
        ((count,),) = grizzly.execute(url, "SELECT COUNT(*) FROM instance_system_metadata")
    except Exception:
        # The table does not exist yet, or SQLite's file is locked.
        return 0
    return count


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_stays_under_200_mb_for_many_rows(store, new_database):
    first, second = new_database("sqlite"), new_database("sqlite")
    grizzly.make_big(first, 200_000)
    for arguments in (("import", "--from", first), ("export", "--to", second)):
        _shown, memory = commands.run(*arguments, "--connection", store)
        assert memory < 200 * 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_stays_under_200_mb_for_long_rows(store, new_database):
    first, second = new_database("sqlite"), new_database("sqlite")
    long = [{"id": n, "uuid": grizzly.uuid(n), "user_data": "x" * 2**20} for n in range(1, 301)]
    grizzly.make(first, {"instances": long})
    for arguments in (("import", "--from", first), ("export", "--to", second)):
        _shown, memory = commands.run(*arguments, "--connection", store)
        assert memory < 200 * 2**20
