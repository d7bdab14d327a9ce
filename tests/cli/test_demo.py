"""On a server the demo uses its own database, drops it, and changes no other."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nova_docdb import db
from nova_docdb.cli import demo_view
from nova_docdb.db.migration import db_sync
from nova_docdb.demo import Cloud, race
from nova_docdb.demo.cloud import BOOT_THREAD
from nova_docdb.demo.database import PREFIX, own_database, with_database
from nova_docdb.mongo.store import connection
from nova_docdb.testing import small_cloud
from tests import servers

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def rows_of_all_databases():
    """Return the rows of every database of the server, by database and collection."""
    client = connection.current().client
    if client is None:
        databases = [connection.get_database()]
    else:
        names = set(client.list_database_names()) - {"admin", "config", "local"}
        databases = [client[name] for name in names]
    return {
        database.name: {
            name: sorted(map(repr, database[name].find({})))
            for name in database.list_collection_names()
            if database[name].find_one({})
        }
        for database in databases
    }


@pytest.fixture
def production(store, admin):
    """A database with live rows, and with deleted ones that wait for the archive."""
    small_cloud()
    for instance in db.instance_get_all(admin):
        db.instance_destroy(admin, instance["uuid"])
    return rows_of_all_databases()


@pytest.mark.parametrize("options", [(), ("--fast",), ("--json",)], ids=str)
def test_demo_does_not_write_to_the_configured_database(run, production, options):
    assert run("demo", *options).exit_code == 0
    assert rows_of_all_databases() == production


def test_interrupted_demo_drops_its_database(run, production, monkeypatch):
    def interrupted(_cloud):
        db.cell_create(_cloud.admin, {"name": "of the demo"})
        raise KeyboardInterrupt

    monkeypatch.setattr(Cloud, "boot_all", interrupted)
    assert run("demo").exit_code == 130
    assert rows_of_all_databases() == production


def test_failed_demo_drops_its_database(run, production, monkeypatch):
    monkeypatch.setattr(Cloud, "boot_all", lambda cloud: db.cell_get(cloud.admin, "none"))
    assert run("demo").exit_code == 3
    assert rows_of_all_databases() == production


def test_database_is_kept_on_request(run, production):
    if connection.is_embedded():
        pytest.skip("the rows of the embedded store are lost when its process ends")
    assert run("demo", "--keep").exit_code == 0
    found = rows_of_all_databases()
    (own,) = found.keys() - production.keys()
    connection.current().client.drop_database(own)
    assert re.fullmatch(r"nova_docdb_demo_[0-9a-f]{16}", own)
    assert len(found[own]["instances"]) == 8


def test_existing_database_is_refused(store, monkeypatch):
    if connection.is_embedded():
        pytest.skip("the embedded store is always new")
    name = f"{PREFIX}there"
    client = connection.current().client
    client[name].things.insert_one({})
    monkeypatch.setattr("nova_docdb.demo.database.secrets.token_hex", lambda _size: "there")
    try:
        with pytest.raises(Exception, match="already exists"), own_database():
            pass
        assert client[name].things.find_one({})
    finally:
        client.drop_database(name)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.slow
def test_database_is_dropped_after_a_signal_at_any_time(store, how):
    if connection.is_embedded():
        pytest.skip("the rows of the embedded store are lost when its process ends")
    code = "from nova_docdb.__main__ import run; run()"
    command = [sys.executable, "-c", code, "demo", "--fast", "--connection", store]
    before = rows_of_all_databases()
    for phase in ("Store", "  network", "  tenants", "  deletes"):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
        for line in process.stdout:
            if line.startswith(phase):
                process.send_signal(how)
                break
        process.stdout.read()
        assert process.wait() in {0, 130}
        assert rows_of_all_databases() == before


@pytest.mark.parametrize(
    ("url", "changed"),
    [
        ("mongodb://h/nova", "mongodb://h/x"),
        ("mongodb://h", "mongodb://h/x"),
        ("mongodb://h/?replicaSet=r", "mongodb://h/x?replicaSet=r"),
        ("mongodb://h?replicaSet=r", "mongodb://h/x?replicaSet=r"),
        ("mongodb://a,b:1/nova?w=majority", "mongodb://a,b:1/x?w=majority"),
        ("mongodb://u:p@h/nova", "mongodb://u:p@h/x?authSource=nova"),
        ("mongodb://u:p@h/nova?tls=true", "mongodb://u:p@h/x?tls=true&authSource=nova"),
        ("mongodb://u:p@h/nova?authSource=admin", "mongodb://u:p@h/x?authSource=admin"),
        ("mongodb://u:p@h", "mongodb://u:p@h/x"),
        ("mongodb+srv://u:p@h/", "mongodb+srv://u:p@h/x"),
        ("mongomock://localhost/nova", "mongomock://localhost/x"),
    ],
)
def test_with_database_keeps_login_and_options(url, changed):
    assert with_database(url, "x") == changed


# The view


def test_terminal_shows_the_cloud_while_it_runs(store, monkeypatch):
    from rich.console import Console

    monkeypatch.setattr(demo_view, "PACE", {})
    with own_database():
        db_sync()
        cloud = Cloud()
        screen = Console(width=80, height=24, force_terminal=True)
        seen = []
        with screen.capture() as captured:
            demo_view.Show(screen, cloud).run(seen.append)
    assert seen.count("instances booted") == 24
    assert "services: " in captured.get()


def test_view_drawn_while_the_network_is_created_reads_no_addresses(store, monkeypatch):
    create, seen = db.fixed_ip_bulk_create, []

    def create_while_drawn(*arguments):
        seen.append(cloud.network)
        return create(*arguments)

    monkeypatch.setattr(db, "fixed_ip_bulk_create", create_while_drawn)
    cloud = Cloud()
    cloud.make_network()
    assert seen == [{}]
    assert len(cloud.address_states()) == 64


def test_interrupt_waits_for_the_threads_of_the_cloud(store, monkeypatch):
    from rich.console import Console

    def interrupted(_show):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo_view.Show, "_draw", interrupted)
    with own_database():
        show = demo_view.Show(Console(force_terminal=True), Cloud())
        with pytest.raises(KeyboardInterrupt):
            show.run(lambda _event: None)
        assert show._finished.is_set()
        names = [thread.name for thread in threading.enumerate()]
        assert not any(name.startswith("ThreadPoolExecutor") for name in names)
        assert BOOT_THREAD not in names


@pytest.mark.parametrize(
    ("picture", "arguments"), [("demo.svg", ("demo",)), ("race.svg", ("demo", "--race"))]
)
def test_pictures_of_the_pages_are_those_of_the_command(embedded, run_embedded, picture, arguments):
    drawn = run_embedded(*arguments)
    assert texts(drawn) == texts((IMAGES / picture).read_text(encoding="utf-8")), (
        f"nova-docdb {' '.join(arguments)} --svg docs/images/{picture}"
    )


@pytest.fixture
def run_embedded(tmp_path):
    from click.testing import CliRunner

    from nova_docdb.cli import main

    def invoke(*arguments):
        path = tmp_path / "picture.svg"
        command = [*arguments, "--svg", str(path), "--connection", "mongomock://localhost/nova"]
        result = CliRunner().invoke(main, command, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return path.read_text(encoding="utf-8")

    return invoke


def texts(picture):
    """Return the texts of a picture without the ages of reports, which depend on the machine."""
    found = re.findall(r"<text[^>]*>(.*?)</text>", picture)
    return [re.sub(r"\d+&#160;s\b", "n&#160;s", text) for text in found]


# The race


def test_read_then_write_loses_claims_and_the_api_never_does():
    found = race.race(orders=60)
    assert sum(bool(run.twice) for run in found.naive) > 50
    assert not any(run.twice for run in found.api)
    lost = found.losing
    assert lost.twice
    assert [step.did[:4] for step in lost.steps].count("find") == race.CALLERS
    assert found.same_order(lost).seed == lost.seed


@pytest.mark.sends_nothing
def test_race_as_text_and_as_json(run):
    text = run("demo", "--race").output
    assert re.search(r"look, then write +474 of 500", text)
    assert re.search(r"fixed_ip_associate_pool +0 of 500", text)
    assert "given twice" in text
    found = json.loads(run("demo", "--race", "--json").stdout)
    assert found["given_twice"] == {"look_then_write": 474, "api": 0}


# A server of its own


@pytest.mark.slow
def test_killed_server_loses_nothing(monkeypatch, tmp_path):
    servers.require_mongod()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    code = "from nova_docdb.__main__ import run; run()"
    command = [sys.executable, "-c", code, "demo", "--server"]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    killed = int(re.search(r"kill -9 (\d+)", shown.stdout)[1])
    assert not Path(f"/proc/{killed}").exists()
    assert shown.stdout.count("holds") == 7
    assert list(tmp_path.iterdir()) == []
