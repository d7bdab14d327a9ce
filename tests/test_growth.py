"""The cost of all 254 functions does not grow with the store.

Each function's ordinary call is made in a cloud of ten rows a list, and in one with many further
rows that are unrelated to the call: live rows of other projects, hosts and networks, and
deleted rows of the same project, host, network and instance, finished reservations among them.
"""

from dataclasses import astuple, dataclass

import bson
import pymongo
import pytest

from nova_docdb import db, testing
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection, embedded_collections, ids
from nova_docdb.mongo.tables.table import table
from nova_docdb.schemas import TABLES
from tests.calls import ADMIN, ALICE, CALLS, prepared
from tests.cloud import HOST, PROJECT, Cloud
from tests.commands import Listener, listening

OWN = 10
# The number of further rows per table, of other owners and deleted.
FURTHER = 2_000
MANY = 100_000

# The acceptable growth: 50%, and a constant.
FACTOR = 1.5


@dataclass(frozen=True)
class Cost:
    """The cost of a call.

    :param documents: the documents that a server examined, or the embedded store matched
    :param keys: the index keys that a server examined
    :param size: the bytes to and from a server
    :param commands: the number of commands
    """

    documents: int
    keys: int = 0
    size: int = 0
    commands: int = 0


# A little: seeks of an index, ids and numbers with more digits, a block of ids.
A_LITTLE = Cost(documents=20, keys=60, size=1_000, commands=1)

# The functions whose cost depends on more than the rows that they return or change, and why.
ALL = "it returns rows of all projects, or sums them up"
SMALLER_SIDE = (
    "an instance counts also when it is deleted: the cost follows the fewer of the instances, "
    "deleted ones included, and the held addresses or network cards of the cloud"
)
GROWING = {
    **dict.fromkeys(
        (
            "agent_build_get_all",
            "aggregate_get_all",
            "cell_get_all",
            "compute_node_get_all",
            "compute_node_statistics",
            "dnsdomain_list",
            "fixed_ip_get_all",
            "floating_ip_get_all",
            "floating_ip_get_pools",
            "network_get_all",
            "provider_fw_rule_get_all",
            "security_group_default_rule_list",
            "security_group_get_all",
            "service_get_all",
            "virtual_interface_get_all",
        ),
        ALL,
    ),
    "compute_node_search_by_hypervisor": "a text inside a name has no index",
    "instance_get_active_by_window_joined": "it returns deleted instances too",
    "instance_type_get_all": "flavors are few; any private one may be granted",
    "fixed_ip_count_by_project": SMALLER_SIDE,
    "network_get_all_by_host": SMALLER_SIDE,
}


# The same for the embedded store alone, whose indexes serve only the start of a filter: deleted
# rows of the same instance, node, project or group are matched with the filter, and the
# archive matches deleted rows beyond its limit.
GROWING_EMBEDDED = {
    "archive_deleted_rows",
    "archive_deleted_rows_for_table",
    "compute_node_get",
    "instance_get",
    "instance_get_all",
    "instance_get_all_by_filters",
    "instance_get_all_by_host",
    "instance_get_all_by_host_and_not_type",
    "instance_get_all_hung_in_rebooting",
    "instance_get_by_uuid",
    "instance_metadata_get",
    "instance_system_metadata_get",
    "instance_update",
    "instance_update_and_get_original",
    "migration_get_in_progress_by_host_and_node",
    "quota_class_get_all_by_name",
    "quota_get_all_by_project",
    "quota_reserve",
    "quota_usage_get_all_by_project",
    "security_group_rule_get_by_security_group",
}


def grew(few, many):
    """Return the functions that cost more in the large cloud, with both costs."""
    return {
        name: (few[name], many[name])
        for name in CALLS
        if any(
            after > FACTOR * before + little
            for before, after, little in zip(
                astuple(few[name]), astuple(many[name]), astuple(A_LITTLE), strict=True
            )
        )
    }


def in_clouds(further, measure):
    """Return what every call costs in a small cloud and in a large one, by function."""
    for dead in (0, further):
        testing.clear()
        cloud = Cloud(OWN, others=dead, dead=dead)
        for name, spec in TABLES.items():
            if spec.key == "id":
                ids._lengths[name] = 2_000
                ids.allocate(name)
        costs = {}
        for name in CALLS:
            call = prepared(name, cloud)
            costs[name] = measure(call)
        yield costs


# Every call


def test_calls_in_the_embedded_store(embedded, monkeypatch):
    matched = []
    applies = embedded_collections.filter_applies

    def counted(where, document):
        matched.append(1)
        return applies(where, document)

    monkeypatch.setattr(embedded_collections, "filter_applies", counted)

    def measure(call):
        matched.clear()
        call()
        return Cost(len(matched))

    few, many = in_clouds(FURTHER, measure)
    grown = grew(few, many)
    assert grown.keys() <= GROWING.keys() | GROWING_EMBEDDED, grown


class Meter(Listener):
    """Counts commands and their bytes."""

    def __init__(self):
        self.commands = self.size = 0

    def started(self, event):
        self.commands += 1
        self.size += len(bson.encode(event.command))

    def succeeded(self, event):
        self.size += len(bson.encode(event.reply))


