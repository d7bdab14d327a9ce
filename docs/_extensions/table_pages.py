"""Generates the reference pages of the tables from the schemas when the docs are built."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nova_docdb.schemas import SCHEMAS, columns

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from nova_docdb.schemas import Relation, TableSpec

TYPES = (
    (columns.Boolean, "boolean"),
    (columns.BigInteger, "integer, 64 bits in SQL"),
    (columns.Integer, "integer"),
    (columns.Float, "float"),
    (columns.DateTime, "datetime, naive UTC"),
    (columns.IntegerOrText, "integer or text"),
    (columns.IPAddress, "address"),
    (columns.Cidr, "network (CIDR)"),
    (columns.Text, "text"),
)
# The number of functions listed for an index.
SHOWN = 6

READS = {"find", "aggregate", "count", "distinct", "getMore"}


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the pages when a build starts."""
    app.connect("builder-inited", lambda app: write(Path(app.srcdir)))
    return {"parallel_read_safe": True}


def write(docs: Path) -> None:
    """Write a page for every table to ``docs/tables``, if it changed."""
    folder = docs / "tables"
    folder.mkdir(exist_ok=True)
    used = functions_by_table((docs / "commands.md").read_text(encoding="utf-8"))
    served = json.loads((docs / "index_use.json").read_text(encoding="utf-8"))
    for schema in SCHEMAS:
        spec = schema.spec()
        path = folder / f"{spec.name}.md"
        text = page(schema.__doc__ or "", spec, used[spec.name], served.get(spec.name, {}))
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def functions_by_table(commands: str) -> dict[str, dict[str, set[str]]]:
    """Return the functions that read and write each table, parsed from the list of commands."""
    used: dict[str, dict[str, set[str]]] = defaultdict(lambda: {"read": set(), "write": set()})
    for name, sent in re.findall(r"^\| `(\w+)` \| \d+ \| (.*) \|$", commands, re.MULTILINE):
        for command, table in re.findall(r"(\w+) (\w+)(?:,|$)", sent):
            used[table]["read" if command in READS else "write"].add(name)
    return used


def page(
    about: str, spec: TableSpec, used: dict[str, set[str]], served: dict[str, list[str]]
) -> str:
    """Return the page of a table."""
    return "\n".join(
        [
            f"# {spec.name}",
            "",
            about.partition("\n")[0],
            "",
            *_columns(spec),
            *_indexes(spec, served),
            *_relations(spec),
            *_stored(spec),
            *_functions(used),
        ]
    )


def _columns(spec: TableSpec) -> list[str]:
    lines = ["## Columns", "", "| column | type | length | empty | default |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    for name, column in spec.columns.items():
        length = getattr(column, "length", "")
        default = "" if column.default is None else f"`{column.default!r}`"
        empty = "yes" if column.nullable else "no"
        lines.append(f"| `{name}` | {_type(column)} | {length} | {empty} | {default} |")
    if spec.computed:
        lines += ["", "Computed when a row is read:", ""]
        lines += [f"- `{name}`: {rule}" for name, rule in spec.computed.items()]
    return [*lines, ""]


def _type(column: columns.Column) -> str:
    return next(name for kind, name in TYPES if isinstance(column, kind))


def _indexes(spec: TableSpec, served: dict[str, list[str]]) -> list[str]:
    lines = ["## Keys and indexes", "", f"The primary key is `{spec.key}`, stored as `_id`.", ""]
    lines += ["| index over | unique | used by |", "| --- | --- | --- |"]
    for index in spec.indexes:
        over = ", ".join(f"`{name}`" for name in index.columns)
        unique = "yes" if index.unique else ""
        if index.present:
            unique += f", where {' and '.join(index.present)} is not empty"
        if index.only_deleted:
            over += " of deleted rows"
        names = served.get(index.name, [])
        shown = ", ".join(f"`{name}`" for name in names[:SHOWN])
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        lines.append(f"| {over} | {unique} | {shown}{more} |")
    return [*lines, ""]


def _relations(spec: TableSpec) -> list[str]:
    shown = [one for one in spec.relations.values() if not one.name.startswith("_")]
    if not shown:
        return []
    return ["## Relations", "", *map(_relation, shown), ""]


def _relation(relation: Relation) -> str:
    what = "the rows" if relation.many else "the row"
    through = f", through `{relation.through.table}`" if relation.through else ""
    return (
        f"- `{relation.name}`: {what} of [{relation.table}]({relation.table}.md) whose "
        f"`{relation.foreign}` equals `{relation.local}`{through}"
    )


def _stored(spec: TableSpec) -> list[str]:
    lines = ["## In the store", ""]
    if spec.shard_key:
        hashed = ", hashed" if spec.shard_key.hashed else ""
        lines.append(f"- Shard key: `{spec.shard_key.column}`{hashed}; {spec.shard_key.why}.")
    elif spec.unsharded:
        lines.append(f"- Not sharded: {spec.unsharded}.")
    else:
        lines.append("- Not sharded: the table is small.")
    if spec.shadow:
        lines.append(f"- Deleted rows are archived in `{spec.shadow_name}`.")
    lines += [f"- Private field `{name}`: {why}." for name, why in spec.private.items()]
    return [*lines, ""]


def _functions(used: dict[str, set[str]]) -> list[str]:
    lines = ["## Functions", ""]
    for label, names in (
        ("Write it", sorted(used["write"])),
        ("Read it", sorted(used["read"] - used["write"])),
    ):
        links = ", ".join(f"{{py:obj}}`~nova_docdb.db.{name}`" for name in names)
        lines += [f"{label}: {links or 'none'}.", ""]
    return lines
