"""Rows that are pairs of an owner: metadata, extra specs, stats.

At most one live row exists for an owner and a key: a unique key over both and ``deleted`` sees to
that. A pair that is removed and comes back is a new row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nova_docdb import clock, exception
from nova_docdb.mongo.store.documents import Document, Filter
from nova_docdb.mongo.tables.arguments import require_mapping
from nova_docdb.mongo.tables.retry import Retry
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Table, table

# Each attempt after the first answers a caller who wrote keys of the same owner in between.
ATTEMPTS = 100

# In milliseconds: of several who replace one another's pairs one must come to look in peace.
LONGEST_PAUSE = 128


class KeyValues:
    """A table of pairs.

    :param name: the name of the table
    :param owner: the column that names the owner
    """

    def __init__(self, name: str, owner: str) -> None:
        self.table = table(name)
        self._owner = owner

    def rows(self, owner: Any, visible: Filter | None = None) -> list[Row]:
        """Return the rows of an owner, the live ones by default, by id."""
        seen = self.table.live if visible is None else visible
        return self.table.find({**self._of(owner), **seen})

    def get(self, owner: Any, visible: Filter | None = None) -> dict[str, Any]:
        """Return the pairs of an owner, the live ones by default.

        Of several rows of a key the live one counts, else the newest.
        """
        rows = self.rows(owner, visible)
        rows.sort(key=lambda row: (row["deleted"] == 0, row["id"]))
        return {row["key"]: row["value"] for row in rows}

    def documents(self, owner: Any, pairs: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return new rows for the pairs by key, as the columns take them, and store nothing.

        :raises InvalidInput, DBError: as ``Table.insert``
        """
        require_mapping(self.table.name, pairs)
        documents = (
            self.table.format.document({self._owner: owner, "key": key, "value": value})
            for key, value in pairs.items()
        )
        by_key = {document["key"]: document for document in documents}
        if None in by_key or len(by_key) < len(pairs):
            keys = exception.shown([*pairs])
            raise exception.InvalidInput(
                reason=f"{self.table.name}: keys must be different texts, not {keys}"
            )
        return by_key

    def insert_owner(
        self, owners: Table, values: Mapping[str, Any], pairs: Mapping[str, Any]
    ) -> Row:
        """Store a new row of the owners' table with its pairs, and return the row.

        The pairs go first, under the number of the row to come: whoever sees it sees them, and
        what a crash leaves in between nobody reads.

        :raises InvalidInput, DBError, DBDuplicateEntry: as ``Table.insert``; nothing stays then
        """
        new = owners.format.document(values)
        documents = self.documents(0, pairs)
        if "_id" in new:
            # NOTE: under a number of the caller's own the pairs might be those of another row.
            (owner,) = owners.store([new])
            self.put(owner["id"], pairs)
            return owner

        def store_pairs(number: int) -> Callable[[], object]:
            rows = self.table.store({**d, self._owner: number} for d in documents.values())
            return lambda: self.table.remove({"_id": {"$in": [row["id"] for row in rows]}})

        return owners.store_with(new, store_pairs)

    def put(
        self,
        owner: Any,
        pairs: Mapping[str, Any],
        *,
        prune: bool = False,
        stamp_pruned: bool = False,
    ) -> None:
        """Give keys their values: live rows in place, other keys as new rows, in the given order.

        :param prune: whether live keys that are not named are soft-deleted
        :param stamp_pruned: whether that moves their updated_at
        :raises InvalidInput, DBError: as ``Table.insert``; nothing is written then

        NOTE: whoever prunes returns only after a look at exactly the pairs that were given, so that
        of two callers who prune at once one set stays, and not parts of both or of neither.
        """
        documents = self.documents(owner, pairs)
        if not documents and not prune:
            return
        retry = Retry(self.table.name, "others wrote the same keys", ATTEMPTS, LONGEST_PAUSE)
        while True:
            retry.begin()
            live = {row["key"]: row for row in self.rows(owner)}
            changed = [
                k for k, d in documents.items() if k in live and live[k]["value"] != d["value"]
            ]
            new = [d for key, d in documents.items() if key not in live]
            gone = [row["id"] for key, row in live.items() if prune and key not in documents]
            if not (changed or new or gone):
                return
            found = self.table.update_each(
                [self._change(live[key], documents[key]["value"]) for key in changed]
            )
            try:
                self.table.store(new)
            except exception.DBDuplicateEntry:
                continue
            self._prune(owner, gone, stamp=stamp_pruned)
            # A row that it did not find was deleted in between.
            if found == len(changed) and not prune:
                return

    def delete(self, owner: Any, key: str, visible: Filter | None = None) -> int:
        """Soft-delete the pairs of that key, live ones by default, and return how many."""
        return self.table.soft_delete(
            {**self._of(owner), **self.table.equals({"key": key})}, visible
        )

    def _of(self, owner: Any) -> Filter:
        return self.table.equals({self._owner: owner})

    def _change(self, row: Row, value: Any) -> tuple[Filter, Document]:
        """Return the update that gives a live row its value."""
        # A cluster finds the row by its owner.
        where = {"_id": row["id"], self._owner: row[self._owner], **self.table.live}
        return where, {"$set": self.table.stamped({"value": value})}

    def _prune(self, owner: Any, numbers: list[int], *, stamp: bool) -> None:
        if not numbers:
            return
        deletion = self.table.deletion()
        if stamp:
            deletion["updated_at"] = clock.utcnow()
        self.table.soft_delete({"_id": {"$in": numbers}, **self._of(owner)}, deletion=deletion)
