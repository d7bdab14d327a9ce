"""Round trips between SQL and the store lose nothing on any engine."""

import itertools

import pytest

from nova_docdb import db, testing
from nova_docdb.mongo.store import connection
from nova_docdb.schemas import TABLES
from nova_docdb.sql import exporter, importer
from nova_docdb.sql.source import Source
from tests.sql import grizzly

# Other modules test what a replica set adds.
STORES = ("embedded", "mongod")
SLOW_STORES = ("mongod",)


def bring(url, **options):
    with Source(url) as source:
        return importer.run(source, **options)


def stored():
    """Return every document of the store, private fields included."""
    database = connection.get_database()
    names = [*TABLES, *(f"shadow_{name}" for name in TABLES)]
    return {name: found for name in names if (found := list(database[name].find({}).sort("_id")))}


def test_import_export_import_is_equal_row_for_row(store, new_database, engine):
    first, second = new_database(engine), new_database(engine)
    rows = grizzly.awkward_rows()
    grizzly.make(first, rows)
    assert bring(first).equal
    before = stored()
    assert {name: len(found) for name, found in before.items()} == {
        name: len(found) for name, found in rows.items()
    }

    exported = exporter.run(second)
    assert exported.equal
    assert exported.notes == []
    assert grizzly.read(second) == grizzly.read(first)

    testing.clear()
    assert bring(second).equal
    assert stored() == before


@pytest.mark.slow
def test_rows_are_equal_from_each_engine_to_each_other(store, new_database):
    before = None
    sources = [new_database(engine) for engine in ("sqlite", "mariadb", "postgresql", "sqlite")]
    grizzly.make(sources[0], grizzly.awkward_rows())
    for source, target in itertools.pairwise(sources):
        testing.clear()
        assert bring(source).equal
        before = before or stored()
        assert stored() == before
        assert exporter.run(target).equal
    assert grizzly.read(sources[-1]) == grizzly.read(sources[0])


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_every_batch_size_imports_every_row(store, new_database, batch):
    first, second = new_database("sqlite"), new_database("sqlite")
    grizzly.make(first, grizzly.awkward_rows() | grizzly.cells(7))
    assert bring(first, batch=batch).equal
    assert exporter.run(second, batch=batch).equal
    assert grizzly.read(second) == grizzly.read(first)


def test_rows_created_through_the_api_survive_a_round_trip(store, new_database, engine, admin):
    url = new_database(engine)
    made = db.instance_create(admin, {"project_id": "p", "metadata": {"a": "b"}})
    db.instance_destroy(admin, db.instance_create(admin, {"project_id": "p"})["uuid"])
    db.archive_deleted_rows(admin)
    assert exporter.run(url).equal
    testing.clear()
    assert bring(url).equal
    found = db.instance_get_by_uuid(admin, made["uuid"])
    assert found == db.instance_get(admin, made["id"])
    assert found["created_at"] == made["created_at"]
    assert db.instance_metadata_get(admin, made["uuid"]) == {"a": "b"}
    # The archived instance had the id 2.
    assert db.instance_create(admin, {})["id"] == 3
