"""The default security group of a project, shared by security groups and instances.

Its rules are written first, with the id of the future group, so that a caller who sees the group
sees its rules too. If two callers create the group, the unique key refuses one of them, and that
one removes the rules it wrote.
"""

from __future__ import annotations

from collections.abc import Callable

from nova_docdb import exception
from nova_docdb.context import Context
from nova_docdb.mongo.tables.retry import Retry
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import table

GROUPS = table("security_groups")
RULES = table("security_group_rules")
DEFAULT_RULES = table("security_group_default_rules")

COPIED = ("protocol", "from_port", "to_port", "cidr")


def ensure(context: Context) -> tuple[bool, Row]:
    """Return whether the context's project had a default group, and the group.

    :raises DBDeadlock: if other callers keep creating and deleting it
    """
    retry = Retry(GROUPS.name, "others created and deleted the default group")
    while True:
        retry.begin()
        group = named(context.project_id, "default")
        if group is not None:
            return True, group
        try:
            return False, _create(context)
        except exception.DBDuplicateEntry:
            # Another caller created it.
            continue


def named(project_id: str | None, name: str) -> Row | None:
    """Return the live group of a project by its name, or None."""
    return GROUPS.first(GROUPS.where_live(project_id=project_id, name=name))


def _create(context: Context) -> Row:
    """Insert the default group of the context's project with copies of all live default rules.

    :raises DBDuplicateEntry: if the project has one
    """
    values = {
        "name": "default",
        "description": "default",
        "user_id": context.user_id,
        "project_id": context.project_id,
    }

    def store_rules(group_id: int) -> Callable[[], object]:
        rules = RULES.insert_many(
            {**{name: rule[name] for name in COPIED}, "parent_group_id": group_id}
            for rule in DEFAULT_RULES.find(DEFAULT_RULES.live)
        )
        return lambda: RULES.remove({"_id": {"$in": [rule["id"] for rule in rules]}})

    return GROUPS.insert_after(GROUPS.format.document(values), store_rules)
