"""The default security group of a project, which security groups and instances both need.

Its rules are written first, with the id of the group to come, so that a caller who sees the group
sees its rules too. If two callers create the group, the unique key refuses one of them, and that
one removes the rules it wrote.
"""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.context import Context
from nova_docdb.mongo.store import ids
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import table

GROUPS = table("security_groups")
RULES = table("security_group_rules")
DEFAULT_RULES = table("security_group_default_rules")

COPIED = ("protocol", "from_port", "to_port", "cidr")

ATTEMPTS = 20


def ensure(context: Context) -> tuple[bool, Row]:
    """Return whether the context's project had a default group, and the group.

    :raises DBDeadlock: if other callers keep creating and deleting it
    """
    for _attempt in range(ATTEMPTS):
        group = named(context.project_id, "default")
        if group is not None:
            return True, group
        try:
            return False, _create(context)
        except exception.DBDuplicateEntry:
            # Another caller made it.
            continue
    raise exception.DBDeadlock(f"security_groups: {ATTEMPTS} others made and removed the default")


def named(project_id: str | None, name: str) -> Row | None:
    """Return the live group of a project by its name, or None."""
    return GROUPS.first(GROUPS.where_live(project_id=project_id, name=name))


def _create(context: Context) -> Row:
    """Store the default group of the context's project with a copy of every live default rule.

    :raises DBDuplicateEntry: if the project has one
    """
    values = {
        "name": "default",
        "description": "default",
        "user_id": context.user_id,
        "project_id": context.project_id,
    }
    GROUPS.format.document(values)  # refuses what cannot be stored
    number = ids.allocate(GROUPS.name)[0]
    rules = RULES.insert_many(
        {**{name: rule[name] for name in COPIED}, "parent_group_id": number}
        for rule in DEFAULT_RULES.find(DEFAULT_RULES.live)
    )
    try:
        return GROUPS.insert_numbered(number, values)
    except exception.DBDuplicateEntry:
        RULES.remove({"_id": {"$in": [rule["id"] for rule in rules]}})
        raise
