"""The rows that an archive reads, and its memory, with many rows."""

import json
import subprocess
import sys

import pytest

from nova_docdb import clock
from nova_docdb.config import CONF
from nova_docdb.mongo.admin import dependents
from nova_docdb.mongo.admin.archive import Archive
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table
from tests.commands import Recorder, listening

STORES = ("mongod",)

LONG_AGO = clock.parse("2012-01-01")
LATER = clock.parse("2013-01-01")
# The parts of a find command without the fields that the driver adds.
OF_A_QUERY = ("find", "filter", "sort", "limit", "batchSize", "projection")
UUID = "{:08d}-0000-4000-8000-000000000000"

MEBIBYTE = 2**20


def fill(name, count, change=lambda _number: {}):
    """Insert deleted rows, every second one deleted long ago."""
    blank = dict.fromkeys(table(name).spec.columns.keys() - {"id"})
    numbers = range(1, count + 1)
    for start in range(0, count, 5000):
        table(name).collection.insert_many(
            (
                {
                    **blank,
                    "_id": number,
                    "deleted": number,
                    "deleted_at": LATER if number % 2 else LONG_AGO,
                    **change(number),
                }
                for number in numbers[start : start + 5000]
            ),
            ordered=False,
        )


@pytest.fixture
def explained(store):
    """Run a call and return the execution statistics of each of its queries."""

    def run(call):
        with listening(Recorder()) as recorder, recorder.recording() as sent:
            call()
        finds = [
            {name: command[name] for name in OF_A_QUERY if name in command}
            for command in sent
            if "find" in command
        ]
        database = connection.get_database()
        return [
            (find, database.command("explain", find, verbosity="executionStats")) for find in finds
        ]

    return run


def stages(plan):
    yield plan["stage"]
    for inner in [*plan.get("inputStages", []), *filter(None, [plan.get("inputStage")])]:
        yield from stages(inner)


@pytest.mark.parametrize("before", [None, clock.parse("2012-06-01")])
@pytest.mark.parametrize("name", ["cells", "instances"])
def test_batches_scan_an_index_and_read_only_rows_that_move(store, explained, name, before):
    fill(name, 4000, lambda n: {"uuid": UUID.format(n)} if name == "instances" else {})
    table(name).insert({"id": 4001})
    archive = Archive(before=before, batch=500, dry_run=True)
    explanations = explained(lambda: list(archive.one_table(name)))
    assert len(explanations) >= 4000 / 500 / (2 if before else 1)
    for find, explanation in explanations:
        used = set(stages(explanation["queryPlanner"]["winningPlan"]))
        assert "IXSCAN" in used
        assert not used & {"COLLSCAN", "SORT"}, find
        result = explanation["executionStats"]
        assert result["totalDocsExamined"] == result["nReturned"], find
        # The keys of rows that are too recent are skipped.
        assert result["totalKeysExamined"] <= (2 if before else 1) * result["nReturned"] + 501


def test_rows_of_instances_are_found_by_an_index(store, explained):
    fill("instances", 200, lambda n: {"uuid": UUID.format(n)})
    for dependency in dependents.of("instances"):
        fill(
            dependency.table,
            2000,
            lambda n, b=dependency: {b.local: UUID.format(n)} | _unique(b, n),
        )
    fill("instance_actions_events", 2000, lambda n: {"action_id": n})
    archive = Archive(everything=True, dry_run=True, batch=1000)
    explanations = explained(lambda: list(archive._instances()))
    seen = {find["find"] for find, _explanation in explanations}
    assert seen == {"instances", *(b.table for b in dependents.DEPENDENCIES)}
    for find, explanation in explanations:
        result = explanation["executionStats"]
        assert result["totalDocsExamined"] == result["nReturned"], find
        assert result["totalKeysExamined"] <= 2 * result["nReturned"] + 100, find


def _unique(dependency, number):
    """Return values that are unique among the rows of a table with further unique keys."""
    columns = {"key": "k", "address": str(number), "_on_demand": str(number)}
    known = dependency.rows.spec.columns | dependency.rows.spec.private
    return {name: value for name, value in columns.items() if name in known}


SCRIPT = """
import json, sys
from nova_docdb.config import CONF
from nova_docdb.mongo.admin.archive import Archive
from nova_docdb.mongo.admin.purge import purge

CONF([], project="nova_docdb", default_config_files=[])
CONF.set_override("connection", sys.argv[1], group="mongo")
moved = sum(m.total() for m in Archive(everything=True, limit=10**9).all_tables())
purged = sum(rows for _name, rows in purge())
with open("/proc/self/status") as status:
    # The peak of this process only; rusage includes the process that it was forked from.
    (kibibytes,) = (int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps({"moved": moved, "purged": purged, "kibibytes": kibibytes}))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_is_bounded_for_any_number_of_rows(store, capsys):
    # One instance has most of the rows; the others have a dozen each.
    rows = 120_000
    fill("instances", 5000, lambda n: {"uuid": UUID.format(n)})
    of_one = {"instance_uuid": UUID.format(1), "value": "v" * 200}
    fill("instance_metadata", rows, lambda n: of_one | {"key": str(n)})
    of_all = {"value": "v" * 200, "deleted": 0, "deleted_at": None}
    fill(
        "instance_system_metadata",
        rows // 2,
        lambda n: of_all | {"instance_uuid": UUID.format(n % 5000 + 1), "key": str(n)},
    )
    fill("instance_actions", rows // 4, lambda n: {"instance_uuid": UUID.format(1)})
    fill("instance_actions_events", rows // 4, lambda n: {"action_id": n})
    fill("cells", rows, lambda _n: {"username": "u" * 200})
    output = subprocess.run(
        [sys.executable, "-c", SCRIPT, CONF.mongo.connection], check=True, capture_output=True
    ).stdout
    found = json.loads(output)
    with capsys.disabled():
        print(f"\narchive and purge: {found}")  # noqa: T201 - the figures
    assert found["moved"] == found["purged"] == 5000 + 3 * rows
    assert found["kibibytes"] * 1024 < 200 * MEBIBYTE
