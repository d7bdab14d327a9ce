"""The filter ``metadata`` of lists of instances: its instances have all pairs as live metadata.

The pairs are rows of another table, and many of these may belong to instances that the other
filters exclude. So the search starts at the side with fewer rows: either the instances of the
matching pairs are queried by uuid, or the instances are read in order, and those without the pairs
are skipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from nova_docdb import exception
from nova_docdb.mongo.families.instances.rows import INSTANCES
from nova_docdb.mongo.store.documents import Filter
from nova_docdb.mongo.tables.links import FEW, LONGEST_IN, Side, chunks, fewer
from nova_docdb.mongo.tables.reads import IN_ANY_ORDER
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import table

METADATA = table("instance_metadata")

# Serves the check whether instances have the pairs.
INDEX = METADATA.spec.index("instance_uuid", "key", "deleted")

LISTS = (list, tuple, set, frozenset)


class WithMetadata:
    """The instances whose live metadata has every pair, each on one row.

    :param wanted: a mapping, or a list of mappings
    :raises InvalidInput: if it is neither
    """

    def __init__(self, wanted: Any) -> None:
        dicts = wanted if isinstance(wanted, LISTS) else [wanted]
        if not all(isinstance(pairs, Mapping) for pairs in dicts):
            raise exception.InvalidInput(
                reason=f"metadata must be a mapping or a list of mappings, not {wanted!r:.60}"
            )
        self._pairs: list[Filter] = []
        for key, value in (pair for pairs in dicts for pair in pairs.items()):
            pair = METADATA.where_live(key=key, value=value)
            if pair not in self._pairs:
                self._pairs.append(pair)

    def __bool__(self) -> bool:
        return bool(self._pairs)

    def by_uuid(self, instances: Filter) -> Filter | None:
        """Return the filter for the instances by uuid.

        :param instances: the filter for the instances
        :returns: None if there are fewer instances than rows with the pairs, or too many uuids for
            one query
        """
        if any(isinstance(value, dict) for pair in self._pairs for value in pair.values()):
            # A key or a value that a column cannot hold.
            return {"uuid": {"$in": []}}
        matching = Side(METADATA, "instance_uuid", {"$or": self._pairs})
        uuids = list(METADATA.values("instance_uuid", matching.where, FEW))
        if len(uuids) == FEW:
            if fewer(matching, Side(INSTANCES, "uuid", instances)) is not matching:
                return None
            uuids = list(METADATA.values("instance_uuid", matching.where, LONGEST_IN))
            if len(uuids) == LONGEST_IN:
                return None
        # An instance has at most one live row of a key, so the number of rows is that of the pairs.
        pairs = Counter(uuids).items()
        return {"uuid": {"$in": [uuid for uuid, count in pairs if count == len(self._pairs)]}}

    def find(
        self,
        where: Filter,
        *,
        sort: list[tuple[str, int]],
        limit: int,
        hint: str | None,
    ) -> list[Row]:
        """Return the instances, as ``Table.find``."""
        found: list[Row] = []
        instances = INSTANCES.stream(where, sort=sort, hint=hint)
        for some in chunks(instances, first=FEW):
            found += self._having(some)
            if 0 < limit <= len(found):
                return found[:limit]
        return found

    def _having(self, instances: list[Row]) -> list[Row]:
        rows = METADATA.find(
            {
                "instance_uuid": {"$in": [instance["uuid"] for instance in instances]},
                "key": {"$in": [pair["key"] for pair in self._pairs]},
                **METADATA.live,
            },
            sort=IN_ANY_ORDER,
            hint=INDEX.name,
        )
        pairs = {(row["instance_uuid"], row["key"], row["value"]) for row in rows}
        return [
            instance
            for instance in instances
            if all((instance["uuid"], pair["key"], pair["value"]) in pairs for pair in self._pairs)
        ]
