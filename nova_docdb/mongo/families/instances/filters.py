"""MongoDB filters, sort orders and pages of instance_get_all_by_filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nova_docdb import exception
from nova_docdb.config import CONF
from nova_docdb.context import Context
from nova_docdb.mongo.families.instances import regex
from nova_docdb.mongo.families.instances.rows import INSTANCES, where_project
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.tables.arguments import later_than, require_list, require_mapping
from nova_docdb.mongo.tables.rows import Row

EXACT = frozenset(
    {"project_id", "user_id", "image_ref", "vm_state", "instance_type_id", "uuid", "task_state"}
)
LISTS = (list, tuple, set, frozenset)

# Filters that an index of their own may serve better than one in the order of creation.
SELECTIVE = frozenset({"uuid", "metadata", "task_state", "changes-since"})

# Filters that Nova's compute API applies itself, but also passes on.
APPLIED_BY_CALLER = frozenset({"fixed_ip", "ip", "ip6"})

EVERY_ROW: Filter = {"deleted": {"$gte": INSTANCES.spec.live_value}}

SOFT_DELETED = "soft-delete"

# The relations that a list may show.
LISTED = ("info_cache", "security_groups", "metadata", "system_metadata")

Sort = list[tuple[str, int]]


def where(context: Context, filters: Mapping[str, Any]) -> Filter:
    """Return the MongoDB filter for a caller's filters.

    :raises InvalidInput: if a value is invalid, such as a regular expression that does not compile
    """
    require_mapping("filters", filters)
    own = where_project(context)
    conditions = [
        _condition(name, value)
        for name, value in filters.items()
        if name not in own  # a user's own project replaces any other
    ]
    if filters.get("deleted", True):
        # All rows, in a form that an index can serve together with any other condition.
        conditions.append(EVERY_ROW)
    return {"$and": [own, *conditions]}


def counted(context: Context, filters: Mapping[str, Any]) -> Filter:
    """Return a wider filter for a caller's instances, whose matches an index can count."""
    project = where_project(context)
    if not project and isinstance(filters.get("project_id"), str):
        project = INSTANCES.equals({"project_id": filters["project_id"]})
    return {**project, **(EVERY_ROW if filters.get("deleted", True) else INSTANCES.live)}


def have_expression(filters: Mapping[str, Any]) -> bool:
    """Return whether a filter is a regular expression."""
    return any(
        name in INSTANCES.spec.columns
        and name not in EXACT
        and name not in SPECIAL
        and value is not None
        for name, value in filters.items()
    )


def order(sort_key: str, sort_dir: str) -> Sort:
    """Return the order: by the key, then by creation and id; all in one direction.

    :raises InvalidInput: if the key is not a column, or the direction is not "asc" or "desc"
    """
    # NOTE: a subclass of str may have no hash, such as the driver's Code.
    if not isinstance(sort_key, str) or str.__str__(sort_key) not in INSTANCES.spec.columns:
        raise exception.InvalidInput(
            reason=f"instances cannot be sorted by {exception.shown(sort_key)}"
        )
    if sort_dir not in ("asc", "desc"):
        raise exception.InvalidInput(
            reason=f"sort_dir must be asc or desc, not {exception.shown(sort_dir)}"
        )
    direction = 1 if sort_dir == "asc" else -1
    columns = dict.fromkeys((str.__str__(sort_key), "created_at", "id"))
    return [(INSTANCES.format.field(column), direction) for column in columns]


def behind(where: Filter, marker: Row, by: Sort) -> Filter:
    """Return the filter for the rows of a filter that follow a row in an order.

    They follow it if they equal it in all columns of the order but the last and are beyond it in
    the last one, or equal it in all but the last two and are beyond it in the last but one, and so
    on.

    NOTE: each of these cases is a range of an index in that order, and the server merges the ranges
    only if ``$or`` is outermost. So a page costs the same wherever it is, however many rows equal
    the marker.
    """
    values = [(name, direction, marker["id" if name == "_id" else name]) for name, direction in by]
    ranges: list[Filter] = []
    while values:
        name, direction, value = values.pop()
        beyond = _after_value(direction, value)
        if beyond is not None:
            equal = {equal: same for equal, _, same in values}
            ranges.append({"$and": [where, {**equal, name: beyond}]})
    return {"$or": ranges} if ranges else {"_id": {"$in": []}}


def _after_value(direction: int, value: Any) -> Filter | None:
    """Return the condition for values after a value, or None; an empty value is the lowest."""
    if direction > 0:
        return {"$ne": None} if value is None else {"$gt": value}
    # "$lt" would exclude the empty values.
    return None if value is None else {"$not": {"$gte": value}}


def index_for(context: Context, filters: Mapping[str, Any], by: Sort) -> str | None:
    """Return the name of the index to use for the order; None lets MongoDB choose one.

    NOTE: MongoDB caches the plan that was best for the filters of one caller and reuses it for
    others, whose project may be a thousand times smaller.
    """
    if by[0][0] != "created_at" or not SELECTIVE.isdisjoint(filters):
        return None
    project = bool(where_project(context)) or isinstance(filters.get("project_id"), str)
    if not filters.get("deleted", True):
        return "project_id_deleted_created_at_id" if project else "deleted_created_at_id"
    return None if project else "created_at_id"


def _condition(name: str, value: Any) -> Filter:
    special = SPECIAL.get(name)
    if special is not None:
        return special(value)
    if name in EXACT:
        either = isinstance(value, LISTS)
        return INSTANCES.any_of(name, value) if either else INSTANCES.equals({name: value})
    if name in INSTANCES.spec.columns:
        if isinstance(value, LISTS):
            found = [_search(name, item) for item in value]
            return {"$or": found} if found else INSTANCES.any_of(name, [])
        return _search(name, value)
    if CONF.mongo.strict and name not in APPLIED_BY_CALLER:
        raise exception.InvalidInput(
            reason=f"instances have no filter {exception.shown(name)} ([mongo] strict is set)"
        )
    return {}


def _search(column: str, expression: Any) -> Filter:
    """Return the filter for rows whose column matches an expression; None is an empty column."""
    if expression is None:
        return INSTANCES.equals({column: None})
    return regex.search_filter(INSTANCES.format, column, expression)


def _deleted_filter(deleted: Any) -> Filter:
    if deleted:
        return {"$or": [INSTANCES.deleted, {"vm_state": SOFT_DELETED}]}
    return {**INSTANCES.live, "vm_state": {"$ne": SOFT_DELETED}}


# The filters that do more than compare a column.
SPECIAL: dict[str, Callable[[Any], Filter]] = {
    "deleted": _deleted_filter,
    "changes-since": lambda value: {"updated_at": later_than("changes-since", value)},
    # A condition on rows of another table: see ``with_metadata``.
    "metadata": lambda _wanted: {},
}


def joined_columns(columns_to_join: Iterable[str] | None) -> list[str]:
    """Return the relations to join in a list; None is all of them.

    :raises InvalidInput: if a name is not one of these relations
    """
    if columns_to_join is None:
        return list(LISTED)
    wanted = require_list("columns_to_join", columns_to_join)
    unknown = [name for name in wanted if name not in LISTED]
    if unknown:
        raise exception.InvalidInput(
            reason=f"instances have no relation {exception.shown(unknown[0])}"
        )
    return wanted
