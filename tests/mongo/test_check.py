"""Each thing that can be found is found, repaired, and then not found any more."""

from datetime import timedelta

import pytest

from nova_docdb import clock, db
from nova_docdb.mongo import check, connection
from nova_docdb.mongo.joins import table

UUID = "11111111-0000-4000-8000-000000000001"
GONE = "22222222-0000-4000-8000-000000000002"
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


def test_sound_store_has_no_findings(cloud):
    assert found() == []


def test_missing_index(cloud):
    connection.get_database()["networks"].drop_index("vlan_deleted")
    assert found() == [("missing index", "networks")]
    assert repaired() == []


def test_row_that_an_archive_copied_and_did_not_remove(cloud, admin):
    db.cell_create(admin, {"name": "c"})
    db.cell_delete(admin, "c")
    database = connection.get_database()
    database["shadow_cells"].insert_one(database["cells"].find_one({"_id": 1}))
    assert found() == [("archived and not removed", "cells")]
    assert repaired() == []
    assert database["shadow_cells"].count_documents({}) == 1
    assert database["cells"].count_documents({}) == 0


def test_archived_row_that_is_live_again(cloud, admin):
    db.cell_create(admin, {"name": "c"})
    database = connection.get_database()
    database["shadow_cells"].insert_one({**database["cells"].find_one({"_id": 1}), "deleted": 1})
    assert found() == [("archived and live again", "cells")]
    assert repaired() == []
    assert db.cell_get(admin, "c")["id"] == 1


@pytest.mark.parametrize("name", check.OF_LIVE_INSTANCES)
def test_row_of_an_instance_that_never_came_into_being(cloud, name):
    values = {"instance_uuid": GONE, "created_at": LONG_AGO}
    table(name).insert(values)
    assert found() == [("row of an instance that is gone", name)]
    assert repaired() == []


def test_row_of_a_creation_under_way_is_left_alone(cloud):
    table("instance_info_caches").insert({"instance_uuid": GONE})
    assert found() == []


def test_address_of_a_destroyed_instance(cloud, admin):
    db.instance_destroy(admin, UUID)
    assert found() == [("address of an instance that is gone", "fixed_ips")]
    assert repaired() == []
    address = db.fixed_ip_get(admin, 1)
    assert (address["instance_uuid"], address["allocated"]) == (None, False)


def test_floating_address_that_leads_nowhere(cloud, admin):
    db.floating_ip_create(admin, {"address": "192.0.2.1", "fixed_ip_id": 99, "project_id": "p"})
    assert found() == [("floating address that leads nowhere", "floating_ips")]
    assert repaired() == []
    assert db.floating_ip_get(admin, 1)["project_id"] == "p"


def test_usage_that_differs_from_its_reservations(cloud):
    usage = {"project_id": "p", "resource": "cores", "in_use": 0, "reserved": 3}
    table("quota_usages").insert(usage)
    assert found() == [("usage differs from its reservations", "quota_usages")]
    assert repaired() == []
