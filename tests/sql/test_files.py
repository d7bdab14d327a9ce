"""Export files: only for their owner, never through a link, never another program's."""

import os
import sqlite3
import stat

import pytest

from nova_docdb import db, exception
from nova_docdb.sql import exporter, files
from tests.sql import grizzly

STORES = ("embedded",)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield
    os.umask(before)


def test_export_is_readable_only_by_its_owner(store, tmp_path, umask, admin):
    path = tmp_path / "nova.sqlite"
    seen = set()

    def progress(_doing, _rows):
        seen.update(mode(found) for found in tmp_path.iterdir())

    db.cell_create(admin, {"name": "c", "password": "secret"})
    files.claim_database(str(path))
    assert (mode(path), path.stat().st_size) == (0o600, 0)
    assert exporter.run(f"sqlite:///{path}", progress).equal
    assert seen == {0o600}
    assert mode(path) == 0o600


def refused(path, message):
    with pytest.raises(exception.ConfigurationError, match=message) as caught:
        exporter.run(f"sqlite:///{path}")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dangling", [False, True])
def test_export_through_a_symbolic_link_is_refused(store, tmp_path, dangling):
    target, link = tmp_path / "target", tmp_path / "nova.sqlite"
    if not dangling:
        target.touch()
    link.symlink_to(target)
    refused(link, "it is a symbolic link")
    assert target.exists() is not dangling
    assert dangling or target.stat().st_size == 0


def test_journal_that_is_a_link_or_of_another_database_is_refused(store, tmp_path):
    path, journal = tmp_path / "nova.sqlite", tmp_path / "nova.sqlite-journal"
    journal.touch()
    refused(path, "nova.sqlite-journal is left from another database")
    assert not path.exists()
    journal.unlink()
    journal.symlink_to(tmp_path / "target")
    refused(path, "left from another database")
    path.touch(0o600)
    refused(path, "nova.sqlite-journal: it is a symbolic link")
    assert not (tmp_path / "target").exists()


def test_file_in_a_missing_folder_is_refused(store, tmp_path):
    refused(tmp_path / "nowhere" / "nova.sqlite", "No such file or directory")


def test_directory_or_device_is_refused(store, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    refused(fifo, "it is not a regular file")
    refused(tmp_path, "it is a directory")


def test_empty_file_that_others_may_have_open_is_refused(store, tmp_path):
    path = tmp_path / "nova.sqlite"
    path.touch()
    path.chmod(0o644)
    refused(path, "it is an empty file that no export created")
    assert path.stat().st_size == 0


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE photos (name TEXT)",
        "CREATE VIEW photos AS SELECT 1",
        "CREATE TABLE instances_backup (id INTEGER)",
    ],
)
def test_sqlite_file_of_another_program_is_refused_and_not_changed(store, tmp_path, statement):
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connected:
        connected.execute(statement)
    connected.close()
    path.chmod(0o644)
    before = path.read_bytes()
    refused(path, "has tables of another program: (photos|instances_backup): ")
    assert path.read_bytes() == before
    assert mode(path) == 0o644


def test_tables_of_nova_and_another_program_are_refused(store, tmp_path):
    path = tmp_path / "nova.sqlite"
    grizzly.make(f"sqlite:///{path}")
    grizzly.execute(f"sqlite:///{path}", "CREATE TABLE photos (name TEXT)")
    refused(path, "has tables of another program: photos")


def test_resumed_export_restricts_a_readable_file(store, tmp_path):
    path = tmp_path / "nova.sqlite"
    assert exporter.run(f"sqlite:///{path}").equal
    path.chmod(0o644)
    assert exporter.run(f"sqlite:///{path}").equal
    assert mode(path) == 0o600


def test_uri_of_sqlite_is_refused(store, tmp_path):
    url = f"sqlite:///file:{tmp_path / 'nova.sqlite'}?uri=true"
    with pytest.raises(exception.ConfigurationError, match="name a path, not a file: URI"):
        exporter.run(url)
    assert list(tmp_path.iterdir()) == []


def test_file_of_problems_is_new_and_readable_only_by_its_owner(tmp_path, umask):
    path = tmp_path / "problems.json"
    files.create(str(path)).close()
    assert mode(path) == 0o600
    with pytest.raises(files.UnsuitableFileError, match="it already exists: name a new file"):
        files.create(str(path))
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(files.UnsuitableFileError, match="symbolic link"):
        files.create(str(link))
