"""The data of the tests: the recorded contract and answers in the checkout's ``fixtures/``."""

import json
from pathlib import Path

FIXTURES = Path(__file__).parents[1] / "fixtures"


def load(name):
    """Return the content of a JSON file, e.g. ``load("contract.json")``."""
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))
