"""Simulates a day of a small cloud that calls the public API as Nova's services do.

Each tenant is a thread. After a connection error a tenant checks whether the call took effect, and
repeats it if not, as a service of Nova has to.

NOTE: ``archive`` archives all deleted rows, so the store must not have rows of others.
"""

from __future__ import annotations

import ipaddress
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from nova_docdb import clock, db, exception
from nova_docdb.context import RequestContext, get_admin_context
from nova_docdb.demo.quota import LIMITS, RESOURCES
from nova_docdb.demo.signals import uninterrupted

Row = Mapping[str, Any]
T = TypeVar("T")

HOSTS = 4
TENANTS = 4
BOOTS_PER_TENANT = 8
PRIVATE = ipaddress.IPv4Network("10.0.0.0/8")
ADDRESSES = 64
# A range reserved for documentation (RFC 5737).
PUBLIC = ipaddress.IPv6Network("2001:db8::/32")
FLOATING = 16

SMALL = {"vcpus": 1, "memory_mb": 512}
LARGE = {"vcpus": 2, "memory_mb": 1024}
HOST_SIZE = {"vcpus": 16, "memory_mb": 8192, "local_gb": 500}
# Longer than a service may be without a report.
SILENT = timedelta(seconds=90)
INTERRUPTED_CALLS = "calls interrupted by the server's crash"
# The number of times that a call is repeated while no server answers.
ATTEMPTS = 20

BOOT_THREAD = "nova-docdb-demo-boot"


