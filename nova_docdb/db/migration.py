"""Bringing the store to the state that this release expects."""

from __future__ import annotations

from nova_docdb.backend import backend_function


@backend_function
def db_sync(default_flavors: bool = True) -> dict[str, list[str]]:
    """Make every index that is missing; repeating it, also at once, changes nothing.

    :param default_flavors: whether to make the five flavors m1.tiny to m1.xlarge where
        instance_types has no row
    :returns: the names of what was made under "indexes" ("table.index") and "flavors"; under
        "changed_indexes" those whose keys or options are not the wanted ones, and under
        "unexpected_indexes" those that no schema knows: both are left alone
    :raises DBError: if rows that are there break a unique key, or another index is in the way
    """


@backend_function
def db_version() -> int:
    """Return the version of the stored format that the last sync left; 0 before the first."""
