"""A fresh store for a block, and the previous state afterwards."""

import pytest

from nova_docdb import db
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection, monitoring
from nova_docdb.testing import embedded_store, small_cloud


def test_store_of_a_block_is_fresh_and_closed_afterwards(store, admin):
    db.cell_create(admin, {"name": "mine"})
    for _ in range(2):
        with embedded_store():
            assert connection.is_embedded()
            assert db.cell_get_all(admin) == []
            assert db.cell_create(admin, {"name": "theirs"})["id"] == 1
    assert [row["name"] for row in db.cell_get_all(admin)] == ["mine"]
    assert CONF.mongo.connection == store


def test_open_connection_is_the_same_afterwards(store, admin):
    before = connection.current()
    with embedded_store():
        assert connection.current() is not before
        connection.close()
    assert connection.current() is before


def test_ids_continue_after_a_block(store, admin):
    numbers = [db.cell_create(admin, {"name": f"c{n}"})["id"] for n in range(3)]
    with embedded_store():
        db.cell_create(admin, {"name": "theirs"})
    assert db.cell_create(admin, {"name": "next"})["id"] > max(numbers)


def test_options_are_restored_after_a_block(store):
    CONF.set_override("compute_topic", "kept")
    with embedded_store():
        CONF.set_override("compute_topic", "changed")
        CONF.set_override("enable_new_services", False)
        CONF.set_override("allow_weak_writes", True, group="mongo")
    assert CONF.compute_topic == "kept"
    assert CONF.enable_new_services is True
    assert CONF.mongo.allow_weak_writes is False
    assert CONF.mongo.connection == store


def test_value_with_a_dollar_is_the_same_afterwards(store):
    CONF.set_override("connection", "mongodb://h/?authSource=$$external", group="mongo")
    with embedded_store():
        pass
    assert CONF.mongo.connection == "mongodb://h/?authSource=$external"


def test_block_that_fails_leaves_nothing(store, admin):
    with pytest.raises(KeyError), embedded_store():
        raise KeyError
    assert CONF.mongo.connection == store
    assert db.cell_get_all(admin) == []


def test_slow_commands_are_logged_after_a_block_as_before(store, admin):
    connection.close()
    CONF.set_override("slow_command_ms", 1000, group="mongo")
    db.cell_get_all(admin)
    with embedded_store():
        CONF.set_override("slow_command_ms", 0, group="mongo")
        db.cell_get_all(admin)
        assert not monitoring.enabled()
    assert monitoring.enabled()
    connection.close()


def test_blocks_can_be_nested(store, admin):
    with embedded_store():
        db.cell_create(admin, {"name": "outer"})
        with embedded_store():
            assert db.cell_get_all(admin) == []
        assert len(db.cell_get_all(admin)) == 1


def test_sample_cloud_is_complete(store, admin):
    cloud = small_cloud()
    assert {table: len(rows) for table, rows in cloud.items()} == {
        "instance_types": 5,
        "services": 3,
        "compute_nodes": 2,
        "quotas": 3,
        "key_pairs": 1,
        "networks": 1,
        "instances": 3,
        "fixed_ips": 5,
        "floating_ips": 3,
    }
    web1, _web2, db1 = db.instance_get_all(admin)
    (address,) = db.fixed_ip_get_by_instance(admin, web1["uuid"])
    assert address["network_id"] == cloud["networks"][0]["id"]
    assert db.instance_get_floating_address(admin, web1["id"]) == "192.0.2.1"
    assert web1["metadata"][0]["value"] == "web"
    assert db.fixed_ip_associate_pool(admin, 1, db1["uuid"]) == "10.0.0.5"
    hosts = [node["service"]["host"] for node in db.compute_node_get_all(admin)]
    assert hosts == ["node1", "node2"]
