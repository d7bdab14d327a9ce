"""A cloud of any size, inserted directly into the tables, to measure the cost of calls.

``own`` rows of every table are those that the calls of ``tests.calls`` read: of one project, one
user, one host, one network, their instances and dependent rows. The same number is soft-deleted,
and ``others`` rows belong to a hundred other projects, hosts and networks, every third of them
soft-deleted. Half of their ids are below the own ones, half above. ``dead`` further own rows are
soft-deleted: every second one belongs to the first instance, node, ..., the others to deleted ones.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from nova_docdb.mongo.store import connection, ids
from nova_docdb.mongo.tables.table import table
from nova_docdb.schemas import TABLES
from nova_docdb.schemas.columns import Boolean, DateTime, Float, Integer, VersionNumber

PROJECT, USER, HOST, NODE = "acme", "alice", "host1", "node1"
START = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC
DAY = timedelta(days=1)
NEVER = datetime(2999, 1, 1)  # noqa: DTZ001 - naive UTC

# The number of rows of a table per instance, node, ...
EACH = {
    "compute_node_stats": 10,
    "instance_metadata": 5,
    "instance_system_metadata": 10,
    # Nine of them are finished.
    "migrations": 10,
    "security_groups": 2,
    "security_group_rules": 2,
    "security_group_instance_association": 2,
    "block_device_mapping": 3,
}
OTHER_OWNERS = 100
# Tables with a few kinds of rows, such as resources, however many rows are deleted.
OF_FEW_KINDS = {"quotas", "quota_classes", "quota_usages", "compute_node_stats"}
KINDS = 20
# The private fields of a new row.
PRIVATE = {"quota_usages": {"_reservations": {}, "_outstanding": 0, "_refreshes": 0}}
BATCH = 1000

# A prime: rows are not updated in the order in which they were created.
MIXED = 7919


def uuid_of(number):
    return f"a1b2c3d4-0000-4000-8000-{number:012d}"


def mac_of(number):
    return f"02:16:3e:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


def fixed_address(number):
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def floating_address(number):
    return f"192.{number >> 16}.{number >> 8 & 255}.{number & 255}"


# The rows, as functions of n, their number in the table, of o, the number of their owner (from 1
# for own rows, from 101 for those of others), and of a name that is the same for all own rows and
# different for each other owner.

ROWS = {
    "services": lambda n, o, of: {
        "host": of(HOST), "binary": "nova-compute", "topic": of("compute"),
    },
    "compute_nodes": lambda n, o, of: {"service_id": of(1), "hypervisor_hostname": f"node{n}"},
    "compute_node_stats": lambda n, o, of: {"compute_node_id": o, "key": f"k{n}", "value": "1"},
    "certificates": lambda n, o, of: {"user_id": of(USER), "project_id": of(PROJECT)},
    "instances": lambda n, o, of: {
        "uuid": uuid_of(n), "project_id": of(PROJECT), "user_id": of(USER), "host": of(HOST),
        "node": of(NODE), "hostname": f"vm{n}", "vm_state": "active", "instance_type_id": 5,
        "task_state": "rebooting" if of(1) == 1 else None, "vcpus": 1, "memory_mb": 512,
        "launched_at": START, "terminated_at": None if of(1) == 1 else START + DAY,
    },
    "instance_info_caches": lambda n, o, of: {"instance_uuid": uuid_of(n), "network_info": "[]"},
    "instance_types": lambda n, o, of: {"name": f"f{n}", "flavorid": f"f{n}", "is_public": False},
    "quotas": lambda n, o, of: {"project_id": of(PROJECT), "resource": f"r{n}", "hard_limit": 9},
    "quota_classes": lambda n, o, of: {
        "class_name": of("gold"), "resource": f"r{n}", "hard_limit": 9,
    },
    "quota_usages": lambda n, o, of: {
        "project_id": of(PROJECT), "resource": f"r{n}", "in_use": 1, "reserved": 0,
    },
    "reservations": lambda n, o, of: {
        "uuid": uuid_of(n), "usage_id": of(1), "project_id": of(PROJECT), "resource": "r1",
        "delta": 1, "expire": NEVER,
    },
    "block_device_mapping": lambda n, o, of: {
        "instance_uuid": uuid_of(o), "device_name": f"vd{n}", "volume_id": f"v{n}",
    },
    "security_group_instance_association": lambda n, o, of: {
        "instance_uuid": uuid_of(o), "security_group_id": n % 2 + 1 if of(1) == 1 else o,
    },
    "security_groups": lambda n, o, of: {
        "project_id": of(PROJECT), "user_id": of(USER),
        "name": "default" if n == 1 else f"g{n}", "description": "",
    },
    "security_group_rules": lambda n, o, of: {
        "parent_group_id": of(n % 2 + 1), "protocol": "tcp",
        "group_id": of(2) if n % 2 == 0 or n == 1 else None,
    },
    "security_group_default_rules": lambda n, o, of: {"protocol": "tcp", "cidr": "10.0.0.0/8"},
    "provider_fw_rules": lambda n, o, of: {"protocol": "tcp", "cidr": "10.0.0.0/8"},
    "key_pairs": lambda n, o, of: {"user_id": of(USER), "name": f"k{n}"},
    "migrations": lambda n, o, of: {
        "instance_uuid": uuid_of(o), "status": "finished" if n % 10 == 1 else "confirmed",
        "source_compute": of(HOST), "source_node": of(NODE),
        "dest_compute": of(HOST), "dest_node": of(NODE),
    },
    "networks": lambda n, o, of: {
        "project_id": of(PROJECT), "host": of(HOST), "uuid": uuid_of(n), "vlan": n,
        "cidr": f"10.{n >> 8}.{n & 255}.0/24", "cidr_v6": f"fd00:0:0:{n:x}::/64", "label": f"n{n}",
        "multi_host": False,
    },
    "virtual_interfaces": lambda n, o, of: {
        "address": mac_of(n), "network_id": of(1), "instance_uuid": uuid_of(n), "uuid": uuid_of(n),
    },
    "fixed_ips": lambda n, o, of: {
        "address": fixed_address(n), "network_id": of(1), "virtual_interface_id": n,
        "instance_uuid": uuid_of(n), "allocated": True, "leased": True,
    },
    "floating_ips": lambda n, o, of: {
        "address": floating_address(n), "pool": of("nova"), "project_id": of(PROJECT),
        "host": of(HOST), "fixed_ip_id": n,
    },
    "dns_domains": lambda n, o, of: {"domain": f"d{n}.example", "scope": "public"},
    "console_pools": lambda n, o, of: {
        "host": of("proxy1"), "compute_host": of(HOST), "console_type": "xvp",
    },
    "consoles": lambda n, o, of: {"pool_id": of(1), "instance_uuid": uuid_of(of(1))},
    "instance_metadata": lambda n, o, of: {
        "instance_uuid": uuid_of(o), "key": f"k{n % 5}", "value": f"v{n}",
    },
    "instance_system_metadata": lambda n, o, of: {
        "instance_uuid": uuid_of(o), "key": f"k{n % 10}", "value": f"v{n}",
    },
    "instance_type_projects": lambda n, o, of: {"instance_type_id": n, "project_id": of(PROJECT)},
    "instance_type_extra_specs": lambda n, o, of: {
        "instance_type_id": n, "key": "cpu", "value": "big",
    },
    "cells": lambda n, o, of: {"name": f"c{n}"},
    "aggregate_hosts": lambda n, o, of: {"aggregate_id": n, "host": of(HOST)},
    "aggregate_metadata": lambda n, o, of: {
        "aggregate_id": n, "key": of("availability_zone"), "value": "az1",
    },
    "aggregates": lambda n, o, of: {"name": f"a{n}"},
    "agent_builds": lambda n, o, of: {
        "hypervisor": of("xen"), "os": f"os{n}", "architecture": "x86",
    },
    "bw_usage_cache": lambda n, o, of: {
        "uuid": uuid_of(n), "mac": mac_of(n), "start_period": START, "bw_in": 1, "bw_out": 1,
    },
    "volume_usage_cache": lambda n, o, of: {
        "volume_id": f"v{n}", "curr_last_refreshed": START if of(1) == 1 else START - DAY,
        "tot_last_refreshed": START if of(1) == 1 else START - DAY,
    },
    "s3_images": lambda n, o, of: {"uuid": uuid_of(n)},
    "volume_id_mappings": lambda n, o, of: {"uuid": uuid_of(n)},
    "snapshot_id_mappings": lambda n, o, of: {"uuid": uuid_of(n)},
    "instance_id_mappings": lambda n, o, of: {"uuid": uuid_of(n)},
    "instance_faults": lambda n, o, of: {"instance_uuid": uuid_of(n), "code": 500},
    "instance_actions": lambda n, o, of: {
        "instance_uuid": uuid_of(of(1)), "request_id": f"req-{n}", "action": "reboot",
    },
    "instance_actions_events": lambda n, o, of: {"action_id": of(1), "event": f"e{n}"},
    "task_log": lambda n, o, of: {
        "task_name": of("audit"), "period_beginning": START, "period_ending": START + DAY,
        "host": f"host{n}", "state": "RUNNING", "message": "",
    },
}  # fmt: skip

# Tables whose rows are never deleted.
NEVER_DELETED = {
    "bw_usage_cache", "volume_usage_cache", "instance_actions", "instance_actions_events",
    "instance_faults", "migrations", "task_log", "virtual_interfaces", "consoles", "s3_images",
    "volume_id_mappings", "snapshot_id_mappings", "instance_id_mappings", "dns_domains", "networks",
}  # fmt: skip

# The default values of columns that are not nullable.
ANYTHING = {Integer: 1, VersionNumber: 1, Float: 1.0, Boolean: False, DateTime: START}


class Cloud:
    """The rows, in the configured store.

    :param own: the number of own rows of every list
    :param others: the number of rows of every table that belong to others
    :param dead: the number of further own rows of every table that are soft-deleted
    """

    def __init__(self, own, others=0, dead=0):
        self.own = own
        for name, values in ROWS.items():
            self._fill(name, values, own, others, dead)
        connection.forget_caches()

    def add(self, name, **values):
        """Insert one more live row and return its number."""
        return self.add_many(name, [values])[0][TABLES[name].key]

    def add_many(self, name, rows):
        """Insert more live rows and return them."""
        return table(name).insert_many({**_anything(TABLES[name]), **values} for values in rows)

    def _fill(self, name, values, own, others, dead):
        each = EACH.get(name, 1)
        rows = [(n, (n - 1) // each + 1, True) for n in range(1, own * each + 1)]
        number = len(rows)
        deleted = set()
        more = range(0)
        if name not in NEVER_DELETED:
            rows += [(n + number, owner, True) for n, owner, _ in rows]
            deleted.update(range(number + 1, len(rows) + 1))
        first = len(rows) + 1
        others = range(first, first + others)
        rows += [(n, n // each + OTHER_OWNERS, False) for n in others]
        if name not in NEVER_DELETED:
            deleted.update(others[::3])
            more = range(len(rows) + 1, len(rows) + 1 + dead)
            rows += [(n, 1 if n % 2 else n, True) for n in more]
            deleted.update(more)
        self._store(name, values, rows, deleted, more)

    def _store(self, name, values, rows, dead, more):
        spec, form = TABLES[name], table(name).format
        blank = form.document({**_anything(spec), spec.key: "1", "created_at": START})
        blank.pop("_id", None)
        private = PRIVATE.get(name, {})
        documents = []
        for number, owner, own in rows:
            seen = number % KINDS + 1 if name in OF_FEW_KINDS and number in more else number
            row = values(seen, owner, _name_of(number, own))
            key = number if own or number % 2 else -number
            document = {**blank, **private, "_id": row.pop(spec.key, key), **row}
            document["created_at"] = START + timedelta(minutes=number)
            document["updated_at"] = START + timedelta(minutes=number * MIXED % len(rows))
            if number in dead:
                document.update(deleted=document["_id"], deleted_at=START + DAY)
            documents.append(document)
        collection = table(name).collection
        for start in range(0, len(documents), BATCH):
            collection.insert_many(documents[start : start + BATCH])
        if spec.key == "id":
            ids.advance_past(name, len(documents))


def _name_of(number, own):
    """Return the function that names a row: as an own one, or as that of another owner."""
    other = number % OTHER_OWNERS + OTHER_OWNERS

    def name(mine):
        if own:
            return mine
        return f"{mine}-{other}" if isinstance(mine, str) else other

    return name


def _anything(spec):
    """Return values for the columns that are not nullable."""
    return {
        name: ANYTHING.get(type(column), "x")
        for name, column in spec.columns.items()
        if not column.nullable and column.default is None and name != spec.key
    }
