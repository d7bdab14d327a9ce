"""Orders of two calls on a real server, command by command, have the results of serial orders.

One caller is stopped before one of its commands, in turn before each, and the other continues until
it ends or the server makes it wait: for a conflicting transaction or an insert with the same key.
"""

import pymongo.monitoring
import pytest

from nova_docdb import testing
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.store import connection
from nova_docdb.testing import equality
from tests.pairs.driven import Gate, Server

pytestmark = pytest.mark.slow
STORES = ("replica_set",)

# Pairs with the most steps, pairs that conflict in the server, and claims.
PAIRS = [
    ("instance_create", "instance_create-2"),
    ("instance_create", "instance_metadata_update-2"),
    ("instance_destroy", "instance_metadata_update-2"),
    ("instance_metadata_update-2", "instance_destroy"),
    ("instance_metadata_update-2", "instance_metadata_update-3"),
    ("instance_metadata_update", "instance_metadata_delete"),
    ("instance_update-2", "instance_metadata_update-2"),
    ("instance_update_and_get_original", "instance_destroy"),
    ("instance_system_metadata_update-2", "instance_update-3"),
    ("instance_destroy", "instance_get_by_uuid"),
    ("aggregate_update", "aggregate_delete"),
    ("aggregate_metadata_add-2", "aggregate_update"),
    ("aggregate_update-2", "aggregate_update"),
    ("compute_node_update", "service_destroy"),
    ("compute_node_update", "compute_node_update-2"),
    ("instance_type_destroy", "instance_type_extra_specs_update_or_create"),
    ("instance_type_access_add", "instance_type_destroy"),
    ("instance_type_create", "instance_type_create-2"),
    ("security_group_destroy", "instance_destroy"),
    ("security_group_ensure_default-2", "security_group_create-3"),
    ("fixed_ip_associate", "fixed_ip_associate_pool"),
    ("floating_ip_fixed_ip_associate", "floating_ip_deallocate"),
    ("floating_ip_bulk_create", "floating_ip_create"),
    ("network_associate", "network_associate-4"),
    ("network_delete_safe", "fixed_ip_associate_pool-3"),
    ("quota_reserve-7", "quota_reserve-7"),
    ("quota_reserve-2", "reservation_commit-2"),
    ("block_device_mapping_update_or_create-3", "block_device_mapping_update_or_create-3"),
    ("ec2_volume_create-2", "ec2_volume_create-2"),
    ("archive_deleted_rows_for_table", "instance_metadata_delete"),
]


@pytest.fixture(scope="module")
def server(store_url):
    gate = Gate()
    pymongo.monitoring.register(gate)
    connection.close()
    CONF.set_override("connection", store_url, group="mongo")
    db_sync(default_flavors=False)
    testing.clear()
    server = Server(gate)
    with server.sources.in_place():
        yield server
    connection.close()
    pymongo.monitoring._LISTENERS.command_listeners.remove(gate)
    CONF.reset()


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_server_agrees_in_every_order_with_one_stop(server, pair):
    orders = 0
    for found, allowed in server.orders(pair):
        orders += 1
        assert found in allowed, "; or ".join(equality.difference(f, found) for f in allowed)
    assert orders
