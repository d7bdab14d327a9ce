"""Short functions for quota tests."""

from datetime import timedelta
from types import SimpleNamespace

from nova_docdb import clock, context, db
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table

PROJECT = "project1"
ADMIN = context.RequestContext("admin-user", "admin-project", is_admin=True)

DAY = 86400


def resource(name, answer):
    """Return a resource with a sync routine, or with one that returns ``answer``."""
    sync = answer if callable(answer) else lambda _context, _project, _session=None: dict(answer)
    return SimpleNamespace(name=name, sync=sync)


def reserve(deltas, limits=None, answers=None, expire=DAY, until_refresh=0, max_age=0, **kwargs):
    """Reserve for the project; without limits by default.

    :param answers: results of the sync routines by resource; by default nothing is in use
    :param expire: seconds from now, or None
    """
    limits, answers = limits or {}, answers or {}
    return db.quota_reserve(
        kwargs.pop("context", ADMIN),
        {name: resource(name, answers.get(name, {name: 0})) for name in deltas},
        {name: limits.get(name, -1) for name in deltas},
        deltas,
        None if expire is None else clock.utcnow() + timedelta(seconds=expire),
        until_refresh,
        max_age,
        **{"project_id": PROJECT, **kwargs},
    )


def usage(name, project_id=PROJECT):
    """Return (in_use, reserved)."""
    row = db.quota_usage_get(ADMIN, project_id, name)
    return row["in_use"], row["reserved"]


def usages(project_id=PROJECT):
    """Return (in_use, reserved) of every resource."""
    found = db.quota_usage_get_all_by_project(ADMIN, project_id)
    del found["project_id"]
    return {name: (row["in_use"], row["reserved"]) for name, row in found.items()}


def live_reservations():
    """Return the deltas of live reservations by usage and id."""
    rows = connection.get_database()["reservations"].find({"deleted": 0})
    deltas = {}
    for row in rows:
        deltas.setdefault(row["usage_id"], {})[str(row["_id"])] = row["delta"]
    return deltas


def everything_expires():
    """Make every live reservation expire now."""
    rows = table("reservations")
    rows.update_all(rows.live, {"expire": clock.utcnow() - timedelta(hours=1)})
    db.reservation_expire(ADMIN)


def assert_no_drift():
    """Assert that live usages match their live reservations."""
    live = live_reservations()
    for row in connection.get_database()["quota_usages"].find({"deleted": 0}).sort("_id"):
        booked = {key: delta for key, (delta, _first, _count) in row["_reservations"].items()}
        assert booked == live.get(row["_id"], {}), row
        assert row["reserved"] == sum(delta for delta in booked.values() if delta > 0), row
        assert row.get("_outstanding", 0) == len(booked), row
