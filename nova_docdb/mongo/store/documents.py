"""The types of what the driver takes and gives."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
Filter = dict[str, Any]
