"""Secondary reads of functions that tolerate stale data, for contexts with ``use_slave``.

Only lists and reports are decorated: a stale result shows what was true a moment ago. A function
that counts, claims or checks before it writes always reads from the primary, and so do the
functions that quota_reserve calls to count.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from nova_docdb.context import Context
from nova_docdb.mongo.store import connection

F = TypeVar("F", bound=Callable[..., Any])


# The names of the functions that tolerate stale reads.
STALE_READS: set[str] = set()


def tolerates_stale_reads(function: F) -> F:
    """Make a function read from secondaries if its context has ``use_slave``."""

    @functools.wraps(function)
    def reading(context: Context, *args: Any, **kwargs: Any) -> Any:
        if not getattr(context, "use_slave", False):
            return function(context, *args, **kwargs)
        with connection.reading_from_secondaries():
            return function(context, *args, **kwargs)

    STALE_READS.add(function.__name__)
    return reading  # type: ignore[return-value]  # same signature, by functools.wraps
