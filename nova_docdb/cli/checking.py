"""``nova-docdb db check``: find inconsistent rows, and repair them on request."""

from __future__ import annotations

from dataclasses import dataclass, field

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from nova_docdb.cli import exits
from nova_docdb.cli.common import JSON, check_lasting_store, store_command
from nova_docdb.cli.output import console, counted, print_json, show_rows, text
from nova_docdb.cli.status import missing_indexes
from nova_docdb.mongo.admin import check as store_check

MISSING_INDEX = "missing index"

FOUND = "found"
REPAIRED = "repaired"
CHANGED_SINCE = "not repaired: changed since it was found"
BY_HAND = "must be corrected by hand"


@dataclass
class Found:
    """The results of a run.

    :param rows: the number of rows read by each check
    :param findings: each finding with its state
    """

    rows: dict[str, int] = field(default_factory=dict)
    findings: list[tuple[store_check.Finding, str]] = field(default_factory=list)

    def count(self, state: str) -> int:
        """Return how many findings are in a state."""
        return sum(state == its for _finding, its in self.findings)

    @property
    def missing_indexes(self) -> list[str]:
        """The missing indexes that were not created, as "table.index"."""
        return [
            f"{finding.table}.{finding.what}"
            for finding, state in self.findings
            if finding.kind == MISSING_INDEX and state == FOUND
        ]


@click.command()
@click.option("--repair", is_flag=True, help="Repair the problems; without it, only report them.")
@JSON
@store_command
def check(*, repair: bool, as_json: bool) -> None:
    """Find inconsistent rows, such as those that a crash leaves, and repair them on request.

    Checked are missing indexes, rows that are both live and archived, rows whose owner does not
    exist, addresses of instances that do not exist, floating addresses whose fixed address does not
    exist, and quota usages that differ from their reservations or from the rows that they count.
    Nothing is changed without --repair. The exit code is 1 if problems were found and not repaired.

    \b
    Examples:
      nova-docdb db check --connection mongodb://localhost/nova
      nova-docdb db check --repair --connection mongodb://localhost/nova
    """
    check_lasting_store()
    found = _look(repair=repair)
    if as_json:
        print_json(_as_json(found))
    else:
        _show(found, repair=repair)
    if found.count(FOUND) or found.count(BY_HAND):
        exits.end(exits.FOUND)


def _look(*, repair: bool) -> Found:
    found = Found()
    with console(stderr=True).status("") as working:

        def progress(name: str, rows: int) -> None:
            found.rows[name] = found.rows.get(name, 0) + rows
            working.update(f"{name}: {counted(found.rows[name], 'row')} checked")

        for finding in store_check.findings(progress):
            state = FOUND
            if repair and finding.repair is None:
                state = BY_HAND
            elif repair and finding.repair:
                state = REPAIRED if finding.repair() else CHANGED_SINCE
            found.findings.append((finding, state))
    return found


def _show(found: Found, *, repair: bool) -> None:
    screen = console()
    missing = found.missing_indexes
    shown = [
        (finding, state)
        for finding, state in found.findings
        if finding.kind != MISSING_INDEX or state != FOUND
    ]
    if screen.is_terminal:
        _show_groups(screen, shown, repair=repair)
    elif shown:
        rows = [(finding.kind, finding.table, finding.what, state) for finding, state in shown]
        show_rows(screen, ("what", "table", "rows", "state"), rows)
    if missing:
        screen.print(missing_indexes(missing))
    screen.print(_summary(found))
    if shown and not repair:
        screen.print("Nothing was changed: run with --repair to fix it.")


def _show_groups(
    screen: Console, shown: list[tuple[store_check.Finding, str]], *, repair: bool
) -> None:
    """Print the findings grouped by kind."""
    groups: dict[tuple[str, str], list[str]] = {}
    for finding, state in shown:
        line = text(finding.what) + (f" ({state})" if repair else "")
        groups.setdefault((finding.kind, finding.table), []).append(line)
    for (kind, table), lines in groups.items():
        screen.print(Text(f"{kind}, in {table}: {len(lines)}", "bold"))
        for line in lines:
            screen.print(Padding(Text(line), (0, 0, 0, 2)))


def _summary(found: Found) -> str:
    looked = f"{counted(len(found.rows), 'check')}, {counted(sum(found.rows.values()), 'row')} read"
    if not found.findings:
        return f"No problems found: {looked}."
    states = [f"{counted(len(found.findings), 'problem')} found"]
    if repaired := found.count(REPAIRED):
        states.append(f"{repaired} repaired")
    if left := found.count(CHANGED_SINCE):
        states.append(f"{left} not repaired: changed since found")
    if by_hand := found.count(BY_HAND):
        states.append(f"{by_hand} to correct by hand")
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
