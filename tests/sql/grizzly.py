"""Small Grizzly databases on any engine, with values that are hard to preserve."""

from __future__ import annotations

import sqlalchemy as sa

from nova_docdb import clock
from nova_docdb.schemas import TABLES
from nova_docdb.sql import tables
from nova_docdb.sql.engine import open_engine

NOW = clock.parse("2013-04-04 12:00:00.123")
LATER = clock.parse("2013-04-05 00:00:00.001")
ASTRAL = "naïve ☃ 💾🐍 日本語"
MARKUP = "100% :of \\ 'quotes' \"and\" `ticks`\n\t$set a.b"


def uuid(number):
    return f"00000000-0000-4000-8000-{number:012d}"


def awkward_rows():
    """Return rows by their tables, parents first."""
    deletion = {"deleted_at": LATER, "updated_at": LATER}
    return {
        "instances": [
            {"id": 1, "uuid": uuid(1), "hostname": ASTRAL, "user_data": "x" * 300_000},
            {"id": 3, "uuid": uuid(3), "deleted": 3, **deletion, "hostname": "", "locked": False},
            {
                "id": 2**31 - 1,
                "uuid": uuid(4),
                "display_name": MARKUP,
                "access_ip_v6": "2001:db8::1",
                "locked": True,
                "launched_at": LATER,
            },
        ],
        "instance_metadata": [
            {"id": 7, "key": "", "value": "", "instance_uuid": uuid(1)},
            {"id": 9, "key": ASTRAL, "value": MARKUP, "instance_uuid": uuid(3), "deleted": 9},
        ],
        "shadow_instances": [
            {"id": 2, "uuid": uuid(2), "deleted": 2, **deletion, "key_data": ASTRAL}
        ],
        "bw_usage_cache": [
            {"id": 1, "start_period": NOW, "bw_in": 2**63 - 1, "bw_out": -(2**63), "mac": "m"}
        ],
        "networks": [
            {"id": 1, "cidr_v6": "2001:db8::/64", "vlan": None},
            {"id": 2, "cidr": "10.0.0.0/24", "vlan": None, "multi_host": True},
        ],
        "fixed_ips": [
            {"id": 1, "address": "10.0.0.2", "network_id": 2, "allocated": True},
            {"id": 2, "address": "::ffff:10.0.0.1", "network_id": 1, "instance_uuid": uuid(1)},
        ],
        "cells": [{"id": 1, "name": "c", "weight_offset": 0.1 + 0.2, "weight_scale": 1e300}],
        "dns_domains": [{"domain": "example.org", "deleted": False, "scope": "private"}],
        "volumes": [{"id": uuid(5), "deleted": "", "attach_time": LATER}],
        "shadow_volumes": [{"id": uuid(6), "deleted": uuid(6), **deletion}],
        "volume_usage_cache": [
            {"id": 1, "volume_id": uuid(5), "instance_id": 12, "tot_reads": 2**40},
            {"id": 2, "volume_id": uuid(6), "instance_id": uuid(1)},
        ],
        "quota_usages": [
            {"id": 1, "project_id": "p", "resource": "cores", "in_use": 2, "reserved": 3}
        ],
        "reservations": [
            {"id": n, "uuid": uuid(n), "usage_id": 1, "project_id": "p", "delta": n} for n in (1, 2)
        ],
    }


def make(url, rows=None):
    """Create the tables of Grizzly in an empty database, and fill them."""
    engine = open_engine(url, create=True)
    made = tables.metadata()
    made.create_all(engine)
    with engine.begin() as connected:
        connected.execute(
            made.tables["migrate_version"].insert().values(repository_id="nova", version=161)
        )
        for name, some in (rows or {}).items():
            spec = TABLES[name.removeprefix("shadow_")]
            for row in some:
                blank = {"deleted": spec.live_value, "created_at": NOW}
                connected.execute(made.tables[name].insert(), {**blank, **row})
    engine.dispose()


def cells(count):
    """Return ``count`` rows of the table cells."""
    return {"cells": [{"id": n, "name": f"c{n}"} for n in range(1, count + 1)]}


def execute(url, *statements):
    """Run statements and return the rows of the last."""
    engine = open_engine(url)
    try:
        with engine.begin() as connected:
            for statement in statements:
                result = connected.execute(sa.text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        engine.dispose()


def read(url):
    """Return the rows of every table of Nova's API that has any."""
    engine = open_engine(url)
    try:
        with engine.connect() as connected:
            found = {
                name: [tuple(row) for row in connected.execute(table.select())]
                for name, table in tables.metadata().tables.items()
                if name != "migrate_version"
            }
    finally:
        engine.dispose()
    return {name: sorted(rows, key=repr) for name, rows in found.items() if rows}


def make_big(url, rows):
    """Insert about ``rows`` rows in the proportions of a cloud: ten per instance."""
    made = tables.metadata()
    engine = open_engine(url, create=True)
    made.create_all(engine)
    for start in range(0, rows // 10, 1000):
        numbers = range(start + 1, min(start + 1000, rows // 10) + 1)
        with engine.begin() as connected:
            for name, some in _of_instances(numbers).items():
                connected.execute(made.tables[name].insert(), some)
    engine.dispose()


def _of_instances(numbers):
    marks = {"deleted": 0, "created_at": NOW}
    owned = [{"instance_uuid": uuid(number), **marks} for number in numbers]
    usage = {"id": numbers[0], "project_id": f"p{numbers[0]}", "in_use": 0, "reserved": 0}
    held = {"usage_id": numbers[0], "project_id": usage["project_id"], "delta": 1}
    return {
        "quota_usages": [{**usage, "resource": "cores", **marks}],
        "reservations": [{"uuid": uuid(number), **held, **marks} for number in numbers],
        "instances": [
            {"id": n, "uuid": uuid(n), "project_id": "p", "hostname": f"h{n}", **marks}
            for n in numbers
        ],
        "instance_info_caches": [{"network_info": "[]" * 500, **one} for one in owned],
        "instance_system_metadata": [
            {"key": f"instance_type_{n}", "value": "4096", **one} for one in owned for n in range(5)
        ],
        "fixed_ips": [{"address": f"fd00::{number:x}", **marks} for number in numbers],
        "shadow_instance_faults": [
            {"id": n, "instance_uuid": uuid(n), "code": 500, **marks, "deleted": n} for n in numbers
        ],
    }
