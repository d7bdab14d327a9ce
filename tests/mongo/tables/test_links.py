"""Rows related through a column: both sides, in chunks."""

import pytest

from nova_docdb.mongo.tables import links
from nova_docdb.mongo.tables.table import table

INSTANCES = table("instances")
FIXED_IPS = table("fixed_ips")

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def sides(monkeypatch):
    """Return a function that inserts rows on both sides; small limits make chunks."""
    monkeypatch.setattr(links, "FEW", 3)
    monkeypatch.setattr(links, "LONGEST_IN", 4)

    def make(owners, rows):
        FIXED_IPS.remove({})
        INSTANCES.remove({})
        INSTANCES.insert_many({"uuid": f"owner{n}", "host": "h"} for n in range(owners))
        FIXED_IPS.insert_many(
            {"address": str(n), "instance_uuid": f"owner{n % 7}"} for n in range(rows)
        )
        FIXED_IPS.insert({"address": "free"})
        return (
            links.Side(
                FIXED_IPS, "instance_uuid", {"instance_uuid": {"$ne": None}, **FIXED_IPS.live}
            ),
            links.Side(INSTANCES, "uuid", INSTANCES.where_live(host="h")),
        )

    return make


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(("owners", "rows"), [(2, 20), (5, 20), (20, 5), (30, 31), (0, 4), (9, 0)])
def test_linked_rows_are_the_same_from_either_side(sides, owners, rows, whole):
    found = [row for some in links.linked(*sides(owners, rows), whole=whole) for row in some]
    keys = {f"owner{n}" for n in range(owners)}
    expected = [row for row in FIXED_IPS.find({}) if row["instance_uuid"] in keys]
    assert sorted(row["id"] for row in found) == [row["id"] for row in expected]
    if whole:
        assert sorted(found, key=lambda row: row["id"]) == expected


def test_lists_of_keys_grow_from_the_first_one(monkeypatch):
    monkeypatch.setattr(links, "LONGEST_IN", 50)
    assert [len(some) for some in links.chunks(range(120), first=2)] == [2, 20, 50, 48]
