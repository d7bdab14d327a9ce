"""A missing row is reported before an invalid value."""

import pytest

from nova_docdb import db, exception

UUID = "a1b2c3d4-0000-4000-8000-000000000001"
NO_TIME = {"updated_at": "garbage"}
NO_COLUMN = db.constraint(no_column=db.equal_any(1))

# The function, its arguments, and the exception for the missing row.
UPDATES = [
    ("agent_build_update", (9, NO_TIME), exception.AgentBuildNotFound),
    ("aggregate_update", (9, NO_TIME), exception.AggregateNotFound),
    ("compute_node_update", (9, {"vcpus": None}), exception.ComputeHostNotFound),
    ("fixed_ip_update", ("10.0.0.9", NO_TIME), exception.FixedIpNotFoundForAddress),
    ("floating_ip_update", ("10.0.0.9", NO_TIME), exception.FloatingIpNotFoundForAddress),
    (
        "instance_destroy",
        (UUID, db.constraint(no_column=db.equal_any(1))),
        exception.InstanceNotFound,
    ),
    ("instance_update", (UUID, NO_TIME), exception.InstanceNotFound),
    ("instance_update_and_get_original", (UUID, {"metadata": 5}), exception.InstanceNotFound),
    ("migration_update", (9, NO_TIME), exception.MigrationNotFound),
    ("network_update", (9, NO_TIME), exception.NetworkNotFound),
    ("service_update", (9, {"report_count": None}), exception.ServiceNotFound),
]


@pytest.mark.parametrize(("name", "args", "missing"), UPDATES, ids=lambda value: str(value)[:40])
def test_missing_row_is_reported_before_an_invalid_value(store, admin, name, args, missing):
    with pytest.raises(missing):
        getattr(db, name)(admin, *args)


def test_missing_usage_is_reported_before_an_invalid_value(store, admin):
    with pytest.raises(exception.QuotaUsageNotFound):
        db.quota_usage_update(admin, "project1", "cores", in_use=None)


@pytest.mark.parametrize("column", ["name", "flavorid"])
def test_taken_flavor_name_is_reported_before_a_missing_value(store, admin, column):
    flavor = {"name": "a", "flavorid": "b", "memory_mb": 1, "vcpus": 1}
    db.instance_type_create(admin, flavor)
    exists = {"name": exception.InstanceTypeExists, "flavorid": exception.InstanceTypeIdExists}
    other = {"name": "x", "flavorid": "y", "memory_mb": None}
    with pytest.raises(exists[column]):
        db.instance_type_create(admin, {**other, column: flavor[column]})
    with pytest.raises(exception.DBError, match="memory_mb may not be empty"):
        db.instance_type_create(admin, other)
