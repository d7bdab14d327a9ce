"""The size limit of a document in the embedded store, which mongomock does not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import bson
from pymongo.errors import OperationFailure

from nova_docdb.mongo.store.documents import LARGEST_DOCUMENT, Filter

UPDATES = frozenset({"find_one_and_update", "update_many", "update_one"})

# Without a text of this length no document can become too large.
LONG = 2**16

TOO_LARGE = 17419
MESSAGE = f"Resulting document after update is larger than {LARGEST_DOCUMENT}"


def update(
    collection: Any,
    command: Callable[..., Any],
    where: Filter,
    changes: Any,
    *rest: Any,
    **how: Any,
) -> Any:
    """Run an update; undo it and raise as a server does if a document becomes too large.

    :raises OperationFailure: if a document becomes too large
    """
    if not _has_long_text(changes):
        return command(where, changes, *rest, **how)
    before = list(collection.find(where))
    result = command(where, changes, *rest, **how)
    after = collection.find({"_id": {"$in": [document["_id"] for document in before]}})
    if any(len(bson.encode(document)) > LARGEST_DOCUMENT for document in after):
        for document in before:
            collection.replace_one({"_id": document["_id"]}, document)
        raise OperationFailure(MESSAGE, TOO_LARGE, {"code": TOO_LARGE, "errmsg": MESSAGE})
    return result


def _has_long_text(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) > LONG
    if isinstance(value, Mapping):
        return any(map(_has_long_text, value.values()))
    return isinstance(value, list) and any(map(_has_long_text, value))
