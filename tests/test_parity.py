"""docs/parity.md has every function, and a difference where the recorded answers have one."""

import re
from pathlib import Path

import pytest

from tests.data import load
from tests.test_recorded import SCENARIOS

TEXT = (Path(__file__).parents[1] / "docs" / "parity.md").read_text(encoding="utf-8")


def section(title):
    """Return a section of the page."""
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def named(text):
    return re.findall(r"`(\w+)`", text)


FUNCTIONS = load("contract.json")
SAME = named(section("Functions without differences"))
BETTER = {
    *re.findall(r"^\| `(\w+)` \| .+ \|$", section("Single functions"), re.MULTILINE),
    *named("".join(re.findall(r"^\| .+ \| (.+) \|$", section("Several functions"), re.MULTILINE))),
}

CALLED = {
    step["call"] for scenario in SCENARIOS for step in scenario["steps"] if "call" in step
} | {"constraint", "equal_any", "not_equal"}

WITH_QUIRKS = {
    step["call"]
    for scenario in SCENARIOS
    for step in scenario["steps"]
    if "call" in step and "quirk" in step
}


def test_every_function_is_listed_as_the_same_or_with_its_differences():
    assert sorted([*SAME, *BETTER]) == sorted(FUNCTIONS)


def test_page_counts_the_functions():
    head = TEXT.partition("\n## ")[0]
    counted = set(map(int, re.findall(r"\d+", head)))
    assert {len(FUNCTIONS), len(BETTER), len(SAME)} <= counted


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_is_recorded_and_a_recorded_difference_is_listed(name):
    assert name in CALLED
    assert name in BETTER or name not in WITH_QUIRKS
