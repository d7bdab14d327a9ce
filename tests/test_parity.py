"""docs/parity.md has every function, with a verdict that agrees with the recorded answers."""

import re
from pathlib import Path

import pytest

from tests.data import load
from tests.test_recorded import RECORDED, SCENARIOS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")
ROWS = {
    name: (verdict, difference, [place.strip() for place in places.split(",")])
    for name, verdict, difference, places in re.findall(
        r"^\| `(\w+)` \| (\w+) \| (.*?) ?\| (.+?) \|$", TEXT, re.MULTILINE
    )
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


def test_every_function_has_a_row():
    assert sorted(ROWS) == sorted(load("contract.json"))


@pytest.mark.parametrize("name", ROWS)
def test_verdict_matches_the_recorded_answers(name):
    verdict, difference, places = ROWS[name]
    assert verdict in {"same", "better"}
    assert (verdict == "better") == bool(difference)
    assert name in CALLED
    if name in WITH_QUIRKS:
        assert verdict == "better"
    for place in places:
        if place.startswith("recorded/"):
            assert (RECORDED / place.removeprefix("recorded/")).is_dir()
        else:
            assert name in (ROOT / "tests" / place).read_text(encoding="utf-8")