class Profiler:
    """The documents and keys that a server examined, by its profiler."""

    def __init__(self, database):
        self._database = database
        self._entries = []

    def __enter__(self):
        self._database.command("profile", 0)
        self._database.drop_collection("system.profile")
        self._database.create_collection("system.profile", capped=True, size=16 * 2**20)
        self._database.command("profile", 2)
        return self

    def __exit__(self, *_error):
        self._database.command("profile", 0)
        self._entries = list(self._database["system.profile"].find())
        # It cannot be written to, so later tests could not clear the database.
        self._database.drop_collection("system.profile")

    def examined(self):
        return [
            sum(entry.get(name, 0) for entry in self._entries)
            for name in ("docsExamined", "keysExamined")
        ]


def on_a_server(url, further):
    CONF.set_override("connection", url, group="mongo")
    with pymongo.MongoClient(url) as client, listening(Meter()) as meter:
        database = client.get_default_database()

        def measure(call):
            with Profiler(database) as profiler:
                meter.commands = meter.size = 0
                call()
                sent = meter.size, meter.commands
            return Cost(*profiler.examined(), *sent)

        return grew(*in_clouds(further, measure))


@pytest.mark.slow
@pytest.mark.parametrize("further", [FURTHER, MANY])
def test_calls_on_a_server(synced_store, further):
    if not synced_store.startswith("mongodb"):
        pytest.skip("the embedded store is measured by itself")
    if further == MANY and "replicaSet" in synced_store:
        pytest.skip("a replica set has the plans of a single server; filling it takes minutes")
    grown = on_a_server(synced_store, further)
    testing.clear()
    connection.close()
    assert grown.keys() == GROWING.keys(), grown


# Calls in tables with many other rows.

BESIDE = 3_000
ROWS = {name: table(name) for name in TABLES}


def one_address_and_deleted_instances():
    many("instances", project_id=PROJECT, host=HOST, deleted=1)
    ROWS["instances"].insert({"uuid": "u", "project_id": PROJECT, "host": HOST})
    card = ROWS["virtual_interfaces"].insert({"address": "m", "instance_uuid": "u"})
    ROWS["networks"].insert({"label": "n", "vlan": 1})
    ROWS["fixed_ips"].insert(
        {
            "address": "10.0.0.1", "instance_uuid": "u", "network_id": 1,
            "virtual_interface_id": card["id"],
        }
    )  # fmt: skip


def deleted_rows_of_an_address():
    many("fixed_ips", address="10.0.0.1", deleted=1)
    fixed_ip = ROWS["fixed_ips"].insert({"address": "10.0.0.1"})
    ROWS["floating_ips"].insert({"address": "192.0.2.1", "fixed_ip_id": fixed_ip["id"]})


def members_of_a_group():
    group = ROWS["security_groups"].insert({"name": "g"})
    numbers = many("instances")
    ROWS["security_group_instance_association"].insert_many(
        {"security_group_id": group["id"], "instance_uuid": f"other{n}"} for n in numbers
    )


def metadata_of_others():
    many("instances", project_id="other")
    ROWS["instance_metadata"].insert_many(
        {"instance_uuid": f"other{n}", "key": "k", "value": "v"} for n in range(BESIDE)
    )
    ROWS["instances"].insert({"uuid": "u", "project_id": PROJECT})
    ROWS["instance_metadata"].insert({"instance_uuid": "u", "key": "k", "value": "v"})


def many(name, **columns):
    numbers = range(BESIDE)
    unique = "address" if name == "fixed_ips" else "uuid"
    rows = ({unique: f"other{n}", **columns} for n in numbers)
    ROWS[name].insert_many(
        {**row, "deleted": n + 1} if "deleted" in columns else row for n, row in enumerate(rows)
    )
    return numbers


def by_metadata():
    filters = {"metadata": {"k": "v"}, "deleted": False}
    return len(db.instance_get_all_by_filters(ALICE, filters, columns_to_join=[]))


CASES = {
    "fixed_ip_count_by_project": (
        one_address_and_deleted_instances,
        lambda: db.fixed_ip_count_by_project(ADMIN, PROJECT),
    ),
    "network_get_all_by_host": (
        one_address_and_deleted_instances,
        lambda: len(db.network_get_all_by_host(ADMIN, HOST)),
    ),
    "fixed_ip_get_by_host": (
        one_address_and_deleted_instances,
        lambda: len(db.fixed_ip_get_by_host(ADMIN, HOST)),
    ),
    "floating_ip_get_by_fixed_address": (
        deleted_rows_of_an_address,
        lambda: len(db.floating_ip_get_by_fixed_address(ADMIN, "10.0.0.1")),
    ),
    "security_group_in_use": (
        members_of_a_group,
        lambda: db.security_group_in_use(ADMIN, 1),
    ),
    "instance_get_all_by_filters": (metadata_of_others, by_metadata),
}


@pytest.mark.parametrize("name", CASES)
def test_cost_of_a_call_does_not_grow_with_unrelated_rows(store, name):
    fill, call = CASES[name]
    fill()
    if not store.startswith("mongodb"):
        assert call() == 1
        return
    with pymongo.MongoClient(store) as client:
        with Profiler(client.get_default_database()) as profiler:
            assert call() == 1
        documents, keys = profiler.examined()
    assert documents < 250
    assert keys < 600
