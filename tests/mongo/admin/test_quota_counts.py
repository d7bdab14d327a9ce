"""Usages that differ from the rows that they count: found when settled, repaired when still so."""

import pytest

from nova_docdb import db
from nova_docdb.mongo.admin import quota_counts
from nova_docdb.mongo.families.quotas.bookings import USAGES
from tests.quotas import ADMIN, PROJECT, reserve, usage

UUID = "a1b2c3d4-0000-4000-8000-000000000001"


@pytest.fixture
def counted(store, admin):
    """Give the project one of everything that is counted, and usages that say so."""
    db.instance_create(admin, {"uuid": UUID, "project_id": PROJECT, "vcpus": 2, "memory_mb": 512})
    db.fixed_ip_create(admin, {"address": "10.0.0.1", "instance_uuid": UUID})
    db.floating_ip_create(admin, {"address": "192.0.2.1", "project_id": PROJECT})
    db.security_group_create(admin, {"name": "g", "project_id": PROJECT})
    amounts = {**dict.fromkeys(quota_counts.COUNTS, 1), "cores": 2, "ram": 512}
    for resource, in_use in {**amounts, "key_pairs": 5}.items():
        row = {"project_id": PROJECT, "resource": resource, "in_use": in_use, "reserved": 0}
        USAGES.insert(row)


def test_usages_that_count_right_are_not_found(counted):
    assert list(quota_counts.find()) == []


@pytest.mark.parametrize("resource", quota_counts.COUNTS)
def test_usage_that_counts_wrong_is_found_and_repaired(counted, resource):
    right = usage(resource)
    db.quota_usage_update(ADMIN, PROJECT, resource, in_use=99)
    (difference,) = quota_counts.find()
    assert (difference.resource, difference.in_use) == (resource, 99)
    assert usage(resource) == (99, 0)
    assert quota_counts.repair(difference)
    assert usage(resource) == right
    assert list(quota_counts.find()) == []


def test_usage_with_an_outstanding_reservation_is_passed_over(counted):
    # Its caller may have destroyed the instance already, or is about to make another.
    reserve({"instances": -1})
    db.instance_destroy(ADMIN, UUID)
    assert [difference.resource for difference in quota_counts.find()] == ["cores", "ram"]


def test_usage_that_was_marked_for_a_refresh_is_passed_over(counted):
    db.quota_usage_update(ADMIN, PROJECT, "cores", in_use=-1)
    assert list(quota_counts.find()) == []


def test_reservation_made_since_keeps_a_repair_off(counted):
    db.quota_usage_update(ADMIN, PROJECT, "cores", in_use=99)
    (difference,) = quota_counts.find()
    reserve({"cores": 1})
    assert not quota_counts.repair(difference)
    assert usage("cores") == (99, 1)
