"""A network has one project and one host, and is deleted only with all its addresses."""

from nova_docdb import db, exception
from tests.claims.scenario import ADMIN, UUIDS, an_instance, calls, claim, live, unknown, won


@claim("network_associate")
def a_network_is_given_to_one_project(simulation, faulty):
    for number in range(3):
        db.network_create_safe(ADMIN, {"vlan": number})
    outcomes = simulation.run(
        *calls(db.network_associate, *((ADMIN, f"p{n}", None, True) for n in range(3)))
    )
    returned = {outcome.value["id"]: outcome.value["project_id"] for outcome in won(outcomes)}
    assert len(returned) == len(won(outcomes))
    owned = {row["id"]: row["project_id"] for row in live("networks") if row["project_id"]}
    assert owned.items() >= returned.items()
    assert len(owned) - len(returned) <= len(unknown(outcomes))
    assert faulty or len(returned) == 3


@claim("network_associate", "project_get_networks")
def a_new_project_claims_one_network(simulation, faulty):
    for number in range(2):
        db.network_create_safe(ADMIN, {"vlan": number})
    *own, other = simulation.run(
        *calls(db.project_get_networks, *[(ADMIN, "p")] * 3),
        lambda: db.network_associate(ADMIN, "other"),
    )
    returned = {network["id"] for outcome in won(own) for network in outcome.value}
    assert len(returned) <= 1
    assert len(db.project_get_networks(ADMIN, "p", False)) <= 1
    # No project claims two networks, so no caller is refused.
    refused = [o for o in (*own, other) if isinstance(o.error, exception.NoMoreNetworks)]
    assert not refused
    assert faulty or (len(returned) == 1 and other.value is not None)


@claim("network_associate", "network_disassociate")
def a_released_network_can_be_claimed_again(simulation, faulty):
    db.network_create_safe(ADMIN, {})
    db.network_associate(ADMIN, "p")
    _back, *taken = simulation.run(
        lambda: db.network_disassociate(ADMIN, 1),
        *calls(db.network_associate, (ADMIN, "p"), (ADMIN, "q")),
    )
    (row,) = live("networks")
    if not faulty:
        assert taken[0].error is None or row["project_id"] == "q"
        assert db.network_associate(ADMIN, row["project_id"] or "p")["id"] == 1


@claim("network_set_host")
def all_callers_get_the_host_that_was_set(simulation, _faulty):
    network = db.network_create_safe(ADMIN, {})["id"]
    outcomes = simulation.run(
        *calls(db.network_set_host, *((ADMIN, network, f"h{n}") for n in range(3)))
    )
    assert len({outcome.value for outcome in won(outcomes)}) <= 1


@claim("network_delete_safe", "fixed_ip_update", "fixed_ip_associate_pool")
def a_network_is_deleted_completely_or_in_use(simulation, faulty):
    an_instance()
    db.network_create_safe(ADMIN, {})
    db.fixed_ip_bulk_create(ADMIN, [{"address": f"10.0.0.{n}", "network_id": 1} for n in range(2)])
    deleted, allocated, claimed = simulation.run(
        lambda: db.network_delete_safe(ADMIN, 1),
        lambda: db.fixed_ip_update(ADMIN, "10.0.0.1", {"allocated": True}),
        lambda: db.fixed_ip_associate_pool(ADMIN, 1, UUIDS[0]),
    )
    won([allocated, claimed])
    addresses, networks = live("fixed_ips"), live("networks")
    assert networks or not addresses
    if not faulty:
        assert isinstance(deleted.error, (type(None), exception.NetworkInUse))
        assert len(addresses) == (2 if deleted.error else 0)
        assert len(networks) == (1 if deleted.error else 0)
        # Allocating an address of a deleted network fails.
        assert (allocated.error is None) == (deleted.error is not None)
