"""Data that the package reads: the default flavors, and which functions ask every shard."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def load(name: str) -> Any:
    """Return the content of a JSON file of this folder, e.g. ``load("default_flavors.json")``."""
    return json.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))
