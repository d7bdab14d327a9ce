"""Every kind of inconsistency is found, repaired, and then no longer found."""

from datetime import timedelta

import pytest

from nova_docdb import clock, db
from nova_docdb.mongo.admin import check
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables import batches
from nova_docdb.mongo.tables.table import table

UUID = "11111111-0000-4000-8000-000000000001"
MISSING = "22222222-0000-4000-8000-000000000002"
LONG_AGO = clock.utcnow() - timedelta(days=1)


def found():
    return [(finding.kind, finding.table) for finding in check.findings()]


def repaired():
    for finding in check.findings():
        finding.repair()
    return found()


@pytest.fixture
def cloud(store, admin):
    db.instance_create(admin, {"uuid": UUID, "project_id": "p", "metadata": {"a": "b"}})
    db.network_create_safe(admin, {"label": "n"})
    address = {"address": "10.0.0.1", "network_id": 1, "instance_uuid": UUID, "allocated": True}
    db.fixed_ip_create(admin, {**address, "created_at": LONG_AGO})


def test_consistent_store_has_no_findings(cloud):
    assert found() == []


def test_missing_index_is_repaired(cloud):
    connection.get_database()["networks"].drop_index("vlan_deleted")
    assert found() == [("missing index", "networks")]
    assert repaired() == []


def test_row_that_an_archive_copied_but_did_not_remove_is_repaired(cloud, admin):
    db.cell_create(admin, {"name": "c"})
    db.cell_delete(admin, "c")
    database = connection.get_database()
    database["shadow_cells"].insert_one(database["cells"].find_one({"_id": 1}))
    assert found() == [("archived and not removed", "cells")]
    assert repaired() == []
    assert database["shadow_cells"].count_documents({}) == 1
    assert database["cells"].count_documents({}) == 0


def test_archived_row_that_is_live_again_is_repaired(cloud, admin):
    db.cell_create(admin, {"name": "c"})
    database = connection.get_database()
    database["shadow_cells"].insert_one({**database["cells"].find_one({"_id": 1}), "deleted": 1})
    assert found() == [("archived and live again", "cells")]
    assert repaired() == []
    assert db.cell_get(admin, "c")["id"] == 1


OWNED = (*check.LIVE_WITH_THEIR_OWNER, *check.OUTLIVING_THEIR_OWNER)


@pytest.mark.parametrize("dependency", OWNED, ids=lambda b: b.table)
def test_row_whose_owner_was_never_created_is_repaired(cloud, dependency):
    # Values for the other columns that are not nullable.
    needed = {"uuid": "r", "delta": 1, "key": "k", "value": "v"}
    columns = table(dependency.table).spec.columns.keys()
    values = {name: value for name, value in needed.items() if name in columns}
    owner = MISSING if dependency.foreign == "uuid" else 99
    table(dependency.table).insert({**values, dependency.local: owner, "created_at": LONG_AGO})
    assert found() == [("row without its owner", dependency.table)]
    assert repaired() == []


def created_at(name, moment):
    """Set created_at of the newest row of a table, which no function of the API sets."""
    rows = connection.get_database()[name]
    (newest,) = rows.find({}).sort("_id", -1).limit(1)
    rows.update_one({"_id": newest["_id"]}, {"$set": {"created_at": moment}})


@pytest.mark.parametrize("dependency", OWNED, ids=lambda b: b.table)
def test_row_with_an_empty_created_at_is_found(cloud, dependency):
    needed = {"uuid": "r", "delta": 1, "key": "k", "value": "v"}
    columns = table(dependency.table).spec.columns.keys()
    values = {name: value for name, value in needed.items() if name in columns}
    owner = MISSING if dependency.foreign == "uuid" else 99
    table(dependency.table).insert({**values, dependency.local: owner})
    assert found() == []
    created_at(dependency.table, None)
    assert found() == [("row without its owner", dependency.table)]
    assert repaired() == []


def test_address_with_an_empty_created_at_is_found(cloud, admin):
    db.floating_ip_create(admin, {"address": "192.0.2.1", "fixed_ip_id": 99})
    db.instance_destroy(admin, UUID)
    for name in ("fixed_ips", "floating_ips"):
        created_at(name, None)
    assert found() == [
        ("address without its instance", "fixed_ips"),
        ("floating address without its fixed address", "floating_ips"),
    ]
    assert repaired() == []


def test_row_of_a_creation_in_progress_is_skipped(cloud):
    table("instance_info_caches").insert({"instance_uuid": MISSING})
    assert found() == []


def test_address_of_a_destroyed_instance_is_repaired(cloud, admin):
    db.instance_destroy(admin, UUID)
    assert found() == [("address without its instance", "fixed_ips")]
    assert repaired() == []
    address = db.fixed_ip_get(admin, 1)
    assert (address["instance_uuid"], address["allocated"]) == (None, False)


def test_floating_address_without_its_fixed_address_is_repaired(cloud, admin):
    address = {"address": "192.0.2.1", "fixed_ip_id": 99, "project_id": "p"}
    db.floating_ip_create(admin, {**address, "created_at": LONG_AGO})
    assert found() == [("floating address without its fixed address", "floating_ips")]
    assert repaired() == []
    assert db.floating_ip_get(admin, 1)["project_id"] == "p"


def test_usage_that_differs_from_its_reservations_is_repaired(cloud):
    usage = {"project_id": "p", "resource": "cores", "in_use": 0, "reserved": 3}
    table("quota_usages").insert(usage)
    assert found() == [("usage differs from its reservations", "quota_usages")]
    assert repaired() == []


def test_usage_that_differs_from_its_rows_is_repaired(cloud, admin):
    for resource, in_use in (("instances", 1), ("cores", 7), ("floating_ips", 2)):
        usage = {"project_id": "p", "resource": resource, "in_use": in_use, "reserved": 0}
        table("quota_usages").insert(usage)
    assert [finding.what for finding in check.findings()] == [
        "p cores: 7 in use, 0 counted",
        "p floating_ips: 2 in use, 0 counted",
    ]
    assert repaired() == []
    assert db.quota_usage_get(admin, "p", "cores")["in_use"] == 0


def test_finding_that_has_changed_since_is_not_repaired(cloud, admin):
    usage = {"project_id": "p", "resource": "cores", "in_use": 7, "reserved": 0}
    table("quota_usages").insert(usage)
    (finding,) = check.findings()
    db.quota_usage_update(admin, "p", "cores", in_use=8)
    assert not finding.repair()
    assert db.quota_usage_get(admin, "p", "cores")["in_use"] == 8


def test_progress_reports_check_and_rows(cloud, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 2)
    rows = [{"instance_uuid": UUID, "key": str(n), "created_at": LONG_AGO} for n in range(5)]
    table("instance_metadata").insert_many(rows)
    reported = []
    assert list(check.findings(lambda name, rows: reported.append((name, rows)))) == []
    assert {name for name, _rows in reported} == {
        each.__name__.replace("_", " ") for each in check.CHECKS
    }
    owners = [rows for name, rows in reported if name == "rows without their owner"]
    assert owners[0] == 0
    assert max(owners) == 2
    assert sum(owners) >= 5
