"""Related rows of a row in one trip: the same rows as with separate queries."""

import pytest

from nova_docdb import exception
from nova_docdb.mongo.store import connection, transactions
from nova_docdb.mongo.store.client import Connection
from nova_docdb.mongo.tables import relations
from nova_docdb.mongo.tables.relations import join
from nova_docdb.mongo.tables.table import Table, table

INSTANCES = table("instances")
GROUPS = table("security_groups")
RULES = table("security_group_rules")
MEMBERSHIPS = table("security_group_instance_association")
FIXED_IPS = table("fixed_ips")
NODES = table("compute_nodes")

EVERYTHING_OF_AN_INSTANCE = (
    "info_cache",
    "metadata",
    "system_metadata",
    "security_groups.rules.grantee_group",
)


@pytest.fixture(autouse=True)
def rows(store):
    """Live and deleted rows on both sides of every kind of relation, and empty columns."""
    for uuid in ("u1", "u2"):
        INSTANCES.insert({"uuid": uuid})
    INSTANCES.soft_delete({"uuid": "u2"})
    for uuid in ("u1", "u2", "elsewhere"):
        for name in ("instance_metadata", "instance_system_metadata"):
            pairs = table(name)
            pairs.insert_many({"instance_uuid": uuid, "key": key, "value": "v"} for key in "ba")
            pairs.insert({"instance_uuid": uuid, "key": "gone", "value": "v"})
            pairs.soft_delete({"instance_uuid": uuid, "key": "gone"})
        for _life in range(3):
            table("instance_info_caches").insert({"instance_uuid": uuid})
            if uuid != "u1" or _life < 2:
                table("instance_info_caches").soft_delete({"instance_uuid": uuid})
    GROUPS.insert_many({"name": name} for name in ("web", "db", "gone"))
    GROUPS.soft_delete({"_id": 3})
    for uuid in ("u1", "u2"):
        MEMBERSHIPS.insert_many(
            {"instance_uuid": uuid, "security_group_id": group} for group in (2, 1, 1, 3, None)
        )
    RULES.insert_many(
        {"parent_group_id": parent, "group_id": group}
        for parent, group in ((1, 2), (1, 1), (1, 3), (1, None), (2, None), (3, 1), (None, 1))
    )
    RULES.soft_delete({"_id": 1})
    FIXED_IPS.insert_many(
        {"address": str(n), "instance_uuid": u} for n, u in enumerate(["u1", None])
    )
    table("services").insert({"host": "h"})
    NODES.insert(
        {
            "service_id": 1,
            "vcpus": 1,
            "memory_mb": 1,
            "local_gb": 1,
            "vcpus_used": 0,
            "memory_mb_used": 0,
            "local_gb_used": 0,
            "hypervisor_type": "t",
            "hypervisor_version": 1,
            "cpu_info": "",
        }
    )
    table("compute_node_stats").insert({"compute_node_id": 1, "key": "k", "value": "v"})


CASES = [
    (INSTANCES, EVERYTHING_OF_AN_INSTANCE),
    (INSTANCES, ()),
    (GROUPS, ("rules.grantee_group", "instances.metadata", "instances.info_cache")),
    (RULES, ("grantee_group.rules", "grantee_group.instances")),
    (FIXED_IPS, ("instance.security_groups",)),
    (NODES, ("service.compute_node", "stats")),
]


def sorted_lists(value):
    """Return rows with their related rows in the order of ids."""
    if isinstance(value, list):
        return sorted((sorted_lists(row) for row in value), key=lambda row: row["id"])
    if isinstance(value, dict):
        return {name: sorted_lists(column) for name, column in value.items()}
    return value


@pytest.mark.parametrize(("owner", "paths"), CASES, ids=lambda case: getattr(case, "name", ""))
def test_lookup_returns_the_same_rows_as_separate_queries(owner, paths, monkeypatch):
    expected = join(owner, owner.find({}), *paths)
    assert expected
    if not connection.is_embedded():
        monkeypatch.delattr(relations, "join")
    for row in expected:
        where = {"_id": row["id"]}
        assert sorted_lists(relations.get_joined(owner, where, *paths)) == sorted_lists(row)
        joined = relations.join_one(owner, owner.get(where), *paths)
        assert sorted_lists(joined) == sorted_lists(row)


def test_relations_of_live_rows_depend_on_the_row_that_was_read():
    instance = INSTANCES.get({"uuid": "u1"})
    INSTANCES.soft_delete({"uuid": "u1"})
    groups = relations.join_one(INSTANCES, instance, "security_groups")["security_groups"]
    assert [group["id"] for group in groups] == [1, 2]


def test_missing_row_is_none():
    assert relations.get_joined(INSTANCES, {"uuid": "u3"}, "metadata") is None


def test_related_rows_of_a_removed_row_are_joined():
    instance = INSTANCES.get({"uuid": "u1"})
    INSTANCES.remove({"uuid": "u1"})
    assert len(relations.join_one(INSTANCES, instance, "metadata")["metadata"]) == 2


def test_more_related_rows_than_fit_into_a_document_are_joined():
    pairs = table("instance_metadata")
    large = "x" * 7 * 2**20
    for key in ("large1", "large2", "large3"):
        pairs.insert({"instance_uuid": "u1", "key": key, "value": large})
    row = relations.get_joined(INSTANCES, {"uuid": "u1"}, "metadata")
    assert len(row["metadata"]) == 5
    assert len(relations.join_one(INSTANCES, row, "metadata")["metadata"]) == 5


@pytest.mark.parametrize(("cluster", "stages"), [(False, 1), (True, 0)])
def test_no_lookup_in_a_transaction_of_a_cluster(cluster, stages, monkeypatch, looked_up):
    monkeypatch.setattr(Connection, "is_cluster", cluster)
    monkeypatch.setattr(transactions, "in_transaction", lambda: True)
    if connection.is_embedded():
        stages = 0
    row = relations.get_joined(INSTANCES, {"uuid": "u1"}, "metadata")
    assert len(row["metadata"]) == 2
    assert len(looked_up) == stages


@pytest.fixture
def looked_up(monkeypatch):
    """The aggregations that were sent."""
    sent = []
    aggregate = Table.aggregate

    def recorded(self, pipeline, **options):
        sent.append(pipeline)
        return aggregate(self, pipeline, **options)

    monkeypatch.setattr(Table, "aggregate", recorded)
    return sent


def test_other_errors_of_the_server_are_raised():
    if connection.is_embedded():
        pytest.skip("the embedded store is joined in steps")
    with pytest.raises(exception.DBError, match="refused a command"):
        relations.get_joined(INSTANCES, {"uuid": {"$nope": 1}}, "metadata")
