"""Services beyond the recorded answers."""

import pytest

from nova_docdb import db, exception
from nova_docdb.config import CONF
from tests.calls import node
from tests.threads import COUNT, at_once, kinds

COMPUTE = {"host": "h", "binary": "nova-compute", "topic": "compute"}


def test_new_services_are_disabled_if_the_option_is_false(store, admin):
    CONF.set_override("enable_new_services", False)
    assert db.service_create(admin, {**COMPUTE, "disabled": False})["disabled"] is True
    assert db.service_get_all_by_topic(admin, "compute") == []


def test_lowest_id_of_several_services_of_a_host_is_returned(store, admin):
    first, _second = (db.service_create(admin, COMPUTE) for _ in range(2))
    assert db.service_get_by_args(admin, "h", "nova-compute")["id"] == first["id"]
    assert db.service_get_by_host_and_topic(admin, "h", "compute")["id"] == first["id"]


def test_destroy_deletes_the_nodes_of_the_service(store, admin):
    service = db.service_create(admin, COMPUTE)
    db.compute_node_create(admin, {**node(), "service_id": service["id"]})
    db.service_destroy(admin, service["id"])
    assert db.compute_node_get_all(admin) == []


def test_one_of_several_destroys_succeeds(store, admin):
    service = db.service_create(admin, COMPUTE)
    found = at_once(*[lambda: db.service_destroy(admin, service["id"])] * COUNT)
    assert kinds(found) == {"NoneType": 1, "ServiceNotFound": COUNT - 1}


def test_concurrent_updates_of_different_columns_are_both_kept(store, admin):
    service = db.service_create(admin, COMPUTE)
    at_once(
        lambda: db.service_update(admin, service["id"], {"report_count": 5}),
        lambda: db.service_update(admin, service["id"], {"disabled": True}),
    )
    row = db.service_get(admin, service["id"])
    assert (row["report_count"], row["disabled"]) == (5, True)


def test_lists_share_no_objects(store, admin):
    db.service_create(admin, COMPUTE)
    db.service_get_all(admin)[0]["zone"] = "z"
    assert "zone" not in db.service_get_all(admin)[0]


def test_unknown_compute_host_is_not_found(store, admin):
    db.service_create(admin, {**COMPUTE, "topic": "network"})
    with pytest.raises(exception.ComputeHostNotFound):
        db.service_get_by_compute_host(admin, "h")
