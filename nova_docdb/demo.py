"""A small cloud that lives through the public API: what ``nova-docdb demo`` shows.

Everything goes through ``nova_docdb.db``, as Nova's own services would call it. Each tenant is a
thread. Names carry a random suffix, so that the demo can run beside other rows of a server.
"""

from __future__ import annotations

import ipaddress
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from nova_docdb import clock, db, exception
from nova_docdb.context import Context, RequestContext, get_admin_context

Row = Mapping[str, Any]

HOSTS = 4
TENANTS = 4
BOOTS_PER_TENANT = 8
# Fewer than a tenant asks for, so that some boots are refused.
INSTANCES_PER_PROJECT = 6
PRIVATE = ipaddress.IPv4Network("10.0.0.0/8")
ADDRESSES = 64
# The documentation's own range: no packet goes there.
PUBLIC = ipaddress.IPv6Network("2001:db8::/32")
FLOATING = 16

SMALL = {"vcpus": 1, "memory_mb": 512}
LARGE = {"vcpus": 2, "memory_mb": 1024}
LIMITS = {
    "instances": INSTANCES_PER_PROJECT,
    "cores": 2 * INSTANCES_PER_PROJECT,
    "ram": 1024 * INSTANCES_PER_PROJECT,
}


@dataclass
class Resource:
    """A resource of the quota engine: how much of it a project really uses."""

    name: str

    def sync(self, context: Context, project_id: str, session: object = None) -> dict[str, int]:  # noqa: ARG002 - the engine's signature
        """Count the project's live instances."""
        count, cores, ram = db.instance_data_get_for_project(context, project_id)
        return {"instances": count, "cores": cores, "ram": ram}


RESOURCES = {name: Resource(name) for name in LIMITS}


@dataclass(frozen=True)
class Invariant:
    """Something that must hold at the end, and how it was found."""

    name: str
    holds: bool
    found: str


