"""The functions of the contract as they are called: each ends by a deadline.

One deadline covers all commands of a call. Work that goes on in many small steps has none: each
command of it is limited by itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from nova_docdb.mongo import api
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.deadlines import UNLIMITED, Call, running

# How long they take depends on how many rows there are.
IN_STEPS = frozenset(
    {
        *("archive_deleted_rows", "archive_deleted_rows_for_table", "db_sync"),
        *("fixed_ip_bulk_create", "floating_ip_bulk_create", "floating_ip_bulk_destroy"),
        "reservation_expire",
    }
)

# They send no commands.
SEND_NOTHING = frozenset({"constraint", "equal_any", "not_equal"})


@functools.cache
def functions() -> SimpleNamespace:
    """Return all functions of the contract, ready to be called."""
    return SimpleNamespace(
        **{
            name: _ready(name, function)
            for name, function in vars(api).items()
            if callable(function) and not name.startswith("_")
        }
    )


def _ready(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    if name in SEND_NOTHING:
        return function
    return _bounded(function, in_steps=name in IN_STEPS)


def _bounded(function: Callable[..., Any], *, in_steps: bool) -> Callable[..., Any]:
    """Give a function a deadline; one that it calls back shares the caller's."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if running() is not None:
            return function(*args, **kwargs)
        with Call(UNLIMITED if in_steps else connection.current().limits):
            return function(*args, **kwargs)

    return call
