import json
import threading

import pytest
from pymongo.errors import OperationFailure
from rich.console import Console

from nova_docdb import clock, db
from nova_docdb.cli import top as command
from nova_docdb.cli.top_view import Painter, age
from nova_docdb.mongo.admin import server_load
from nova_docdb.mongo.admin.overview import Watch
from nova_docdb.testing import small_cloud, trace


@pytest.fixture
def overview(store):
    """An overview of the small cloud."""
    small_cloud()
    return Watch().read()


def drawn(overview, width, lines=24):
    screen = Console(width=width, force_terminal=True, no_color=True, color_system=None)
    with screen.capture() as captured:
        screen.print(Painter(screen).draw(overview, width, lines, "title"))
    return captured.get()


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize("lines", [12, 24, 40])
def test_view_fits_the_terminal(overview, width, lines):
    text = drawn(overview, width, lines).splitlines()
    assert max(map(len, text)) <= width
    assert len(text) <= lines


@pytest.mark.parametrize("width", [60, 80, 160])
def test_view_never_shortens_a_number(overview, width):
    text = drawn(overview, width, 60)
    for pool in overview.pools:
        assert f"{pool.taken}/{pool.size}" in text
    for host in overview.hosts:
        assert f"{host.memory_mb_used}/{host.memory_mb}" in text


def test_terminal_without_block_characters_shows_ascii_bars(overview, monkeypatch):
    monkeypatch.setattr(Console, "encoding", "ascii")
    assert drawn(overview, 80).isascii()


def test_once_as_json_and_as_text(run, monkeypatch):
    monkeypatch.setattr(command, "BETWEEN_LOOKS", 0)
    small_cloud()
    found = json.loads(run("top", "--json").stdout)
    assert found.keys() == {"time", "services", "hosts", "pools", "usages", "deleted", "load"}
    assert len(found["services"]) == 3
    text = run("top", "--once").output
    assert "services: 3" in text
    assert "private" in text


def test_picture(run, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "BETWEEN_LOOKS", 0)
    small_cloud()
    assert run("top", "--svg", str(tmp_path / "top.svg")).exit_code == 0
    assert (tmp_path / "top.svg").read_text().startswith("<svg")


def test_unwritable_picture_is_reported_in_one_sentence(run, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "BETWEEN_LOOKS", 0)
    result = run("top", "--svg", str(tmp_path))
    assert result.exit_code == 2
    assert "is a directory" in result.output


def test_ctrl_c_ends_the_view_silently(run, monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("nova_docdb.cli.output.Screen.is_terminal", True)
    monkeypatch.setattr(command, "_watch", interrupted)
    assert (run("top").exit_code, run("top").output) == (0, "")


def test_ages_have_one_unit():
    assert [age(s) for s in (None, 0, 119, 120, 7200, 200_000)] == [
        "never",
        "0 s",
        "119 s",
        "2 min",
        "2 h",
        "2 d",
    ]


# The data


def test_overview_shows_the_contents_of_the_tables(store, admin):
    small_cloud()
    service = db.service_get_all(admin)[0]
    db.service_update(admin, service["id"], {"updated_at": clock.parse("2013-01-01")})
    db.cell_create(admin, {"name": "c"})
    db.cell_delete(admin, "c")
    found = Watch().read()
    # A service whose last report is too old comes first, then those that never reported.
    assert (found.services[0].host, found.services[0].is_up) == (service["host"], False)
    (network,) = [pool for pool in found.pools if pool.kind == "fixed"]
    assert (network.size, network.taken) == (5, 3)
    assert found.deleted == {"cells": 1}
    assert all(usage.limit >= 0 for usage in found.usages)


def test_view_only_reads(store):
    small_cloud()
    with trace() as sent:
        Watch().read()
    assert {command.name for command in sent} <= READING


READING = {"find", "aggregate", "count", "distinct", "hello", "serverStatus", "replSetGetStatus"}
READING |= {"find_one", "count_documents"}


def test_slowly_changing_data_is_read_less_often(store):
    small_cloud()
    watch = Watch()
    watch.read()
    with trace() as sent:
        watch.read()
    assert len(sent) <= 6
    watch.forget()
    with trace() as sent:
        watch.read()
    assert len(sent) > 40


def test_rates_are_computed_from_two_readings(store):
    watch = Watch()
    first, second = watch.read().load, watch.read().load
    if first is None:
        assert second is None
        return
    assert first.per_second == {}
    assert second.per_second.keys() >= {"insert", "query", "update"}
    assert ("replica set" in second.server) == bool(second.members)


def test_view_names_unauthorized_parts_and_shows_the_rest(store, monkeypatch):
    def refused(_client):
        raise OperationFailure("not authorized on admin", 13)

    monkeypatch.setattr(server_load, "_members", refused)
    small_cloud()
    found = Watch().read()
    assert len(found.services) == 3
    if found.load is not None:
        assert found.load.refused == ["replSetGetStatus"]
        assert "not authorized for this login" in drawn(found, 80, 60)


def test_overview_can_be_read_during_writes(store, admin):
    writer = threading.Thread(target=small_cloud)
    writer.start()
    for _look in range(5):
        assert Watch().read().services is not None
    writer.join()
