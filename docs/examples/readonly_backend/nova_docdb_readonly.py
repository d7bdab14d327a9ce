"""The backend ``readonly``: the store of the backend ``mongo``, to look at and not to touch.

For the hours in which a database is brought over or examined: services that select it see every
row, and what would change one raises ReadOnly before anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from nova_docdb import exception, mongo
from nova_docdb.context import Context

READS = re.compile(
    r"(_|^)get(_|$)|_(list|exists|statistics)$|_(count|search)_|_in_use|^fixed_ips_by_"
    r"|^(db_version|constraint|equal_any|not_equal)$"
)

# It reads by its name, and writes.
WRITES = {"instance_update_and_get_original"}


class ReadOnly(exception.NovaException):
    """The function would change the store."""

    message = "%(function)s is refused: the backend readonly changes nothing."
    code = 503


class Backend:
    """The functions of another backend, with a refusal in place of those that write."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return the function of that name.

        :raises AttributeError: if the other backend lacks it
        """
        function: Callable[..., Any] = getattr(self._inner, name)
        if READS.search(name) and name not in WRITES:
            return function

        def refuse(*_args: Any, **_kwargs: Any) -> Any:
            raise ReadOnly(function=name)

        return refuse

    def project_get_networks(
        self, context: Context, project_id: str, associate: bool = True
    ) -> list[dict[str, Any]]:
        """Return the networks that the project has, and take none for it."""
        rows: list[dict[str, Any]] = self._inner.project_get_networks(
            context, project_id, associate=False
        )
        return rows


def get_backend() -> Backend:
    """Return the object whose attributes are the functions."""
    return Backend(mongo.get_backend())
