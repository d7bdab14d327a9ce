"""Create the indexes and default rows that this release expects."""

from __future__ import annotations

from nova_docdb.backend import backend_function


@backend_function
def db_sync(default_flavors: bool = True) -> dict[str, list[str]]:
    """Create the missing indexes; safe to repeat, also concurrently.

    :param default_flavors: whether to create the five flavors m1.tiny to m1.xlarge if
        instance_types is empty
    :returns: names by kind: "indexes" ("table.index") and "flavors" were created; "changed_indexes"
        have other keys or options than their schema declares, "unexpected_indexes" are in no
        schema: both are left unchanged
    :raises DBError: if existing rows violate a unique key, or another index conflicts
    """


@backend_function
def db_version() -> int:
    """Return the format version that the last sync stored, or 0 before the first sync."""
