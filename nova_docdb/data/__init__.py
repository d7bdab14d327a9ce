"""Data files of the package: the default flavors, and which functions query every shard."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def load(name: str) -> Any:
    """Return a JSON file of this folder, parsed, e.g. ``load("default_flavors.json")``."""
    return json.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))
