"""``nova-docdb schema``: show the tables and their columns."""

from __future__ import annotations

import click

from nova_docdb.cli.common import JSON
from nova_docdb.cli.output import console, counted, print_json, show_rows
from nova_docdb.cli.tables import TABLE
from nova_docdb.schemas import SCHEMAS, TABLES, TableSpec
from nova_docdb.schemas.columns import Column, String
from nova_docdb.schemas.json_schema import DRAFT, table_schema

DESCRIPTIONS = {schema.spec().name: (schema.__doc__ or "").strip() for schema in SCHEMAS}


@click.command()
@click.argument("table", type=TABLE, required=False)
@JSON
def schema(*, table: str | None, as_json: bool) -> None:
    """Show the columns, keys, indexes and relations of a table, or list the tables.

    --json prints a JSON Schema of the rows as `nova-docdb rows --json` prints them; without a table
    name it has a definition for each table. No store is needed.

    \b
    Examples:
      nova-docdb schema
      nova-docdb schema instances
      nova-docdb schema fixed_ips --json
    """
    if as_json:
        print_json(_all_tables() if table is None else _one(TABLES[table]))
    elif table is None:
        _show_tables()
    else:
        _show_table(TABLES[table])


def _one(spec: TableSpec) -> dict[str, object]:
    return table_schema(spec, DESCRIPTIONS[spec.name])


def _all_tables() -> dict[str, object]:
    return {"$schema": DRAFT, "$defs": {name: _one(spec) for name, spec in TABLES.items()}}


def _show_tables() -> None:
    screen = console()
    headings = ("table", "columns", "indexes", "description")
    lines = [
        (name, len(spec.columns), len(spec.indexes), DESCRIPTIONS[name].split("\n")[0])
        for name, spec in TABLES.items()
    ]
    show_rows(screen, headings, lines)
    screen.print(f"{counted(len(TABLES), 'table')}.")


def _show_table(spec: TableSpec) -> None:
    screen = console()
    screen.print(f"{spec.name}: {DESCRIPTIONS[spec.name]}")
    show_rows(
        screen,
        ("column", "type", "empty", "default"),
        [
            (name, _type(column), "no" if _is_required(spec, name) else "yes", column.default)
            for name, column in spec.columns.items()
        ],
    )
    show_rows(
        screen,
        ("index", "columns", "unique"),
        [
            (index.name, ", ".join(index.columns), "yes" if index.unique else None)
            for index in spec.indexes
        ],
    )
    if spec.relations:
        show_rows(
            screen,
            ("relation", "rows of", "where"),
            [
                (name, relation.table, f"{relation.foreign} = {relation.local}")
                for name, relation in spec.relations.items()
            ],
        )
    for name, rule in spec.computed.items():
        screen.print(f"Computed: {name}, {rule}.")


def _is_required(spec: TableSpec, name: str) -> bool:
    return name == spec.key or not spec.columns[name].nullable


def _type(column: Column) -> str:
    kind = type(column).__name__
    return f"{kind}({column.length})" if type(column) is String else kind
