"""Variants that read and then write, which the judge must catch.

``meet`` is called between the read and the write; it returns once all callers have read.
"""

from __future__ import annotations

from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table
from tests.network.worker import PROJECT


def claim(uuid, meet):
    fixed_ips = connection.get_database()["fixed_ips"]
    found = fixed_ips.find_one({"instance_uuid": None, "deleted": 0}, sort=[("_id", 1)])
    meet()
    fixed_ips.update_one({"_id": found["_id"]}, {"$set": {"instance_uuid": uuid}})
    return found["address"]


def test_and_set(uuid, state, meet):
    instances = connection.get_database()["instances"]
    before = instances.find_one({"uuid": uuid})["task_state"]
    meet()
    instances.update_one({"uuid": uuid}, {"$set": {"task_state": state}})
    return before


def commit_one(limit, meet):
    """Count one unit as in use, if the limit allows it."""
    usages = connection.get_database()["quota_usages"]
    found = usages.find_one({"project_id": PROJECT, "resource": "units"})
    meet()
    if found["in_use"] < limit:
        usages.update_one({"_id": found["_id"]}, {"$inc": {"in_use": 1}})


def commit_one_by_replacing(meet):
    """Count one unit as in use by writing the sum back."""
    usages = connection.get_database()["quota_usages"]
    found = usages.find_one({"project_id": PROJECT, "resource": "units"})
    meet()
    usages.update_one({"_id": found["_id"]}, {"$set": {"in_use": found["in_use"] + 1}})


def create(uuid, project, pairs, meet):
    """Insert an instance, and after it its metadata."""
    stored = table("instances").insert({"uuid": uuid, "project_id": project, "vm_state": "active"})
    meet()
    table("instance_metadata").insert_many(
        {"instance_uuid": uuid, "key": key, "value": value} for key, value in pairs.items()
    )
    return stored["uuid"]
