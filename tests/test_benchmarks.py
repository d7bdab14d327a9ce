"""The benchmark measures every row, and pymongo alone sends the same commands as the API."""

import json
import subprocess
import sys

import pymongo
import pytest
from click.testing import CliRunner
from pymongo import DeleteMany, DeleteOne, ReturnDocument, UpdateMany, UpdateOne
from pymongo.write_concern import WriteConcern

from benchmarks import replay, report
from benchmarks.__main__ import main
from benchmarks.contest import CHECKOUT, ContenderError, Process
from benchmarks.rows import rows
from benchmarks.work import Work, measure
from tests import servers

STORES = ("mongod", "replica_set")
MAJORITY = WriteConcern(w="majority", j=True)


# Pymongo alone


def reads_and_writes(database):
    """Send every kind of command that a replay supports, on an empty database."""
    things = database.get_collection("things", write_concern=MAJORITY)
    things.insert_one({"_id": 1, "kind": "a"})
    things.insert_many([{"_id": 2, "kind": "b"}, {"_id": 3, "kind": "b"}], ordered=False)
    list(things.find({"kind": "b"}, {"kind": 1}).sort("_id", -1).limit(1).hint([("_id", 1)]))
    things.find_one({"_id": 1})
    list(things.aggregate([{"$match": {"_id": 1}}]))
    things.distinct("kind", {"_id": {"$gt": 1}})
    things.find_one_and_update(
        {"_id": 1}, {"$set": {"kind": "c"}}, return_document=ReturnDocument.AFTER
    )
    things.update_many({"_id": {"$gt": 1}}, [{"$set": {"number": "$_id"}}])
    things.update_one({"_id": 4}, {"$set": {"kind": "d"}}, upsert=True)
    things.delete_many({"_id": {"$in": [2, 3]}})
    things.bulk_write(
        [
            UpdateMany({"_id": 1}, {"$set": {"kind": "e"}}),
            UpdateOne({"_id": 4}, {"$set": {"kind": None}}),
        ]
    )
    things.bulk_write([DeleteOne({"_id": 4}), DeleteMany({"_id": 9})])


def in_a_transaction(client, database):
    with client.start_session() as session, session.start_transaction(write_concern=MAJORITY):
        database["things"].insert_one({"_id": 5}, session=session)
        database["things"].delete_many({"_id": 1}, session=session)


def plain(commands):
    """Return commands without the fields that differ between two runs."""
    return [
        {
            name: value
            for name, value in command.items()
            if name not in {"lsid", "$db", "$clusterTime", "txnNumber"}
        }
        for command in commands
    ]


@pytest.fixture
def recorded(store):
    """A client whose commands are recorded, and two empty databases."""
    recorder = replay.Recorder()
    with pymongo.MongoClient(store, event_listeners=[recorder]) as client:
        yield client, recorder
        client.drop_database("twin")


def test_replay_sends_the_same_commands(recorded, store_url):
    client, recorder = recorded
    database = client.get_default_database()
    reads_and_writes(database)
    if "replicaSet" in store_url:
        in_a_transaction(client, database)
    first = recorder.taken()
    for step in replay.bound(client, "twin", first):
        step()
    again = recorder.taken()
    things = list(database["things"].find().sort("_id"))
    assert plain(again) == plain(first)
    assert list(client["twin"]["things"].find().sort("_id")) == things
    database["things"].drop()


def test_replay_of_an_unknown_command_is_an_error(recorded):
    client, _ = recorded
    with pytest.raises(ValueError, match=r"cannot replay \['collation'\] of find"):
        replay.bound(client, "twin", [{"find": "x", "filter": {}, "collation": {"locale": "de"}}])
    with pytest.raises(ValueError, match="cannot replay explain"):
        replay.bound(client, "twin", [{"explain": "x"}])


# Measuring


def test_measurement_stops_after_the_last_argument():
    seen = []
    timed = measure(Work(seen.append, list(range(50))), seconds=60, threads=4, warm=3)
    assert sorted(seen) == list(range(50))
    assert timed.calls == 47


def test_measurement_stops_after_the_time():
    timed = measure(Work(lambda _: 2, [None] * 50), seconds=0, threads=1, warm=0)
    assert (timed.calls, timed.moved) == (1, 2)


def test_contender_that_exits_is_an_error():
    process = Process([sys.executable, "-c", "input()"])
    with pytest.raises(ContenderError, match="ended before it answered"):
        process.ask(do="fill")
    process.stop()


