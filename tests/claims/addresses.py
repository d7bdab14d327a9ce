"""No address is given to two callers, and none is taken from its owner."""

from datetime import timedelta

from nova_docdb import clock, db, exception
from tests.claims.scenario import (
    ADMIN,
    USER,
    UUIDS,
    an_instance,
    calls,
    claim,
    live,
    no_two_live,
    one_wins,
    unknown,
    won,
)


def check_owners(outcomes, owners, rows, column):
    """Assert that each caller owns the address that its call returned, and no address is leaked.

    An address is leaked if its owner did not get it as a result; only a caller with a fault may
    leak one.
    """
    owned = {row["address"]: row[column] for row in rows}
    for outcome, owner in zip(outcomes, owners, strict=False):
        if outcome.value is not None:
            assert owned.pop(outcome.value) == owner
    leaked = [owner for owner in owned.values() if owner is not None]
    assert len(set(leaked)) == len(leaked) <= len(unknown(outcomes))


@claim("fixed_ip_associate")
def one_address_has_one_owner(simulation, faulty):
    db.fixed_ip_create(ADMIN, {"address": "10.0.0.1", "network_id": 1})
    outcomes = simulation.run(
        *calls(db.fixed_ip_associate, *((ADMIN, "10.0.0.1", uuid, 1) for uuid in UUIDS[:3]))
    )
    one_wins(outcomes, faulty)


@claim("fixed_ip_associate_pool")
def a_pool_allocates_each_address_once(simulation, faulty):
    rows = [{"address": f"10.0.0.{n}", "network_id": 1} for n in range(4)]
    db.fixed_ip_bulk_create(ADMIN, rows)
    outcomes = simulation.run(
        *calls(db.fixed_ip_associate_pool, *((ADMIN, 1, uuid) for uuid in UUIDS[:4]))
    )
    check_owners(outcomes, UUIDS, live("fixed_ips"), "instance_uuid")
    # There are as many addresses as callers, so no caller may be refused.
    assert not any(isinstance(outcome.error, exception.NoMoreFixedIps) for outcome in outcomes)
    assert faulty or len(won(outcomes)) == 4


@claim("fixed_ip_disassociate", "fixed_ip_associate_pool")
def a_released_address_is_claimed_once(simulation, faulty):
    db.fixed_ip_create(ADMIN, {"address": "10.0.0.1", "network_id": 1, "instance_uuid": UUIDS[0]})
    outcomes = simulation.run(
        lambda: db.fixed_ip_disassociate(ADMIN, "10.0.0.1"),
        *calls(db.fixed_ip_associate_pool, (ADMIN, 1, UUIDS[1]), (ADMIN, 1, UUIDS[2])),
    )
    claimed = [
        uuid for uuid, outcome in zip(UUIDS[1:3], outcomes[1:], strict=True) if outcome.value
    ]
    assert len(claimed) <= 1
    (row,) = live("fixed_ips")
    if claimed:
        assert row["instance_uuid"] == claimed[0]
    elif not faulty:
        assert row["instance_uuid"] is None


@claim("fixed_ip_disassociate_all_by_timeout", "fixed_ip_associate_pool")
def a_timeout_keeps_an_address_that_is_claimed_again(simulation, faulty):
    an_instance(host="h")
    db.network_create_safe(ADMIN, {"host": "h"})
    stale = {"instance_uuid": UUIDS[0], "updated_at": clock.utcnow() - timedelta(hours=1)}
    db.fixed_ip_create(ADMIN, {"address": "10.0.0.1", "network_id": 1, **stale})

    def use_again():
        db.fixed_ip_disassociate(ADMIN, "10.0.0.1")
        return db.fixed_ip_associate_pool(ADMIN, 1, UUIDS[1])

    latest = clock.utcnow() - timedelta(minutes=10)
    *_timeouts, again = simulation.run(
        *calls(db.fixed_ip_disassociate_all_by_timeout, (ADMIN, "h", latest), (ADMIN, "h", latest)),
        use_again,
    )
    (row,) = live("fixed_ips")
    if again.value is not None:
        assert row["instance_uuid"] == UUIDS[1]
    assert faulty or again.value == "10.0.0.1"


