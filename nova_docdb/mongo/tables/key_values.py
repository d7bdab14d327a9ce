"""Tables of key-value pairs of an owner: metadata, extra specs, stats.

A unique key over owner, key and ``deleted`` allows one live row for each owner and key. A pair that
is deleted and set again is a new row.
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

# Each retry means that another caller wrote pairs of the same owner at the same time.
MAX_ATTEMPTS = 100

# In milliseconds. Without pauses, callers that replace each other's pairs might never finish.
MAX_PAUSE = 128


class KeyValues:
    """A table of pairs.

    :param name: the name of the table
    :param owner: the column that names the owner
    """

    def __init__(self, name: str, owner: str) -> None:
        self.table = table(name)
        self._owner = owner

    def rows(self, owner: Any, visible: Filter | None = None) -> list[Row]:
        """Return the rows of an owner, live ones by default, by id."""
        visible = self.table.live if visible is None else visible
        return self.table.find({**self._where_owner(owner), **visible})

    def get(self, owner: Any, visible: Filter | None = None) -> dict[str, Any]:
        """Return the pairs of an owner, live ones by default.

        Of several rows with the same key, use the live one, else the newest.
        """
        rows = self.rows(owner, visible)
        rows.sort(key=lambda row: (row["deleted"] == 0, row["id"]))
        return {row["key"]: row["value"] for row in rows}

    def documents(self, owner: Any, pairs: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the documents of new rows for the pairs, by key; insert nothing.

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
                reason=f"{self.table.name}: keys must be distinct text, not {keys}"
            )
        return by_key

    def insert_owner(
        self, owners: Table, values: Mapping[str, Any], pairs: Mapping[str, Any]
    ) -> Row:
        """Insert a row of the owners' table with its pairs, and return the row.

        The pairs are inserted first, under the allocated id of the row, so the row is never visible
        without them. Pairs that a crash leaves without a row are never read.

        :raises InvalidInput, DBError, DBDuplicateEntry: as ``Table.insert``; nothing is left then
        """
        new = owners.format.document(values)
        documents = self.documents(0, pairs)
        if "_id" in new:
            # NOTE: with an id that the caller chose, the pairs could be added to another row's.
            (owner,) = owners.store([new])
            self.put(owner["id"], pairs)
            return owner

        def store_pairs(owner_id: int) -> Callable[[], object]:
            rows = self.table.store({**d, self._owner: owner_id} for d in documents.values())
            return lambda: self.table.remove({"_id": {"$in": [row["id"] for row in rows]}})

        return owners.insert_after(new, store_pairs)

    def put(
        self,
        owner: Any,
        pairs: Mapping[str, Any],
        *,
        prune: bool = False,
        stamp_pruned: bool = False,
    ) -> None:
        """Set pairs: update live rows, then insert rows for new keys in the given order.

        :param prune: whether live keys that are not in ``pairs`` are soft-deleted
        :param stamp_pruned: whether the deletion sets their updated_at
        :raises InvalidInput, DBError: as ``Table.insert``; nothing is written then

        NOTE: with ``prune``, return only after a read has found exactly the given pairs. If two
        callers prune at once, one whole set remains, not parts of both.
        """
        documents = self.documents(owner, pairs)
        if not documents and not prune:
            return
        retry = Retry(self.table.name, "others wrote the same keys", MAX_ATTEMPTS, MAX_PAUSE)
        while True:
            retry.begin()
            live = {row["key"]: row for row in self.rows(owner)}
            changed = [
                k for k, d in documents.items() if k in live and live[k]["value"] != d["value"]
            ]
            new = [d for key, d in documents.items() if key not in live]
            surplus = [row["id"] for key, row in live.items() if prune and key not in documents]
            if not (changed or new or surplus):
                return
            found = self.table.update_each(
                [self._value_update(live[key], documents[key]["value"]) for key in changed]
            )
            try:
                self.table.store(new)
            except exception.DBDuplicateEntry:
                continue
            self._prune(owner, surplus, stamp=stamp_pruned)
            # A row that was not found has been deleted since.
            if found == len(changed) and not prune:
                return

    def delete(self, owner: Any, key: str, visible: Filter | None = None) -> int:
        """Soft-delete the rows of a key, live ones by default, and return their number."""
        return self.table.soft_delete(
            {**self._where_owner(owner), **self.table.equals({"key": key})}, visible
        )

    def _where_owner(self, owner: Any) -> Filter:
        return self.table.equals({self._owner: owner})

    def _value_update(self, row: Row, value: Any) -> tuple[Filter, Document]:
        """Return the filter and the update that set the value of a live row."""
        # The owner is the shard key on a cluster.
        where = {"_id": row["id"], self._owner: row[self._owner], **self.table.live}
        return where, {"$set": self.table.stamped({"value": value})}

    def _prune(self, owner: Any, row_ids: list[int], *, stamp: bool) -> None:
        if not row_ids:
            return
        deletion = self.table.deletion()
        if stamp:
            deletion["updated_at"] = clock.utcnow()
        where = {"_id": {"$in": row_ids}, **self._where_owner(owner)}
        self.table.soft_delete(where, deletion=deletion)