# The report


def result(unit, **figures):
    contenders = {
        name: {"figures": values, "commands": None, "missing": None}
        for name, values in figures.items()
    }
    return {"unit": unit, "contenders": contenders}


def test_ratio_is_the_median_of_the_rounds():
    rate = result("1/s", ours=[10, 20, 90], raw=[20, 20, 100])
    assert report.ratio(rate, *rate["contenders"].values()) == 0.9
    latency = result("ms", ours=[2, 2, 2], raw=[1, 2, 8])
    assert report.ratio(latency, *latency["contenders"].values()) == 1


def test_contender_without_figures_has_no_ratio():
    row = result("1/s", ours=[10], nova=[])
    assert report.ratio(row, *row["contenders"].values()) is None


def test_unknown_row_is_named():
    outcome = CliRunner().invoke(main, ["run", "--rows", "instance_creat"])
    assert outcome.exit_code == 2
    assert "no such row: instance_creat" in outcome.output


def test_sizes_must_be_numbers():
    outcome = CliRunner().invoke(main, ["run", "--sizes", "1,x"])
    assert outcome.exit_code == 2
    assert "'1,x' is not a list of numbers" in outcome.output


def test_file_without_results_is_named(tmp_path):
    other = tmp_path / "other.json"
    other.write_text("{}")
    outcome = CliRunner().invoke(main, ["report", str(other)])
    assert outcome.exit_code == 1
    assert "other.json does not contain the results of a run: KeyError('stores')" in outcome.output


def test_run_of_one_row_is_reported():
    row = rows(names=["service_update"])[0]
    contenders = {
        name: {"figures": [figure], "commands": 1.0, "missing": None}
        for name, figure in (("ours@standalone", 300), ("raw@standalone", 400), ("nova@sqlite", 50))
    }
    results = {
        "taken": "2013-04-01",
        "system": "Linux",
        "processors": 2,
        "versions": {"nova": "34"},
        "rounds": 1,
        "seconds": 0.5,
        "stores": ["standalone"],
        "contenders": list(contenders),
        "rows": [{**vars(row), "contenders": contenders}],
    }
    (line, against_earlier) = [
        line for line in report.tables(results).splitlines() if line.startswith("| service_update")
    ]
    assert line.split(" | ")[3:] == ["400 (400 to 400)", "0.75", "50 (50 to 50)", "6.00", "2.5 |"]
    assert against_earlier.split(" | ")[1:] == ["300", "647", "**0.46**", "2.5 |"]


# The complete benchmark


@pytest.mark.slow
def test_every_row_gives_a_figure_and_the_report_shows_it(tmp_path):
    servers.require_mongod()
    out = tmp_path / "results.json"
    command = [sys.executable, "-m", "benchmarks", "run", "--small", "--stores", "standalone"]
    ran = subprocess.run(
        [*command, "--out", out], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    results = json.loads(out.read_text())
    assert [row["name"] for row in results["rows"]] == [row.name for row in rows([200], [1, 2])]
    for row in results["rows"]:
        for name in ("ours@standalone", "raw@standalone"):
            assert row["contenders"][name]["figures"][0] > 0, row
        assert row["contenders"]["raw@standalone"]["commands"] >= 1, row
        assert f"| {row['title']}, {row['unit']} |" in ran.stdout
    page = tmp_path / "performance.md"
    marks = [f"<!-- {name} -->\nold\n<!-- end of {name} -->" for name in report.PARTS]
    page.write_text("\n".join(["before", *marks, "after"]))
    report.write(results, page)
    assert report.summary(results) in page.read_text()
    assert report.tables(results) in page.read_text()
    assert "old" not in page.read_text()


@pytest.mark.slow
def test_plots_show_every_contender(tmp_path):
    plots = pytest.importorskip("benchmarks.plots", reason="the extra bench is not installed")
    figures = {name: {"figures": [2.0]} for name in plots.DRAWN}
    drawn = [
        {**vars(row), "contenders": figures}
        for row in rows([1000, 10_000], [1, 8])
        if row.operation in {"page", "list_project", "fixed_ip_associate_pool", "quota_cycle"}
    ]
    for path in plots.draw({"rows": drawn}, tmp_path):
        text = path.read_text()
        assert all(label in text for label, _colour in plots.DRAWN.values())
