"""A network goes to one project and has one host, and goes only with all its addresses."""

from nova_docdb import db, exception
from tests.claims.scenario import ADMIN, UUIDS, an_instance, calls, claim, live, unknown, won


@claim("network_associate")
def a_network_goes_to_one_project(simulation, faulty):
    for number in range(3):
        db.network_create_safe(ADMIN, {"vlan": number})
    outcomes = simulation.run(
        *calls(db.network_associate, *((ADMIN, f"p{n}", None, True) for n in range(3)))
    )
    given = {outcome.value["id"]: outcome.value["project_id"] for outcome in won(outcomes)}
    assert len(given) == len(won(outcomes))
    owned = {row["id"]: row["project_id"] for row in live("networks") if row["project_id"]}
    assert owned.items() >= given.items()
    assert len(owned) - len(given) <= len(unknown(outcomes))
    assert faulty or len(given) == 3


@claim("network_associate", "project_get_networks")
def a_fresh_project_takes_one_network(simulation, faulty):
    for number in range(2):
        db.network_create_safe(ADMIN, {"vlan": number})
    *own, other = simulation.run(
        *calls(db.project_get_networks, *[(ADMIN, "p")] * 3),
        lambda: db.network_associate(ADMIN, "other"),
    )
    given = {network["id"] for outcome in won(own) for network in outcome.value}
    assert len(given) <= 1
    assert len(db.project_get_networks(ADMIN, "p", False)) <= 1
    # As no project takes two, nobody is refused, whatever happens.
    refused = [o for o in (*own, other) if isinstance(o.error, exception.NoMoreNetworks)]
    assert not refused
    assert faulty or (len(given) == 1 and other.value is not None)


@claim("network_associate", "network_disassociate")
def a_network_that_is_given_back_can_be_taken_again(simulation, faulty):
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
def all_get_the_host_that_won(simulation, _faulty):
    network = db.network_create_safe(ADMIN, {})["id"]
    outcomes = simulation.run(
        *calls(db.network_set_host, *((ADMIN, network, f"h{n}") for n in range(3)))
    )
    assert len({outcome.value for outcome in won(outcomes)}) <= 1


@claim("network_delete_safe", "fixed_ip_update", "fixed_ip_associate_pool")
def a_network_goes_whole_or_says_that_it_is_in_use(simulation, faulty):
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
        # Whoever allocates an address of a network that goes is told that it is gone.
        assert (allocated.error is None) == (deleted.error is not None)
