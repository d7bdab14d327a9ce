"""Unique host names, if the option osapi_compute_unique_server_name_scope is set.

Before a name is set, live instances are searched for it, as in the reference. If two callers set
the same name concurrently, a private field with a unique key refuses one of them: the claim.

    {_id: 7, hostname: "Web", project_id: "p1", _unique_name: '["project", "p1", "web"]', ...}

NOTE: an instance has no claim if it was named while the option was off, or if its project is not
the context's, whose names are searched. Later searches find such a name; a concurrent one may miss
it.
"""

from __future__ import annotations

import json
from typing import Any

from nova_docdb import exception
from nova_docdb.config import CONF
from nova_docdb.context import Context
from nova_docdb.mongo.families.instances.rows import INSTANCES
from nova_docdb.mongo.store.documents import Document

CLAIM = "_unique_name"
SCOPES = ("project", "global")
BEYOND_ASCII = r"[^\x00-\x7f]"


def are_unique() -> bool:
    """Return whether host names must be unique."""
    return CONF.osapi_compute_unique_server_name_scope in SCOPES


def same(name: str, other: str | None) -> bool:
    """Return whether two host names are equal; None is not a name, but "" is."""
    return other is not None and name.lower() == other.lower()


def check_free(context: Context, name: str | None) -> None:
    """Search the live instances in scope for the name.

    :raises InstanceExists: if one of them has it
    """
    if name is None or not are_unique():
        return
    # The server's $toLower handles ASCII only; other names are compared here.
    lowered = {"$expr": {"$eq": [{"$toLower": "$hostname"}, {"$literal": name.lower()}]}}
    where = {
        **INSTANCES.live,
        "hostname": {"$ne": None},
        "$or": [lowered, {"hostname": {"$regex": BEYOND_ASCII}}],
    }
    if _is_by_project():
        where.update(INSTANCES.equals({"project_id": context.project_id}))
    if any(same(name, other) for other in INSTANCES.values("hostname", where)):
        raise exception.InstanceExists(name=name)


def claim(context: Context, document: Document) -> Document:
    """Return the private field with which a new instance claims its name."""
    name = document["hostname"]
    if name is None or not are_unique():
        return {}
    if _is_by_project() and document["project_id"] != _stored_project(context):
        return {}
    return {CLAIM: _claim_key(context, name)}


def changed_claim(context: Context, changes: Document) -> Document:
    """Return the new claim after an update of these columns, for a pipeline update."""
    if changes.keys().isdisjoint({"hostname", "project_id"}):
        return {}
    name = changes.get("hostname")
    if name is None or not are_unique():
        return {CLAIM: None}
    named = {"$ne": [{"$ifNull": ["$hostname", None]}, None]}
    kept = {"$and": [named, {"$eq": [{"$toLower": "$hostname"}, {"$literal": name.lower()}]}]}
    key = {"$literal": _claim_key(context, name)}
    if not _is_by_project():
        return {CLAIM: _if(kept, f"${CLAIM}", key)}
    project = {"$literal": changes["project_id"]} if "project_id" in changes else "$project_id"
    kept = {"$and": [kept, {"$eq": ["$project_id", project]}]}
    own = {"$eq": [project, {"$literal": _stored_project(context)}]}
    return {CLAIM: _if(kept, f"${CLAIM}", _if(own, key, None))}


def _if(condition: Any, then: Any, otherwise: Any) -> Document:
    return {"$cond": [condition, then, otherwise]}


def _is_by_project() -> bool:
    return bool(CONF.osapi_compute_unique_server_name_scope == "project")


def _stored_project(context: Context) -> Any:
    """Return the context's project in its stored form."""
    return INSTANCES.equals({"project_id": context.project_id})["project_id"]


def _claim_key(context: Context, name: str) -> str:
    scope = ["project", _stored_project(context)] if _is_by_project() else ["global"]
    return json.dumps([*scope, name.lower()])
