"""Recorded answers of the original, replayed on every store."""

import pytest

from tests.data import FIXTURES, load
from tests.replay import replay

RECORDED = FIXTURES / "recorded"

SCENARIOS = [
    scenario
    for family in sorted(RECORDED.iterdir())
    if family.is_dir()
    for path in sorted(family.iterdir())
    for scenario in load(f"recorded/{family.name}/{path.name}")
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
def test_recorded(store, scenario):
    replay(scenario)
