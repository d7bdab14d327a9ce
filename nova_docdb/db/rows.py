"""The types of rows and of the values that callers pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]
Values = Mapping[str, Any]
