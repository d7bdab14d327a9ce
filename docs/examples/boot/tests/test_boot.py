"""boot and delete, on a fresh store in memory for every test."""

import boot
import pytest

from nova_docdb import exception, testing
from nova_docdb.context import RequestContext

NETWORK = 1


@pytest.fixture
def cloud(nova_db):
    """A cloud with two free addresses, where acme has two instances and may have ten."""
    return testing.small_cloud()


@pytest.fixture
def alice():
    return RequestContext("alice", "acme")


def in_use(nova_db, context):
    usage = nova_db.quota_usage_get(context, context.project_id, "instances")
    return usage["in_use"], usage["reserved"]


def test_instance_is_active_and_has_the_lowest_free_address(cloud, alice):
    instance, address = boot.boot(alice, "web3", NETWORK)
    assert instance["vm_state"] == "active"
    assert address == "10.0.0.5"


def test_booted_instance_counts_and_a_deleted_one_does_not(nova_db, cloud, alice):
    instance, _address = boot.boot(alice, "web3", NETWORK)
    assert in_use(nova_db, alice) == (3, 0)
    boot.delete(alice, instance["uuid"])
    assert in_use(nova_db, alice) == (2, 0)


def test_address_of_a_deleted_instance_is_free_again(nova_db, cloud, alice, admin_context):
    instance, address = boot.boot(alice, "web3", NETWORK)
    boot.delete(alice, instance["uuid"])
    assert nova_db.fixed_ip_get_by_address(admin_context, address)["instance_uuid"] is None


def test_nothing_is_left_of_a_boot_without_a_free_address(nova_db, cloud, alice):
    boot.boot(alice, "web3", NETWORK)
    boot.boot(alice, "web4", NETWORK)
    with pytest.raises(exception.NoMoreFixedIps):
        boot.boot(alice, "web5", NETWORK)
    assert in_use(nova_db, alice) == (4, 0)
    names = [instance["hostname"] for instance in nova_db.instance_get_all(alice)]
    assert sorted(names) == ["web1", "web2", "web3", "web4"]


def test_boot_over_the_quota_is_refused(nova_db, cloud, alice, admin_context):
    nova_db.quota_update(admin_context, "acme", "instances", 2)
    with pytest.raises(exception.OverQuota):
        boot.boot(alice, "web3", NETWORK)


def test_instance_of_another_project_is_not_found(cloud, alice):
    (*_acme, foreign) = cloud["instances"]
    with pytest.raises(exception.InstanceNotFound):
        boot.delete(alice, foreign["uuid"])


def test_misspelt_column_is_an_error(nova_db, alice):
    with pytest.raises(exception.InvalidInput, match="instances has no column 'hostnmae'"):
        nova_db.instance_create(alice, {"hostnmae": "web3"})


def test_boot_sends_a_bounded_number_of_commands(cloud, alice):
    with testing.trace() as sent:
        boot.boot(alice, "web3", NETWORK)
    assert len(sent) < 40


def test_two_boots_at_once_never_exceed_the_quota(nova_db):
    admin = RequestContext("root", "acme", is_admin=True)

    def two_boots(simulation):
        nova_db.network_create_safe(admin, {"label": "private", "cidr": "10.0.0.0/29"})
        addresses = [{"address": f"10.0.0.{n}", "network_id": NETWORK} for n in (2, 3)]
        nova_db.fixed_ip_bulk_create(admin, addresses)
        nova_db.quota_create(admin, "acme", "instances", 1)
        outcomes = simulation.run(
            lambda: boot.boot(admin, "web1", NETWORK), lambda: boot.boot(admin, "web2", NETWORK)
        )
        assert [outcome.error is None for outcome in outcomes].count(True) == 1
        assert len(nova_db.instance_get_all(admin)) == 1

    testing.try_seeds(two_boots, range(20))
