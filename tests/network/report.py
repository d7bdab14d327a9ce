"""The table of ``docs/reliability.md``: the results of every scenario."""

from __future__ import annotations

from pathlib import Path

from tests.shards import between

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
MARK = "network faults"

HEAD = ("scenario", "operations", "unknown", "wrong", "longest call")


def table(verdicts):
    """Return the table of the verdicts on scenarios, by name."""
    lines = [HEAD, ["---"] * len(HEAD), *(row(*item) for item in verdicts.items())]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def row(name, verdict):
    found = (
        verdict.lost, verdict.double, verdict.half_made, verdict.undone, verdict.stale,
    )  # fmt: skip
    return [
        name,
        verdict.operations,
        verdict.unknown,
        sum(map(len, found)),
        f"{verdict.longest_seconds:.1f} s",
    ]


def write(verdicts):
    """Write the table into the page."""
    before, _old, after = between(DOCUMENT.read_text(encoding="utf-8"), MARK)
    DOCUMENT.write_text(before + table(verdicts) + after, encoding="utf-8")


def names():
    """Return the scenarios that the page lists."""
    lines = between(DOCUMENT.read_text(encoding="utf-8"), MARK)[1].splitlines()[2:]
    return [line.split(" | ")[0].removeprefix("| ") for line in lines]
