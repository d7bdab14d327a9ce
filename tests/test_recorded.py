"""What the original answered, replayed on every store."""

from importlib.resources import files

import pytest

from nova_docdb.fixtures import load
from tests.replay import replay

RECORDED = files("nova_docdb.fixtures") / "recorded"

SCENARIOS = [
    scenario
    for family in sorted(RECORDED.iterdir(), key=lambda path: path.name)
    if family.is_dir()
    for path in sorted(family.iterdir(), key=lambda path: path.name)
    for scenario in load(f"recorded/{family.name}/{path.name}")
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
def test_recorded(store, scenario):
    replay(scenario)
