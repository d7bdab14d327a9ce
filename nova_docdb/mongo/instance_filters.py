"""The filters, the order and the pages of instance_get_all_by_filters, as MongoDB takes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from nova_docdb import exception
from nova_docdb.context import Context
from nova_docdb.mongo.arguments import require_list, require_mapping, require_moment
from nova_docdb.mongo.instance_rows import INSTANCES, of_project
from nova_docdb.mongo.joins import table
from nova_docdb.mongo.rows import Filter, Row
from nova_docdb.schemas.columns import Boolean, Text

METADATA = table("instance_metadata")

EXACT = frozenset(
    {"project_id", "user_id", "image_ref", "vm_state", "instance_type_id", "uuid", "task_state"}
)
LISTS = (list, tuple, set, frozenset)

EVERY_ROW: Filter = {"deleted": {"$gte": INSTANCES.facts.live_value}}

SOFT_DELETED = "soft-delete"

# The relations that a list may show.
LISTED = ("info_cache", "security_groups", "metadata", "system_metadata")

Sort = list[tuple[str, int]]


def where(context: Context, filters: Mapping[str, Any]) -> Filter:
    """Return the MongoDB filter for what a caller asks for.

    :raises InvalidInput: if a filter has a value that makes no sense, such as a regular
        expression that does not compile
    """
    require_mapping("filters", filters)
    own = of_project(context)
    conditions = [
        _condition(name, value)
        for name, value in filters.items()
        if name not in own  # a user's own project replaces any other
    ]
    if "deleted" not in filters:
        # Every row, in words that an index can serve whatever else is asked for.
        conditions.append(EVERY_ROW)
    return {"$and": [own, *conditions]}


def order(sort_key: str, sort_dir: str) -> Sort:
    """Return the order: by the key, then by creation and id; all in one direction.

    :raises InvalidInput: if the key is no column or the direction neither "asc" nor "desc"
    """
    if not isinstance(sort_key, str) or sort_key not in INSTANCES.facts.columns:
        raise exception.InvalidInput(reason=f"instances cannot be sorted by {sort_key!r:.60}")
    if sort_dir not in ("asc", "desc"):
        raise exception.InvalidInput(reason=f"sort_dir must be asc or desc, not {sort_dir!r:.60}")
    direction = 1 if sort_dir == "asc" else -1
    columns = dict.fromkeys((sort_key, "created_at", "id"))
    return [(INSTANCES.format.field(column), direction) for column in columns]


def behind(marker: Row, by: Sort) -> Filter:
    """Return the filter for the rows that follow a row in an order.

    Beside the exact condition stands a bound on the first column: an index on it is entered at the
    marker, so that a page costs the same wherever it is.
    """
    values = [(name, direction, marker["id" if name == "_id" else name]) for name, direction in by]
    steps: list[Filter] = []
    equal: Filter = {}
    for name, direction, value in values:
        step = _beyond(name, direction, value)
        if step is not None:
            steps.append({"$and": [equal, step]})
        equal = {**equal, name: value}
    name, direction, value = values[0]
    bound: Filter = {}
    if value is not None:
        # An empty value is the lowest: "not greater" includes it, "less" would not.
        bound = {name: {"$gte": value} if direction > 0 else {"$not": {"$gt": value}}}
    return {"$and": [bound, {"$or": steps or [{"_id": {"$in": []}}]}]}


def _beyond(name: str, direction: int, value: Any) -> Filter | None:
    """Return what is behind a value, the empty value being the lowest; None if nothing is."""
    if direction > 0:
        return {name: {"$ne": None} if value is None else {"$gt": value}}
    if value is None:
        return None
    return {"$or": [{name: {"$lt": value}}, {name: None}]}


def _condition(name: str, value: Any) -> Filter:
    special = SPECIAL.get(name)
    if special is not None:
        return special(value)
    if name in EXACT:
        either = isinstance(value, LISTS)
        return INSTANCES.any_of(name, value) if either else INSTANCES.equals({name: value})
    if name in INSTANCES.facts.columns:
        return _searched(name, value)
    # NOTE: the API passes filters that are answered above the database, such as an address.
    return {}


def _deleted(deleted: Any) -> Filter:
    if deleted:
        return {"$or": [INSTANCES.dead, {"vm_state": SOFT_DELETED}]}
    return {**INSTANCES.live, "vm_state": {"$ne": SOFT_DELETED}}


def _with_metadata(wanted: Any) -> Filter:
    """Return the filter for instances whose live metadata has every pair, each on one row."""
    dicts = wanted if isinstance(wanted, LISTS) else [wanted]
    if not all(isinstance(pairs, Mapping) for pairs in dicts):
        raise exception.InvalidInput(reason="metadata must be a mapping or a list of mappings")
    pairs = [pair for pairs in dicts for pair in pairs.items()]
    return {"$and": [{"uuid": {"$in": _having(*pair)}} for pair in pairs]} if pairs else {}


# The filters that are more than a comparison with a column.
SPECIAL: dict[str, Callable[[Any], Filter]] = {
    "deleted": _deleted,
    "changes-since": lambda value: {"updated_at": {"$gt": require_moment("changes-since", value)}},
    "metadata": _with_metadata,
}


def _having(key: Any, value: Any) -> list[str]:
    return METADATA.distinct("instance_uuid", METADATA.alive(key=key, value=value))


# Regular expressions


def _searched(name: str, value: Any) -> Filter:
    """Return the filter for rows in whose value, as text, an expression is found."""
    if value is None:
        return INSTANCES.equals({name: None})
    if isinstance(value, (*LISTS, Mapping)):
        raise exception.InvalidInput(reason=f"the filter {name} must be one regular expression")
    expression = _checked(name, str(value))
    column = INSTANCES.facts.columns[name]
    if isinstance(column, Text):
        return {name: {"$regex": expression}}
    # NOTE: MongoDB searches text only. The different values are few beside the rows, but for ids.
    search = re.compile(expression).search
    found = [stored for stored in INSTANCES.distinct(name, EVERY_ROW) if stored is not None]
    texts = ((stored, _as_text(stored, boolean=isinstance(column, Boolean))) for stored in found)
    field = INSTANCES.format.field(name)
    return {field: {"$in": [stored for stored, text in texts if search(text)]}}


def _as_text(stored: Any, *, boolean: bool) -> str:
    """Return a value as SQL shows it."""
    if isinstance(stored, datetime):
        return stored.strftime("%Y-%m-%d %H:%M:%S.%f")
    return str(int(stored)) if boolean else str(stored)


def _checked(name: str, expression: str) -> str:
    try:
        re.compile(expression)
        expression.encode()
    except (re.error, UnicodeEncodeError, OverflowError, RecursionError) as error:
        raise exception.InvalidInput(
            reason=f"the filter {name} is no regular expression: {error}"
        ) from error
    if "\0" in expression or _explodes(expression):
        raise exception.InvalidInput(
            reason=f"the filter {name} repeats what repeats already: {expression!r:.60}"
        )
    return expression


def _explodes(expression: str) -> bool:
    """Tell whether a group that repeats or branches is itself repeated without a bound.

    Such an expression, (a+)+ say, can take time that doubles with every character, in this process
    or in the server.
    """
    varies = [False]
    inside_class = False
    tokens = re.finditer(r"\\.|\{\d+,?\d*\}|.", expression, re.DOTALL)
    closed_varying = False
    for part in (match.group() for match in tokens):
        repeats = part in {"*", "+"} or re.fullmatch(r"\{\d+,\d*\}", part) is not None
        if inside_class:
            inside_class = part != "]"
            continue
        if repeats and closed_varying and not part.endswith("?"):
            return True
        closed_varying = False
        if part == "[":
            inside_class = True
        elif part == "(":
            varies.append(False)
        elif part == ")" and len(varies) > 1:
            closed_varying = varies.pop()
            varies[-1] = varies[-1] or closed_varying
        elif repeats or part == "|":
            varies[-1] = True
    return False


def joined_columns(columns_to_join: Iterable[str] | None) -> list[str]:
    """Return the relations that a list shows; None asks for all of them.

    :raises InvalidInput: if a name is no such relation
    """
    if columns_to_join is None:
        return list(LISTED)
    wanted = require_list("columns_to_join", columns_to_join)
    unknown = [name for name in wanted if name not in LISTED]
    if unknown:
        raise exception.InvalidInput(reason=f"instances have no relation {unknown[0]!r:.60}")
    return wanted