@claim("fixed_ip_disassociate_all_by_timeout", "fixed_ip_update")
def a_timeout_keeps_an_address_that_is_allocated(simulation, faulty):
    an_instance(host="h")
    db.network_create_safe(ADMIN, {"host": "h"})
    stale = {"instance_uuid": UUIDS[0], "updated_at": clock.utcnow() - timedelta(hours=1)}
    db.fixed_ip_create(ADMIN, {"address": "10.0.0.1", "network_id": 1, **stale})
    latest = clock.utcnow() - timedelta(minutes=10)
    timeout, allocated = simulation.run(
        lambda: db.fixed_ip_disassociate_all_by_timeout(ADMIN, "h", latest),
        lambda: db.fixed_ip_update(ADMIN, "10.0.0.1", {"allocated": True}),
    )
    (row,) = live("fixed_ips")
    if not faulty:
        assert row["allocated"]
        # Released before it was allocated, or not at all; the timeout returns which.
        assert (row["instance_uuid"] is None) == (timeout.value == 1)
    assert allocated.error is None or faulty


@claim("fixed_ip_bulk_create")
def equal_bulks_store_all_rows_or_none(simulation, _faulty):
    rows = [{"id": n, "address": f"10.0.0.{n}"} for n in (1, 2, 3)]
    outcomes = simulation.run(*calls(db.fixed_ip_bulk_create, (ADMIN, rows), (ADMIN, rows[::-1])))
    if won(outcomes):
        assert {row["id"] for row in live("fixed_ips")} == {1, 2, 3}


@claim("floating_ip_allocate_address")
def a_floating_address_is_given_to_one_project(simulation, faulty):
    db.floating_ip_bulk_create(ADMIN, [{"address": f"192.0.2.{n}", "pool": "p"} for n in range(3)])
    outcomes = simulation.run(
        *calls(db.floating_ip_allocate_address, *((ADMIN, f"p{n}", "p") for n in range(4)))
    )
    projects = [f"p{n}" for n in range(4)]
    check_owners(outcomes, projects, live("floating_ips"), "project_id")
    if any(isinstance(outcome.error, exception.NoMoreFloatingIps) for outcome in outcomes):
        assert all(row["project_id"] for row in live("floating_ips"))
    assert faulty or len(won(outcomes)) == 3


@claim("floating_ip_fixed_ip_associate")
def one_of_equal_associations_succeeds(simulation, faulty):
    db.fixed_ip_create(ADMIN, {"address": "10.0.0.1"})
    db.floating_ip_create(ADMIN, {"address": "192.0.2.1"})
    outcomes = simulation.run(
        *calls(db.floating_ip_fixed_ip_associate, *[(ADMIN, "192.0.2.1", "10.0.0.1", "h")] * 3)
    )
    done = [outcome for outcome in won(outcomes) if outcome.value is not None]
    assert len(done) <= 1
    if not faulty:
        assert len(done) == 1


@claim("floating_ip_disassociate")
def one_of_equal_disassociations_succeeds(simulation, faulty):
    db.fixed_ip_create(ADMIN, {"address": "10.0.0.1"})
    db.floating_ip_create(ADMIN, {"address": "192.0.2.1", "fixed_ip_id": 1, "host": "h"})
    outcomes = simulation.run(*calls(db.floating_ip_disassociate, *[(ADMIN, "192.0.2.1")] * 3))
    done = [outcome.value for outcome in won(outcomes) if outcome.value is not None]
    assert len(done) <= 1
    if not faulty:
        assert [row["address"] for row in done] == ["10.0.0.1"]
        assert live("floating_ips")[0]["fixed_ip_id"] is None


