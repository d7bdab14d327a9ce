"""``nova-docdb db check``: find what does not fit together, and repair it on demand."""

from __future__ import annotations

from dataclasses import dataclass, field

import click

from nova_docdb.cli import exits
from nova_docdb.cli.common import JSON, check_lasting_store, console, store_command
from nova_docdb.cli.output import counted, print_json, result_table
from nova_docdb.cli.status import missing_indexes
from nova_docdb.mongo.admin import check as store_check

MISSING_INDEX = "missing index"

FOUND = "found"
REPAIRED = "repaired"
CHANGED_SINCE = "left alone: it has changed since"


@dataclass
class Found:
    """What a run has found.

    :param rows: how many rows each check has looked at, by its name
    :param findings: each finding with its state
    """

    rows: dict[str, int] = field(default_factory=dict)
    findings: list[tuple[store_check.Finding, str]] = field(default_factory=list)

    def count(self, state: str) -> int:
        """Return how many findings are in a state."""
        return sum(state == its for _finding, its in self.findings)

    @property
    def missing_indexes(self) -> list[str]:
        """Table and name of the indexes that are missing and were not made."""
        return [
            f"{finding.table}.{finding.what}"
            for finding, state in self.findings
            if finding.kind == MISSING_INDEX and state == FOUND
        ]


@click.command()
@click.option("--repair", is_flag=True, help="Repair what is found; without it, only look.")
@JSON
@store_command
def check(*, repair: bool, as_json: bool) -> None:
    """Find what a crash left behind or what does not fit together, and repair it on demand.

    Missing indexes, rows both live and archived, rows whose owner is gone, addresses of instances
    that are gone, floating addresses that lead nowhere, and quota usages that differ from their
    reservations or from the rows that they count. Nothing is changed without --repair.
    The exit code is 1 when something was found and not repaired.

    \b
    Examples:
      nova-docdb db check --connection mongodb://localhost/nova
      nova-docdb db check --repair --connection mongodb://localhost/nova
    """  # noqa: D301 - \b is click's mark for lines that are not wrapped
    check_lasting_store()
    found = _look(repair=repair)
    if as_json:
        print_json(_as_json(found))
    else:
        _show(found, repair=repair)
    if found.count(FOUND):
        exits.end(exits.FOUND)


def _look(*, repair: bool) -> Found:
    found = Found()
    with console(stderr=True).status("") as working:

        def progress(name: str, rows: int) -> None:
            found.rows[name] = rows
            working.update(f"{name}: {counted(rows, 'row')} checked")

        for finding in store_check.findings(progress):
            state = FOUND
            if repair:
                state = REPAIRED if finding.repair() else CHANGED_SINCE
            found.findings.append((finding, state))
    return found


def _show(found: Found, *, repair: bool) -> None:
    screen = console()
    missing = found.missing_indexes
    table = result_table(screen)
    for heading in ("what", "table", "rows", ""):
        table.add_column(heading)
    for finding, state in found.findings:
        if finding.kind != MISSING_INDEX or state != FOUND:
            table.add_row(finding.kind, finding.table, finding.what, state)
    if table.row_count:
        screen.print(table)
    if missing:
        screen.print(missing_indexes(missing))
    screen.print(_summary(found))
    if table.row_count and not repair:
        screen.print("Nothing was changed: run with --repair to fix it.")


def _summary(found: Found) -> str:
    looked = f"{counted(len(found.rows), 'check')}, {counted(sum(found.rows.values()), 'row')} read"
    if not found.findings:
        return f"No problems found: {looked}."
    states = [f"{counted(len(found.findings), 'problem')} found"]
    if repaired := found.count(REPAIRED):
        states.append(f"{repaired} repaired")
    if left := found.count(CHANGED_SINCE):
        states.append(f"{left} left alone")
    return f"{', '.join(states)}: {looked}."


def _as_json(found: Found) -> dict[str, object]:
    return {
        "findings": [
            {"kind": finding.kind, "table": finding.table, "what": finding.what, "state": state}
            for finding, state in found.findings
        ],
        "found": len(found.findings),
        "repaired": found.count(REPAIRED),
        "rows_checked": found.rows,
    }
