"""``nova-docdb rows``: show the rows of a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from nova_docdb import exception
from nova_docdb.cli import exits
from nova_docdb.cli.common import JSON, check_lasting_store, store_command
from nova_docdb.cli.output import console, counted, print_json, show_rows
from nova_docdb.cli.tables import TABLE
from nova_docdb.mongo.admin import browse

SHOWN = 50

# Columns of every table, hidden by default when live rows are listed.
BOOKKEEPING = ("created_at", "updated_at", "deleted_at", "deleted")


class Condition(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A condition "column=value"."""

    name = "column=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return the column and the text."""
        column, equals, text = value.partition("=")
        if not equals:
            self.fail(f"{value!r} is not a condition: write column=value.", param, ctx)
        return column, text


@click.command()
@click.argument("table", type=TABLE)
@click.option(
    "--where",
    "conditions",
    type=Condition(),
    metavar="COLUMN=VALUE",
    multiple=True,
    help="Only rows with this value; may be repeated. Without a value: rows where it is empty.",
)
@click.option("--deleted", is_flag=True, help="Show soft-deleted rows instead of live ones.")
@click.option(
    "--archived", is_flag=True, help="Show rows of the shadow table instead of live ones."
)
@click.option("--columns", metavar="NAME,…", help="The columns to show, separated by commas.")
@click.option(
    "--limit",
    default=SHOWN,
    show_default=True,
    type=click.IntRange(0),
    help="The maximum number of rows; 0 means all.",
)
@click.option(
    "--show-secrets",
    is_flag=True,
    help="Show passwords, connection_info, provider_auth and user_data instead of masking them.",
)
@JSON
@click.option("--csv", "as_csv", is_flag=True, help="Print the rows as CSV.")
@store_command
def rows(
    *,
    table: str,
    conditions: tuple[tuple[str, str], ...],
    deleted: bool,
    archived: bool,
    columns: str | None,
    limit: int,
    show_secrets: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Show live rows of a table, or with --deleted or --archived those, ordered by id.

    Without --columns a table shows the columns that are not empty in all rows; JSON and CSV show
    every column. The command only reads.

    \b
    Examples:
      nova-docdb rows instances --where host=compute3 --columns id,uuid,vm_state,task_state
      nova-docdb rows fixed_ips --where instance_uuid= --limit 5 --connection mongodb://db/nova
      nova-docdb rows quota_usages --where project_id=acme --json --config-file nova.conf
    """
    if (deleted and archived) or (as_json and as_csv):
        raise click.UsageError(
            "Use only one of --deleted and --archived, and only one of --json and --csv."
        )
    check_lasting_store()
    state = browse.DELETED if deleted else browse.ARCHIVED if archived else browse.LIVE
    try:
        found = browse.rows(table, dict(conditions), state, limit + 1 if limit else None)
    except exception.InvalidInput as error:
        raise exits.MistakeError(str(error)) from error
    stored = list(found)
    is_more = bool(limit) and len(stored) > limit
    shown = stored[: limit or None]
    if not show_secrets:
        shown = [browse.masked(table, row) for row in shown]
    if columns is not None:
        shown = _only(shown, columns.split(","))
    if as_json:
        print_json(shown)
    elif as_csv:
        click.echo(_csv(shown), nl=False)
    else:
        _show(shown, everything=columns is not None or state != browse.LIVE)
        more = f"; more exist: use --limit {limit * 10}" if is_more else ""
        console().print(f"{counted(len(shown), f'{state} row')}{more}.")


def _only(shown: list[dict[str, Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
    for column in columns:
        if shown and column not in shown[0]:
            raise click.UsageError(
                f"Unknown column {column!r}: the columns are {', '.join(shown[0])}."
            )
    return [{column: row[column] for column in columns} for row in shown]


def _show(shown: list[dict[str, Any]], *, everything: bool) -> None:
    if not shown:
        return
    names = list(shown[0])
    if not everything:
        filled = [name for name in names if any(row[name] not in (None, "") for row in shown)]
        names = [name for name in filled if name not in BOOKKEEPING]
    if "id" in names:
        names.insert(0, names.pop(names.index("id")))
    show_rows(console(), names, ([row[name] for name in names] for row in shown))


def _csv(shown: list[dict[str, Any]]) -> str:
    written = io.StringIO()
    if shown:
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow(shown[0])
        for row in shown:
            writer.writerow(map(_cell, row.values()))
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value