@claim("floating_ip_fixed_ip_associate", "floating_ip_update")
def an_address_of_another_project_is_not_changed(simulation, faulty):
    db.fixed_ip_create(ADMIN, {"address": "10.0.0.1"})
    db.floating_ip_create(ADMIN, {"address": "192.0.2.1", "pool": "p", "project_id": "acme"})

    def hand_over():
        db.floating_ip_deallocate(ADMIN, "192.0.2.1")
        db.floating_ip_update(ADMIN, "192.0.2.1", {"project_id": "other", "host": "theirs"})

    associated, updated, handed_over = simulation.run(
        lambda: db.floating_ip_fixed_ip_associate(USER, "192.0.2.1", "10.0.0.1", "mine"),
        lambda: db.floating_ip_update(USER, "192.0.2.1", {"interface": "mine"}),
        hand_over,
    )
    won([associated, updated, handed_over])
    (row,) = live("floating_ips")
    assert faulty or (row["project_id"], row["host"]) == ("other", "theirs")
    # A call that succeeded took effect; a refused call changed nothing.
    if associated.value is not None:
        assert row["fixed_ip_id"] == 1
    if isinstance(associated.error, exception.NotAuthorized):
        assert row["fixed_ip_id"] is None
    if isinstance(updated.error, exception.NotAuthorized):
        assert row["interface"] is None
    elif updated in won([updated]):
        assert row["interface"] == "mine"


@claim("floating_ip_update", "floating_ip_bulk_destroy")
def an_update_of_a_deleted_floating_address_fails(simulation, faulty):
    db.floating_ip_create(ADMIN, {"address": "192.0.2.1"})
    updated, destroyed = simulation.run(
        lambda: db.floating_ip_update(ADMIN, "192.0.2.1", {"host": "h"}),
        lambda: db.floating_ip_bulk_destroy(ADMIN, [{"address": "192.0.2.1"}]),
    )
    won([updated, destroyed])
    row = db.floating_ip_get(ADMIN.elevated(read_deleted="yes"), 1)
    if not unknown([updated]):
        assert (row["host"] == "h") == (updated.error is None)
    assert faulty or row["deleted"] == 1


@claim("floating_ip_create", "floating_ip_bulk_create")
def a_bulk_of_floating_addresses_is_stored_completely_or_not(simulation, faulty):
    bulk = [{"address": "192.0.2.1"}, {"address": "192.0.2.2"}]
    alone, together = simulation.run(
        lambda: db.floating_ip_create(ADMIN, {"address": "192.0.2.2"}),
        lambda: db.floating_ip_bulk_create(ADMIN, bulk),
    )
    no_two_live("floating_ips", "address")
    if not faulty:
        assert (alone.error is None) != (together.error is None)
        assert len(live("floating_ips")) == (1 if alone.error is None else 2)
        refused = alone.error or together.error
        assert isinstance(refused, exception.FloatingIpExists)


@claim("floating_ip_bulk_create", "floating_ip_allocate_address")
def a_refused_bulk_keeps_allocated_floating_addresses(simulation, _faulty):
    rows = [{"address": f"192.0.2.{n}", "pool": "p"} for n in (1, 2, 3)]
    _bulk, _third, *allocated = simulation.run(
        lambda: db.floating_ip_bulk_create(ADMIN, rows),
        lambda: db.floating_ip_create(ADMIN, rows[2]),
        *[lambda: db.floating_ip_allocate_address(ADMIN, "project", "p")] * 3,
    )
    returned = [outcome.value for outcome in allocated if outcome.value is not None]
    owned = [row["address"] for row in live("floating_ips", project_id="project")]
    assert set(returned) <= set(owned)


@claim("fixed_ip_bulk_create", "fixed_ip_associate_pool")
def a_refused_bulk_keeps_claimed_fixed_addresses(simulation, _faulty):
    rows = [{"id": n, "address": f"10.0.0.{n}", "network_id": 1} for n in (1, 2, 3)]
    _bulk, _third, *taken = simulation.run(
        lambda: db.fixed_ip_bulk_create(ADMIN, rows),
        lambda: db.fixed_ip_create(ADMIN, rows[2]),
        *[lambda: db.fixed_ip_associate_pool(ADMIN, 1, UUIDS[0])] * 3,
    )
    returned = [outcome.value for outcome in taken if outcome.value is not None]
    owned = [row["address"] for row in live("fixed_ips", instance_uuid=UUIDS[0])]
    assert set(returned) <= set(owned)
