"""The invariants of the demo's cloud, checked against the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from nova_docdb import db
from nova_docdb.context import RequestContext
from nova_docdb.demo.cloud import TENANTS, Cloud
from nova_docdb.demo.quota import LIMITS, RESOURCES


@dataclass(frozen=True)
class Invariant:
    """An invariant, whether it holds, and the figures."""

    name: str
    holds: bool
    found: str


def invariants(cloud: Cloud) -> list[Invariant]:
    """Return the invariants of a cloud."""
    return [
        _no_address_twice(cloud),
        _callers_own_their_addresses(cloud),
        _usage_within_limits(cloud),
        _usage_equals_live_rows(cloud),
        _nothing_left_reserved(cloud),
        _dead_host_is_empty(cloud),
    ]


def _no_address_twice(cloud: Cloud) -> Invariant:
    owners = Counter(cloud.addresses.values())
    twice = [address for address, count in owners.items() if count > 1]
    found = f"{len(owners)} addresses, each with one owner"
    return Invariant("no address has two owners", not twice, ", ".join(twice) or found)


def _callers_own_their_addresses(cloud: Cloud) -> Invariant:
    stored = {
        row["instance_uuid"]: row["address"]
        for row in db.fixed_ip_get_all(cloud.admin)
        if row["network_id"] == cloud.network["id"] and row["instance_uuid"]
    }
    return Invariant(
        "the owners in the store are those returned to callers",
        stored == cloud.addresses,
        f"{len(stored)} in the store, {len(cloud.addresses)} returned to callers",
    )


def _usage_within_limits(cloud: Cloud) -> Invariant:
    over = [
        f"{tenant.project_id} {name}"
        for tenant, name, usage in _usages(cloud)
        if usage["in_use"] + usage["reserved"] > LIMITS[name]
    ]
    found = f"{TENANTS} projects, {len(LIMITS)} resources each"
    return Invariant("in_use + reserved within the limits", not over, ", ".join(over) or found)


def _usage_equals_live_rows(cloud: Cloud) -> Invariant:
    differ = []
    instances = 0
    for tenant in cloud.tenants:
        real = RESOURCES["instances"].sync(cloud.admin, str(tenant.project_id))
        instances += real["instances"]
        used = {name: usage["in_use"] for its, name, usage in _usages(cloud) if its is tenant}
        if used != real:
            differ.append(f"{tenant.project_id}: {used} in use, {real} live")
    found = "; ".join(differ) or f"{instances} instances"
    return Invariant("in_use equals the live instances", not differ, found)


def _nothing_left_reserved(cloud: Cloud) -> Invariant:
    left = [
        f"{tenant.project_id} {name}" for tenant, name, usage in _usages(cloud) if usage["reserved"]
    ]
    return Invariant("no reservation is outstanding", not left, ", ".join(left) or "0 reserved")


def _dead_host_is_empty(cloud: Cloud) -> Invariant:
    left = db.instance_get_all_by_host(cloud.admin, cloud.dead) if cloud.dead else []
    return Invariant("the dead host has no instances", not left, f"{len(left)} instances")


def _usages(cloud: Cloud) -> Iterator[tuple[RequestContext, str, dict[str, int]]]:
    for tenant in cloud.tenants:
        usages = db.quota_usage_get_all_by_project(tenant, tenant.project_id)
        for name in LIMITS:
            yield tenant, name, usages[name]
