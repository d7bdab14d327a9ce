"""What the API promises under concurrency, over hundreds of seeded orders, with and without faults.

The scenarios stand in ``tests/claims``. After the first orders of each, the whole store is looked
over as `nova-docdb db check` does.
"""

from datetime import timedelta

import pytest

from nova_docdb import clock, db, testing
from nova_docdb.config import CONF
from nova_docdb.mongo import check, connection, quota_reserve
from nova_docdb.testing import Faults
from tests.claims import (  # noqa: F401 - registered by being imported
    addresses,
    archives,
    hosts,
    instances,
    keys,
    networks,
    quotas,
    volumes,
)
from tests.claims.scenario import CLAIMS

FAULTS = Faults(before=0.04, after=0.04, gone=0.04)
FEW, MANY = range(20), range(20, 540)

# What must be one step for those who call it.
ATOMIC = {
    "aggregate_create",
    "aggregate_host_add",
    "aggregate_metadata_add",
    "aggregate_update",
    "archive_deleted_rows",
    "archive_deleted_rows_for_table",
    "block_device_mapping_update_or_create",
    "bw_usage_update",
    "compute_node_create",
    "compute_node_update",
    "constraint",
    "dnsdomain_register_for_project",
    "dnsdomain_register_for_zone",
    "ec2_instance_create",
    "ec2_snapshot_create",
    "ec2_volume_create",
    "fixed_ip_associate",
    "fixed_ip_associate_pool",
    "fixed_ip_bulk_create",
    "fixed_ip_disassociate",
    "fixed_ip_disassociate_all_by_timeout",
    "floating_ip_allocate_address",
    "floating_ip_bulk_create",
    "floating_ip_create",
    "floating_ip_disassociate",
    "floating_ip_fixed_ip_associate",
    "instance_create",
    "instance_destroy",
    "instance_info_cache_update",
    "instance_metadata_update",
    "instance_system_metadata_update",
    "instance_test_and_set",
    "instance_type_access_add",
    "instance_type_create",
    "instance_type_extra_specs_update_or_create",
    "instance_update",
    "instance_update_and_get_original",
    "key_pair_create",
    "migration_update",
    "network_associate",
    "network_create_safe",
    "network_delete_safe",
    "network_set_host",
    "quota_class_create",
    "quota_create",
    "quota_destroy_all_by_project",
    "quota_reserve",
    "quota_usage_update",
    "reservation_commit",
    "reservation_expire",
    "reservation_rollback",
    "s3_image_create",
    "security_group_create",
    "security_group_ensure_default",
    "service_update",
    "task_log_begin_task",
    "virtual_interface_create",
    "vol_usage_update",
}

SEEDS = [
    pytest.param(FEW, id="few-seeds"),
    pytest.param(MANY, id="many-seeds", marks=pytest.mark.slow),
]


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    connection.close()
    CONF.set_override("connection", "mongomock://localhost/claims", group="mongo")
    monkeypatch.setattr(quota_reserve.time, "sleep", lambda _seconds: None)
    yield
    connection.close()
    CONF.clear_override("connection", group="mongo")


def look_over(faulty):
    """Assert that the store is sound; after faults, once it was repaired."""
    later = clock.utcnow() + timedelta(hours=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "utcnow", lambda: later)
        for finding in check.findings():
            assert faulty, finding
            finding.repair()
        assert list(check.findings()) == []


def run(claim, seeds, faults):
    faulty = faults is not None

    def scenario(simulation):
        claim.scenario(simulation, faulty)
        if claim.sound and simulation.seed in FEW:
            look_over(faulty)

    testing.try_seeds(scenario, seeds, faults)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_claim_holds(claim, seeds):
    run(claim, seeds, None)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_claim_holds_with_faults(claim, seeds):
    run(claim, seeds, FAULTS)


def test_everything_atomic_has_a_claim():
    claimed = {name for claim in CLAIMS for name in claim.functions}
    assert set(dir(db)) >= claimed
    assert ATOMIC - claimed == set()
