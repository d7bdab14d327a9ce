"""Invariants of the store after every run, with or without faults."""

from collections import Counter

from nova_docdb.mongo.store import connection
from nova_docdb.schemas import TABLES
from tests.quotas import assert_no_drift


def check(touched, *, faulty):
    """Assert the invariants of the tables that a run touched.

    With faults a row may be both live and archived until the next archive, and a reservation may be
    unbooked until it expires; scenarios recover these themselves.
    """
    for name in touched & TABLES.keys():
        spec = TABLES[name]
        rows = list(connection.get_database()[name].find({}))
        check_unique_keys(spec, [row for row in rows if row["deleted"] == spec.live_value])
        if spec.shadow and not faulty:
            archived = connection.get_database()[f"shadow_{name}"].find({})
            assert {row["_id"] for row in rows}.isdisjoint(row["_id"] for row in archived)
    if "quota_usages" in touched and not faulty:
        assert_no_drift()


def check_unique_keys(spec, live):
    for key in spec.unique_keys:
        columns = [column for column in key.columns if column != "deleted"]
        present = [row for row in live if all(row.get(c) is not None for c in key.present)]
        values = Counter(tuple(row.get(column) for column in columns) for row in present)
        assert all(count == 1 for count in values.values()), (spec.name, key.name, values)
