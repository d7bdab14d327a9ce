"""Notifies a cells-aware program of changes.

In a cells deployment the parent cell keeps a copy of some rows. The functions with an argument
``update_cells`` call the listener after a change is stored. By default there is no listener. A
program sets its own::

    from nova_docdb import cells

    def update_parent(function, context, change):
        if function == "instance_update":
            CellsAPI().instance_update_at_top(context, change)

    cells.set_listener(update_parent)

``function`` is one of instance_update, instance_destroy and instance_fault_create, whose ``change``
is the row that the function returns, and bw_usage_update, whose ``change`` is a dict of its
arguments. An exception that the listener raises is logged and ignored, because the change is
already stored.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from typing import Any

from nova_docdb.context import Context

LOG = logging.getLogger(__name__)

Listener = Callable[[str, Context, dict[str, Any]], None]

_listener: Listener | None = None


def set_listener(listener: Listener | None) -> None:
    """Set the function that is called after changes; None removes it."""
    global _listener  # noqa: PLW0603 - one listener per process
    _listener = listener


def notify(function: str, context: Context, change: dict[str, Any]) -> None:
    """Call the listener, if there is one, with a stored change."""
    if _listener is None:
        return
    try:
        _listener(function, context, copy.deepcopy(change))
    except Exception:
        LOG.exception(
            "The cells listener raised an exception for %s; the change is stored", function
        )