@dataclass
class Cloud:
    """The cloud and its events.

    :param step: called with the name of each phase as it begins
    :param done: called with the name of each finished operation
    :param number: distinguishes the names and addresses of this cloud from those of others
    :param lease: how long a quota reservation lasts before it expires
    """

    step: Callable[[str], None] = lambda _name: None
    done: Callable[[str], None] = lambda _name: None
    events: Counter[str] = field(default_factory=Counter)
    number: int = field(default_factory=lambda: secrets.randbelow(2**24))
    lease: timedelta = timedelta(days=1)

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
        # The address that each caller got, to be compared with the store.
        self.addresses: dict[str, str] = {}
        self.dead: str | None = None
        self.phase = ""
        self._services: dict[str, int] = {}
        self._nodes: dict[str, dict[str, Any]] = {}
        self._host_locks = {host: threading.Lock() for host in self.hosts}
        self._lock = threading.Lock()

    def run(self) -> None:
        """Run every phase."""
        for name, phase in (
            ("hosts report in", self.report_in),
            ("network and addresses", self.make_network),
            ("projects and quotas", self.make_projects),
            ("tenants boot instances", self.boot_all),
            ("floating addresses and metadata", self.configure_instances),
            ("a resize", self.resize_one),
            ("a host dies", self.fail_host),
            ("deletes", self.delete_some),
            ("archive", self.archive),
        ):
            self.phase = name
            self.step(name)
            phase()

    def report_in(self) -> None:
        """Register the service and the hypervisor of every host."""
        for host in self.hosts:
            service = db.service_create(
                self.admin, {"host": host, "binary": "nova-compute", "topic": "compute"}
            )
            used = dict.fromkeys(("vcpus_used", "memory_mb_used", "local_gb_used"), 0)
            values = {**HOST_SIZE, **used, "hypervisor_type": "kvm", "hypervisor_version": 1}
            values |= {"service_id": service["id"], "hypervisor_hostname": host, "cpu_info": "{}"}
            stats = {"num_instances": "0"}
            node = db.compute_node_create(self.admin, {**values, "running_vms": 0, "stats": stats})
            self._services[host] = service["id"]
            self._nodes[host] = {"id": node["id"], **used, "running_vms": 0}
            db.service_update(self.admin, service["id"], {"report_count": 1})
            self._count("hosts")

    def make_network(self) -> None:
        """Create a network with its addresses, and a pool of floating addresses."""
        private = [PRIVATE[self.number % 2**18 * ADDRESSES + n] for n in range(ADDRESSES)]
        public = [PUBLIC[self.number * FLOATING + n] for n in range(FLOATING)]
        network = db.network_create_safe(
            self.admin, {"label": f"private-{self.suffix}", "cidr": f"{private[0]}/26"}
        )
        edges = {private[0], private[1], private[-1]}
        db.fixed_ip_bulk_create(
            self.admin,
            [
                {"address": str(ip), "network_id": network["id"], "reserved": ip in edges}
                for ip in private
            ],
        )
        # The view on a terminal lists the addresses as soon as it finds a network.
        self.network = network
        db.floating_ip_bulk_create(
            self.admin, ({"address": str(ip), "pool": self.pool} for ip in public)
        )
        self._count("fixed addresses", len(private))
        self._count("floating addresses", len(public))

    def make_projects(self) -> None:
        """Create quota limits, a key pair and the default security group of every project."""
        for tenant in self.tenants:
            for resource, limit in LIMITS.items():
                db.quota_create(self.admin, tenant.project_id, resource, limit)
            db.key_pair_create(tenant, {"name": "key", "user_id": tenant.user_id})
            db.security_group_ensure_default(tenant)
            self._count("projects")

    def boot_all(self) -> None:
        """Boot instances of all tenants concurrently; one boot of each fails and is rolled back."""
        errors: list[BaseException] = []
        started: list[threading.Event] = []

        def boot(tenant: RequestContext, ended: threading.Event) -> None:
            try:
                self._boot_as(tenant)
            except BaseException as error:  # noqa: BLE001 - it is raised in the caller's thread
                errors.append(error)
            finally:
                ended.set()

        # NOTE: Ctrl-C may interrupt the start of a thread, and an interrupted join takes the thread
        # for ended. A thread that is not waited for would write into the user's database after the
        # demo's own one is dropped.
        try:
            with uninterrupted():
                for tenant in self.tenants:
                    ended = threading.Event()
                    threading.Thread(
                        target=boot, args=(tenant, ended), name=BOOT_THREAD, daemon=True
                    ).start()
                    started.append(ended)
            for ended in started:
                ended.wait()
        finally:
            with uninterrupted():
                for ended in started:
                    ended.wait()
        if errors:
            raise errors[0]

    def configure_instances(self) -> None:
        """Associate floating addresses with some instances, and set metadata on all."""
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
        """Resize one instance of each tenant onto another host."""
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
            self._release_host(instance["host"], SMALL)
            db.instance_update(tenant, instance["uuid"], {**LARGE, "host": self.hosts[-1]})
            self._use_host(self.hosts[-1], LARGE)
            db.migration_update(self.admin, migration["id"], {"status": "confirmed"})
            db.reservation_commit(tenant, reservations)
            self._count("resizes")

    def fail_host(self) -> None:
        """Stop the first host, and rebuild its instances on the others."""
        self.dead = self.hosts[0]
        silent = {"report_count": 2, "updated_at": clock.utcnow() - SILENT}
        db.service_update(self.admin, self._services[self.dead], silent)
        self._count("hosts that died")
        for number, instance in enumerate(db.instance_get_all_by_host(self.admin, self.dead)):
            target = self.hosts[1 + number % (HOSTS - 1)]
            db.instance_update(
                self.admin, instance["uuid"], {"host": target, "expected_task_state": [None]}
            )
            self._release_host(self.dead, instance)
            self._use_host(target, instance)
            self._count("instances rebuilt on another host")

    def delete_some(self) -> None:
        """Delete all but two instances of every tenant."""
        for tenant in self.tenants:
            for instance in self._instances(tenant)[2:]:
                self._delete(tenant, instance)

    def archive(self) -> None:
        """Move deleted rows to their shadow tables."""
        self._count("rows archived", db.archive_deleted_rows(self.admin))

    def address_states(self) -> list[str]:
        """Return "taken", "reserved" or "free" for each fixed address, in order."""
        return [
            "reserved" if row["reserved"] else "taken" if row["instance_uuid"] else "free"
            for row in db.fixed_ip_get_all(self.admin)
            if row["network_id"] == self.network.get("id")
        ]

    # A boot, as nova-api and nova-compute do it

    def _boot_as(self, tenant: RequestContext) -> None:
        for number in range(BOOTS_PER_TENANT):
            try:
                reservations = self._call(lambda: self._reserve(tenant, self._size(SMALL)))
            except exception.OverQuota:
                self._count("boots refused by quota")
                continue
            host = self.hosts[number % HOSTS]
            instance = self._create(tenant, f"vm{number}", host)
            address = self._take_address(instance["uuid"])
            self._use_host(host, SMALL)
            if number == 0:
                self._roll_back(tenant, instance, reservations)
                continue
            uuid = instance["uuid"]
            self._repeat(db.fixed_ip_update, self.admin, address, {"allocated": True})
            self._repeat(db.instance_update, tenant, uuid, {"vm_state": "active"})
            self._repeat(db.reservation_commit, tenant, reservations)
            self._count("instances booted")

    def _create(self, tenant: RequestContext, name: str, host: str) -> Row:
        values = {
            **SMALL,
            "project_id": tenant.project_id,
            "user_id": tenant.user_id,
            "hostname": name,
            "vm_state": "building",
            "host": host,
            "security_groups": ["default"],
            "metadata": {"owner": tenant.user_id},
            "system_metadata": {"image_os": "linux"},
        }

        def created() -> Row | None:
            found = [row for row in self._instances(tenant) if row["hostname"] == name]
            return found[0] if found else None

        return self._call(lambda: db.instance_create(tenant, values), created)

    def _take_address(self, uuid: str) -> str:
        def taken() -> str | None:
            try:
                address: str = db.fixed_ip_get_by_instance(self.admin, uuid)[0]["address"]
            except exception.FixedIpNotFoundForInstance:
                return None
            return address

        address = self._call(
            lambda: db.fixed_ip_associate_pool(self.admin, self.network["id"], uuid), taken
        )
        with self._lock:
            self.addresses[uuid] = address
        return address

    def _roll_back(self, tenant: RequestContext, instance: Row, reservations: list[str]) -> None:
        """Roll back a boot that the hypervisor rejected: release everything that it claimed."""
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
        self._release_host(instance["host"], instance)
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
        expire = clock.utcnow() + self.lease
        return db.quota_reserve(tenant, RESOURCES, quotas, deltas, expire, None, 0)

    def _use_host(self, host: str, size: Row, sign: int = 1) -> None:
        """Update the host's used resources for an instance, as the resource tracker does."""
        with self._host_locks[host]:
            node = self._nodes[host]
            node["running_vms"] += sign
            for name in SMALL:
                node[f"{name}_used"] += sign * size[name]
            values = {name: value for name, value in node.items() if name != "id"}
            self._repeat(db.compute_node_update, self.admin, node["id"], values)

    def _release_host(self, host: str, size: Row) -> None:
        self._use_host(host, size, -1)

    # Connection errors

    def _call(self, call: Callable[[], T], found: Callable[[], T | None] = lambda: None) -> T:
        """Return the result of a call; after a connection error check whether it took effect.

        :param found: returns the result if the call took effect, else None
        """
        result: T | None = None
        looks = False
        for _attempt in range(ATTEMPTS):
            try:
                if looks:
                    result = found()
                return call() if result is None else result
            except exception.DBConnectionError:  # noqa: PERF203 - each attempt may lose it again
                looks = True
                self._count(INTERRUPTED_CALLS)
        return call()

    def _repeat(self, function: Callable[..., Any], *args: Any) -> None:
        """Repeat an idempotent call until the server answers."""
        self._call(lambda: function(*args) or True)

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
