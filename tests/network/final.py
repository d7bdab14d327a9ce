"""The state of the store after a run, once its faults have ended."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from nova_docdb import db
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table
from tests.network.worker import ADMIN, PROJECT

TOKEN = re.compile(r"[0-9a-f]{8}-0000-4000-9000-[0-9]{12}")


@dataclass
class Final:
    """The rows that a majority has, and all values that a majority ever had.

    :param addresses: the instance of each fixed address, by address; None if it is free
    :param networks: the project of each network, by id
    :param instances: the metadata of live instances, by uuid
    :param in_use: the column of the project's usage
    :param reserved: the same
    :param ever: pairs of a collection and a token that was ever written to it, from the oplog that
        a majority has; None without an oplog
    """

    addresses: dict = field(default_factory=dict)
    networks: dict = field(default_factory=dict)
    instances: dict = field(default_factory=dict)
    in_use: int = 0
    reserved: int = 0
    ever: set | None = None


def read(oplog=None):
    """Return the final state of the configured store.

    :param oplog: the result of ``operations``
    """
    metadata = defaultdict(dict)
    for row in _live("instance_metadata"):
        metadata[row["instance_uuid"]][row["key"]] = row["value"]
    usage = db.quota_usage_get_all_by_project(ADMIN, PROJECT).get("units")
    usage = usage or {"in_use": 0, "reserved": 0}
    return Final(
        {row["address"]: row["instance_uuid"] for row in _live("fixed_ips")},
        {row["id"]: row["project_id"] for row in _live("networks")},
        {row["uuid"]: metadata[row["uuid"]] for row in _live("instances")},
        usage["in_use"],
        usage["reserved"],
        None if oplog is None else tokens(oplog),
    )


def operations(client):
    """Return the operations on the database nova from a primary's oplog.

    It lacks operations that a failover rolled back.
    """
    oplog = client["local"]["oplog.rs"]
    return list(oplog.find({"ns": {"$in": [re.compile("^nova"), "admin.$cmd"]}}))


def tokens(oplog):
    """Return the pairs of a collection and a token that the operations wrote."""
    found = set()
    for operation in oplog:
        for inner in operation["o"].get("applyOps", [operation]):
            collection = inner["ns"].partition(".")[2]
            found |= {(collection, token) for token in TOKEN.findall(repr(inner["o"]))}
    return found


def _live(name):
    connection.forget_caches()
    rows = table(name)
    return rows.find(rows.where_live())
