"""Bringing the store to the state that this release expects."""

from __future__ import annotations

from dataclasses import dataclass, field

from nova_docdb.backend import backend_function


@dataclass
class SyncReport:
    """What a sync made, and what it found that it did not expect.

    Indexes are named "table.index".
    """

    indexes: list[str] = field(default_factory=list)
    flavors: list[str] = field(default_factory=list)
    unexpected_indexes: list[str] = field(default_factory=list)


@backend_function
def db_sync(default_flavors: bool = True) -> SyncReport:  # noqa: FBT001, FBT002 - as in the reference
    """Make every index that is missing; repeating it, also at once, changes nothing.

    :param default_flavors: whether to make the five flavors m1.tiny to m1.xlarge where
        instance_types has no row
    :returns: what was made
    :raises DBError: if the rows there are break a unique key
    """


@backend_function
def db_version() -> int:
    """Return the version of the stored format that the last sync left; 0 before the first."""
