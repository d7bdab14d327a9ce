"""The cloud that is measured: instances as a boot stores them, the same for every contender.

This module needs only the standard library, because the peers import it in their own environment.
"""

from __future__ import annotations

import functools
import random
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

PER_PROJECT = 500
PER_HOST = 100

METADATA = {f"label{number}": f"value of label {number}" for number in range(5)}
SYSTEM_METADATA = {
    "image_base_image_ref": "8f2c9a4e-5a0b-4d0f-9a57-2f6a3a1b6c10",
    "image_container_format": "bare",
    "image_disk_format": "qcow2",
    "image_min_disk": "20",
    "image_min_ram": "512",
    "instance_type_flavorid": "2",
    "instance_type_memory_mb": "2048",
    "instance_type_name": "m1.small",
    "instance_type_root_gb": "20",
    "instance_type_vcpus": "1",
}

PROJECT = "project0"
USER = "user0"
GROUP = "default"

# The addresses, hypervisors and virtual interfaces that the other rows use.
ADDRESSES = 4000
NODES = 1000
CARDS = 200
STATS = {f"stat{number}": str(number) for number in range(10)}
QUOTA = {"instances": 1, "cores": 2, "ram": 512}

EPOCH = datetime(2013, 4, 1)  # noqa: DTZ001 - the API's moments are naive UTC


@functools.cache
def uuids(size: int) -> list[str]:
    """Return the uuids of the instances of a cloud, the same in every process."""
    source = random.Random(size)
    return [str(uuid.UUID(int=source.getrandbits(128), version=4)) for _ in range(size)]


def projects(size: int) -> list[str]:
    """Return the projects of a cloud with ``size`` instances."""
    return [f"project{number}" for number in range(max(1, size // PER_PROJECT))]


def hosts(size: int) -> list[str]:
    """Return the hosts of a cloud with ``size`` instances."""
    return [f"host{number}" for number in range(max(1, size // PER_HOST))]


def markers(size: int, count: int) -> list[str]:
    """Return uuids of random instances of a cloud, each followed by a full page."""
    source = random.Random(f"markers {size}")
    return [uuids(size)[source.randrange(min(100, size // 2), size)] for _ in range(count)]


def requested(number: int) -> dict[str, Any]:
    """Return the columns of an instance that a boot requests."""
    return {
        "project_id": PROJECT,
        "user_id": USER,
        "image_ref": SYSTEM_METADATA["image_base_image_ref"],
        "hostname": f"server-{number}",
        "display_name": f"server-{number}",
        "display_description": f"server-{number}",
        "reservation_id": f"r-{number:08x}",
        "key_name": "key",
        "availability_zone": "nova",
        "vm_state": "building",
        "task_state": "scheduling",
        "power_state": 0,
        "instance_type_id": 2,
        "memory_mb": 2048,
        "vcpus": 1,
        "root_gb": 20,
        "ephemeral_gb": 0,
        "launch_index": 0,
        "locked": False,
        "progress": 0,
        "root_device_name": "/dev/vda",
    }


def boot(number: int) -> dict[str, Any]:
    """Return the values of one instance_create."""
    return {
        **requested(number),
        "metadata": dict(METADATA),
        "system_metadata": dict(SYSTEM_METADATA),
        "security_groups": [GROUP],
    }


def running(size: int) -> Iterator[dict[str, Any]]:
    """Yield the columns of the instances of a cloud, oldest first."""
    in_project, on_host = projects(size), hosts(size)
    for number, identity in enumerate(uuids(size)):
        created = EPOCH + timedelta(seconds=number)
        yield {
            **requested(number),
            "uuid": identity,
            "project_id": in_project[number % len(in_project)],
            "host": on_host[number % len(on_host)],
            "node": on_host[number % len(on_host)],
            "vm_state": "active",
            "task_state": None,
            "power_state": 1,
            "created_at": created,
            "launched_at": created + timedelta(seconds=9),
        }


def gone(count: int) -> Iterator[dict[str, Any]]:
    """Yield the columns of instances with new uuids, to be destroyed or archived."""
    for number in range(count):
        yield {
            **requested(number),
            "uuid": str(uuid.uuid4()),
            "host": "host0",
            "node": "host0",
            "vm_state": "active",
            "task_state": None,
            "created_at": EPOCH + timedelta(seconds=number),
        }


def node(number: int) -> dict[str, Any]:
    """Return the columns of a hypervisor."""
    return {
        "vcpus": 16,
        "memory_mb": 65536,
        "local_gb": 1000,
        "vcpus_used": 4,
        "memory_mb_used": 8192,
        "local_gb_used": 80,
        "hypervisor_type": "QEMU",
        "hypervisor_version": 1004000,
        "hypervisor_hostname": f"host{number}",
        "free_ram_mb": 57344,
        "free_disk_gb": 920,
        "current_workload": 0,
        "running_vms": 4,
        "cpu_info": '{"vendor": "Intel", "model": "Westmere", "arch": "x86_64"}',
        "disk_available_least": 900,
    }


def addresses() -> Iterator[str]:
    """Yield the addresses of the pool."""
    for number in range(ADDRESSES):
        yield f"10.0.{number // 250}.{number % 250 + 2}"


def cards() -> list[tuple[str, str]]:
    """Return the uuids and MAC addresses of the virtual interfaces whose traffic is counted."""
    return [(identity, f"02:16:3e:00:00:{n % 256:02x}") for n, identity in enumerate(uuids(CARDS))]


def chosen(choices: Iterable[Any], count: int) -> list[Any]:
    """Return ``count`` choices in random order, each equally often."""
    source = list(choices)
    random.Random(0).shuffle(source)
    return [source[number % len(source)] for number in range(count)]
