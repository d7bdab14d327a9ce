"""Quota, addresses and networks against a small model, in sequences that hypothesis makes up."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from nova_docdb import clock, context, db, exception, testing

ADMIN = context.get_admin_context()
UUIDS = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(1, 7)]
# One more than there are networks.
PROJECTS = ["p1", "p2", "p3"]
POOL = 4
LIMIT = 3
EXPIRED = timedelta(hours=-1)
LASTING = timedelta(hours=1)

RESOURCES = {"cores": SimpleNamespace(name="cores", sync=lambda *_a, **_k: {})}

projects = st.sampled_from(PROJECTS)
instances = st.sampled_from(UUIDS)


class Cloud(RuleBasedStateMachine):
    """The API beside a model: who owns which address, who has which network, what is reserved."""

    def __init__(self):
        super().__init__()
        testing.clear()
        db.fixed_ip_bulk_create(
            ADMIN, [{"address": f"10.0.0.{n}", "network_id": 1} for n in range(POOL)]
        )
        db.floating_ip_bulk_create(
            ADMIN, [{"address": f"192.0.2.{n}", "pool": "p"} for n in range(POOL)]
        )
        for vlan in range(2):
            db.network_create_safe(ADMIN, {"vlan": vlan})
        self.fixed = {}
        self.floating = {}
        self.leads = {}
        self.networks = {}
        self.in_use = dict.fromkeys(PROJECTS, 0)
        self.reserved = {}

    def free_fixed(self):
        return sorted({f"10.0.0.{n}" for n in range(POOL)} - self.fixed.keys())

    @rule(uuid=instances)
    def take_fixed(self, uuid):
        free = self.free_fixed()
        if free:
            assert db.fixed_ip_associate_pool(ADMIN, 1, uuid) == free[0]
            self.fixed[free[0]] = uuid
        else:
            with pytest.raises(exception.NoMoreFixedIps):
                db.fixed_ip_associate_pool(ADMIN, 1, uuid)

    @rule(number=st.integers(0, POOL - 1))
    def give_fixed_back(self, number):
        address = f"10.0.0.{number}"
        db.fixed_ip_disassociate(ADMIN, address)
        self.fixed.pop(address, None)

    @rule(project=projects)
    def take_floating(self, project):
        # One that leads somewhere is not free, though its project has given it back.
        everything = {f"192.0.2.{n}" for n in range(POOL)}
        free = sorted(everything - self.floating.keys() - self.leads.keys())
        if free:
            assert db.floating_ip_allocate_address(ADMIN, project, "p") == free[0]
            self.floating[free[0]] = project
        else:
            with pytest.raises(exception.NoMoreFloatingIps):
                db.floating_ip_allocate_address(ADMIN, project, "p")

    @rule(number=st.integers(0, POOL - 1))
    def give_floating_back(self, number):
        address = f"192.0.2.{number}"
        db.floating_ip_deallocate(ADMIN, address)
        self.floating.pop(address, None)

    @rule(number=st.integers(0, POOL - 1), fixed=st.integers(0, POOL - 1))
    def lead_floating_to_fixed(self, number, fixed):
        floating, fixed = f"192.0.2.{number}", f"10.0.0.{fixed}"
        found = db.floating_ip_fixed_ip_associate(ADMIN, floating, fixed, "h")
        assert (found is None) == (self.leads.get(floating) == fixed)
        self.leads[floating] = fixed

    @rule(number=st.integers(0, POOL - 1))
    def lead_floating_nowhere(self, number):
        floating = f"192.0.2.{number}"
        found = db.floating_ip_disassociate(ADMIN, floating)
        assert (found and found["address"]) == self.leads.pop(floating, None)

    @rule(project=projects)
    def get_network(self, project):
        taken = set(self.networks.values())
        free = sorted({1, 2} - taken)
        if project in self.networks:
            assert db.network_associate(ADMIN, project)["id"] == self.networks[project]
        elif free:
            self.networks[project] = db.network_associate(ADMIN, project)["id"]
            assert self.networks[project] == free[0]
        else:
            with pytest.raises(exception.NoMoreNetworks):
                db.network_associate(ADMIN, project)

    @rule(project=projects)
    def lose_network(self, project):
        if project in self.networks:
            db.network_disassociate(ADMIN, self.networks.pop(project))

    @rule(project=projects, delta=st.integers(-2, LIMIT), lasts=st.sampled_from([EXPIRED, LASTING]))
    def reserve(self, project, delta, lasts):
        held = sum(max(d, 0) for p, d, _lasts in self.reserved.values() if p == project)
        arguments = ({"cores": LIMIT}, {"cores": delta}, clock.utcnow() + lasts, None, 0, project)
        # A negative usage is refreshed, and the routine counts nothing: it stays.
        if delta >= 0 and self.in_use[project] + held + delta > LIMIT:
            with pytest.raises(exception.OverQuota):
                db.quota_reserve(ADMIN, RESOURCES, *arguments)
        else:
            (uuid,) = db.quota_reserve(ADMIN, RESOURCES, *arguments)
            self.reserved[uuid] = (project, delta, lasts)

    @rule(data=st.data(), commit=st.booleans())
    def settle(self, data, commit):
        if self.reserved:
            uuid = data.draw(st.sampled_from(list(self.reserved)))
            project, delta, _lasts = self.reserved.pop(uuid)
            settle = db.reservation_commit if commit else db.reservation_rollback
            settle(ADMIN, [uuid, uuid, "unknown"], project)
            self.in_use[project] += delta if commit else 0

    @rule(project=projects)
    def destroy_quota(self, project):
        db.quota_destroy_all_by_project(ADMIN, project)
        self.in_use[project] = 0
        self.reserved = {u: r for u, r in self.reserved.items() if r[0] != project}

    @rule()
    def expire(self):
        db.reservation_expire(ADMIN)
        self.reserved = {u: r for u, r in self.reserved.items() if r[2] == LASTING}

    @invariant()
    def owners_agree(self):
        rows = db.fixed_ip_get_all(ADMIN)
        assert {r["address"]: r["instance_uuid"] for r in rows if r["instance_uuid"]} == self.fixed
        rows = db.floating_ip_get_all(ADMIN)
        assert {r["address"]: r["project_id"] for r in rows if r["project_id"]} == self.floating
        leads = {r["address"]: r["fixed_ip_id"] for r in rows if r["fixed_ip_id"]}
        assert {a: f"10.0.0.{number - 1}" for a, number in leads.items()} == self.leads
        rows = db.network_get_all(ADMIN)
        assert {r["project_id"]: r["id"] for r in rows if r["project_id"]} == self.networks

    @invariant()
    def usages_agree(self):
        for project in PROJECTS:
            usage = db.quota_usage_get_all_by_project(ADMIN, project).get("cores")
            held = sum(max(d, 0) for p, d, _lasts in self.reserved.values() if p == project)
            if usage is None:
                assert (self.in_use[project], held) == (0, 0)
            else:
                assert usage == {"in_use": self.in_use[project], "reserved": held}


def test_cloud_agrees_with_its_model(store):
    run_state_machine_as_test(
        Cloud,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
        ),
    )