@dataclass
class Cloud:
    """The cloud and what happened in it.

    :param step: called with the name of each phase as it begins
    :param done: called with the name of each finished operation
    """

    step: Callable[[str], None] = lambda _name: None
    done: Callable[[str], None] = lambda _name: None
    events: Counter[str] = field(default_factory=Counter)
    number: int = field(default_factory=lambda: secrets.randbelow(2**24))

    def __post_init__(self) -> None:
        self.suffix = f"{self.number:06x}"
        self.admin = get_admin_context()
        self.hosts = [f"host{n}-{self.suffix}" for n in range(1, HOSTS + 1)]
        self.pool = f"public-{self.suffix}"
        self.tenants = [
            RequestContext(f"user{n}-{self.suffix}", f"project{n}-{self.suffix}")
            for n in range(1, TENANTS + 1)
        ]
        self.network: Row = {}
        # What each caller was told, to hold the store against.
        self.addresses: dict[str, str] = {}
        self._lock = threading.Lock()

    def live(self) -> None:
        """Run every phase, then leave the cloud as it is at the end of a day."""
        for name, phase in (
            ("hosts report in", self.report_in),
            ("network and addresses", self.make_network),
            ("projects and quotas", self.make_projects),
            ("tenants boot instances", self.boot_all),
            ("floating addresses and metadata", self.dress_up),
            ("a resize", self.resize_one),
            ("deletes", self.delete_some),
            ("archive", self.archive),
        ):
            self.step(name)
            phase()

    def report_in(self) -> None:
        """Every host registers its service and its hypervisor."""
        for host in self.hosts:
            service = db.service_create(
                self.admin, {"host": host, "binary": "nova-compute", "topic": "compute"}
            )
            node = {"vcpus": 16, "memory_mb": 32768, "local_gb": 500, "hypervisor_type": "kvm"}
            used = dict.fromkeys(("vcpus_used", "memory_mb_used", "local_gb_used"), 0)
            values = {**node, **used, "hypervisor_version": 1, "cpu_info": "{}"}
            values |= {"service_id": service["id"], "hypervisor_hostname": host}
            db.compute_node_create(self.admin, {**values, "stats": {"num_instances": "0"}})
            db.service_update(self.admin, service["id"], {"report_count": 1})
            self._count("hosts")

    def make_network(self) -> None:
        """One network with its addresses, and a pool of floating ones."""
        private = [PRIVATE[self.number % 2**18 * ADDRESSES + n] for n in range(ADDRESSES)]
        public = [PUBLIC[self.number * FLOATING + n] for n in range(FLOATING)]
        self.network = db.network_create_safe(
            self.admin, {"label": f"private-{self.suffix}", "cidr": f"{private[0]}/26"}
        )
        edges = {private[0], private[1], private[-1]}
        db.fixed_ip_bulk_create(
            self.admin,
            [
                {"address": str(ip), "network_id": self.network["id"], "reserved": ip in edges}
                for ip in private
            ],
        )
        db.floating_ip_bulk_create(
            self.admin, ({"address": str(ip), "pool": self.pool} for ip in public)
        )
        self._count("fixed addresses", len(private))
        self._count("floating addresses", len(public))

    def make_projects(self) -> None:
        """Every project gets limits, a key pair and its default security group."""
        for tenant in self.tenants:
            for resource, limit in LIMITS.items():
                db.quota_create(self.admin, tenant.project_id, resource, limit)
            db.key_pair_create(tenant, {"name": "key", "user_id": tenant.user_id})
            db.security_group_ensure_default(tenant)
            self._count("projects")

    def boot_all(self) -> None:
        """All tenants boot at once; one boot of each fails and is rolled back."""
        with ThreadPoolExecutor(TENANTS) as threads:
            for finished in [threads.submit(self._boot_as, tenant) for tenant in self.tenants]:
                finished.result()

    def dress_up(self) -> None:
        """Some instances get a floating address; all get metadata."""
        for tenant in self.tenants:
            first, *_rest = instances = self._instances(tenant)
            floating = db.floating_ip_allocate_address(tenant, tenant.project_id, self.pool)
            fixed = self.addresses[first["uuid"]]
            db.floating_ip_fixed_ip_associate(tenant, floating, fixed, first["host"])
            self._count("floating addresses associated")
            for instance in instances:
                db.instance_metadata_update(tenant, instance["uuid"], {"role": "web"}, delete=False)
                self._count("metadata updates")

    def resize_one(self) -> None:
        """One instance of each tenant moves to another host and grows."""
        for tenant in self.tenants:
            instance = self._instances(tenant)[-1]
            more = {"cores": LARGE["vcpus"] - SMALL["vcpus"]}
            more["ram"] = LARGE["memory_mb"] - SMALL["memory_mb"]
            reservations = self._reserve(tenant, more)
            migration = db.migration_create(
                self.admin,
                {
                    "instance_uuid": instance["uuid"],
                    "source_compute": instance["host"],
                    "dest_compute": self.hosts[-1],
                    "status": "migrating",
                },
            )
            db.instance_update(tenant, instance["uuid"], {**LARGE, "host": self.hosts[-1]})
            db.migration_update(self.admin, migration["id"], {"status": "confirmed"})
            db.reservation_commit(tenant, reservations)
            self._count("resizes")

    def delete_some(self) -> None:
        """Every tenant gives back all but two instances."""
        for tenant in self.tenants:
            for instance in self._instances(tenant)[2:]:
                self._delete(tenant, instance)

    def archive(self) -> None:
        """The rows that were deleted move to their shadow tables."""
        self._count("rows archived", db.archive_deleted_rows(self.admin))

    def invariants(self) -> list[Invariant]:
        """Return what must hold of this cloud, checked against the store."""
        return [
            self._no_address_twice(),
            self._callers_own_what_they_were_told(),
            self._usage_within_limits(),
            self._usage_equals_live_rows(),
            self._nothing_left_reserved(),
        ]

    # A boot, as nova-api and nova-compute do it

    def _boot_as(self, tenant: RequestContext) -> None:
        for number in range(BOOTS_PER_TENANT):
            try:
                reservations = self._reserve(tenant, self._size(SMALL))
            except exception.OverQuota:
                self._count("boots refused by quota")
                continue
            instance = db.instance_create(
                tenant,
                {
                    **SMALL,
                    "project_id": tenant.project_id,
                    "user_id": tenant.user_id,
                    "hostname": f"vm{number}",
                    "vm_state": "building",
                    "host": self.hosts[number % HOSTS],
                    "security_groups": ["default"],
                    "metadata": {"owner": tenant.user_id},
                    "system_metadata": {"image_os": "linux"},
                },
            )
            address = db.fixed_ip_associate_pool(self.admin, self.network["id"], instance["uuid"])
            with self._lock:
                self.addresses[instance["uuid"]] = address
            if number == 0:
                self._fail(tenant, instance, reservations)
                continue
            db.fixed_ip_update(self.admin, address, {"allocated": True})
            db.instance_update(tenant, instance["uuid"], {"vm_state": "active"})
            db.reservation_commit(tenant, reservations)
            self._count("instances booted")

    def _fail(self, tenant: RequestContext, instance: Row, reservations: list[str]) -> None:
        """The hypervisor refuses: everything that the boot took is given back."""
        fault = {"instance_uuid": instance["uuid"], "code": 500, "message": "No valid host"}
        db.instance_fault_create(tenant, fault)
        self._release(tenant, instance)
        db.instance_destroy(tenant, instance["uuid"])
        db.reservation_rollback(tenant, reservations)
        self._count("boots that failed and were rolled back")

    def _delete(self, tenant: RequestContext, instance: Row) -> None:
        size = {name: -amount for name, amount in self._size(instance).items()}
        reservations = self._reserve(tenant, size)
        self._release(tenant, instance)
        db.instance_destroy(tenant, instance["uuid"])
        db.reservation_commit(tenant, reservations)
        self._count("instances deleted")

    def _release(self, tenant: RequestContext, instance: Row) -> None:
        address = self.addresses.pop(instance["uuid"])
        for floating in db.floating_ip_get_by_fixed_address(tenant, address):
            if floating["pool"] == self.pool:
                db.floating_ip_disassociate(tenant, floating["address"])
                db.floating_ip_deallocate(tenant, floating["address"])
        db.fixed_ip_update(self.admin, address, {"allocated": False})
        db.fixed_ip_disassociate(self.admin, address)

    def _reserve(self, tenant: RequestContext, deltas: dict[str, int]) -> list[str]:
        limits = db.quota_get_all_by_project(tenant, tenant.project_id)
        quotas = {name: limits[name] for name in deltas}
        expire = clock.utcnow() + timedelta(days=1)
        return db.quota_reserve(tenant, RESOURCES, quotas, deltas, expire, None, 0)

    @staticmethod
    def _size(flavor: Row) -> dict[str, int]:
        return {"instances": 1, "cores": flavor["vcpus"], "ram": flavor["memory_mb"]}

    @staticmethod
    def _instances(tenant: RequestContext) -> Sequence[Row]:
        return db.instance_get_all(tenant)

    def _count(self, event: str, by: int = 1) -> None:
        with self._lock:
            self.events[event] += by
        self.done(event)

    # The invariants

    def _no_address_twice(self) -> Invariant:
        owners = Counter(self.addresses.values())
        twice = [address for address, count in owners.items() if count > 1]
        found = f"{len(owners)} addresses, each with one owner"
        return Invariant("no address has two owners", not twice, ", ".join(twice) or found)

    def _callers_own_what_they_were_told(self) -> Invariant:
        rows = db.fixed_ip_get_all(self.admin)
        stored = {
            row["instance_uuid"]: row["address"]
            for row in rows
            if row["network_id"] == self.network["id"] and row["instance_uuid"]
        }
        return Invariant(
            "the store knows every owner, and no other",
            stored == self.addresses,
            f"{len(stored)} in the store, {len(self.addresses)} known to callers",
        )

    def _usage_within_limits(self) -> Invariant:
        over = [
            f"{tenant.project_id} {name}"
            for tenant in self.tenants
            for name, usage in self._usages(tenant).items()
            if usage["in_use"] + usage["reserved"] > LIMITS[name]
        ]
        return Invariant(
            "in_use + reserved within the limits",
            not over,
            ", ".join(over) or f"{TENANTS} projects, {len(LIMITS)} resources each",
        )

    def _usage_equals_live_rows(self) -> Invariant:
        differ = []
        for tenant in self.tenants:
            real = RESOURCES["instances"].sync(self.admin, str(tenant.project_id))
            used = {name: usage["in_use"] for name, usage in self._usages(tenant).items()}
            if used != real:
                differ.append(f"{tenant.project_id}: {used} in use, {real} live")
        return Invariant(
            "in_use equals the live instances",
            not differ,
            "; ".join(differ) or f"{sum(len(self._instances(t)) for t in self.tenants)} instances",
        )

    def _nothing_left_reserved(self) -> Invariant:
        left = [
            f"{tenant.project_id} {name}"
            for tenant in self.tenants
            for name, usage in self._usages(tenant).items()
            if usage["reserved"]
        ]
        return Invariant("nothing is left reserved", not left, ", ".join(left) or "0 reserved")

    @staticmethod
    def _usages(tenant: RequestContext) -> dict[str, dict[str, int]]:
        usages = db.quota_usage_get_all_by_project(tenant, tenant.project_id)
        return {name: usages[name] for name in LIMITS}
