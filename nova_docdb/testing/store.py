"""Provide stores for tests: a fresh store in memory, or the configured store, emptied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from oslo_config import cfg
from pymongo.database import Database

from nova_docdb import config
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection, ids
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.transactions import IN_MEMORY

EMBEDDED = "mongomock://localhost/nova"

# Group (None for DEFAULT) and name of an option.
Option = tuple[str | None, str]


@contextmanager
def embedded_store() -> Iterator[None]:
    """Use a fresh embedded store for the calls in the block.

    At the end the store is discarded, and the options of nova_docdb in CONF and the open connection
    are restored, even if the block changed them. The store is the process's: while the block runs,
    calls of other threads use it too.
    """
    before = _overrides()
    try:
        CONF.set_override("db_backend", "mongo")
        CONF.set_override("connection", EMBEDDED, group="mongo")
        with connection.set_aside():
            yield
    finally:
        _restore(before)


def clear() -> None:
    """Delete all documents of the configured store, and restart ids at 1. Indexes are kept."""
    opened = connection.current()
    if opened.store is not None:
        opened.store.clear()
        connection.forget_caches()
        return
    database = connection.get_database()
    *filled, last = [*_with_documents(database), ids.COUNTERS]
    for name in filled:
        # The last deletion waits for a majority and the journal, and thereby for these too.
        database[name].with_options(write_concern=IN_MEMORY).delete_many({})
    database[last].delete_many({})
    connection.forget_caches()


def _with_documents(database: Database[Document]) -> list[str]:
    """Return the names of the collections that are not empty, in two round trips."""
    names = [name for name in database.list_collection_names() if not name.startswith("system.")]
    if not names:
        return []
    first, *others = names
    pipeline = _one_with_name(first) + [
        {"$unionWith": {"coll": name, "pipeline": _one_with_name(name)}} for name in others
    ]
    return [str(found["name"]) for found in database[first].aggregate(pipeline)]


def _one_with_name(name: str) -> list[Document]:
    return [{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}]


def _options() -> Iterator[Option]:
    for group, options in config.list_opts():
        for option in options:
            yield (None if group == "DEFAULT" else group), option.dest


def _overrides() -> dict[Option, Any]:
    """Return the options of nova_docdb that are overridden in CONF, with their values."""
    overridden = {}
    for group, name in _options():
        place = CONF.get_location(name, group)
        if place is not None and place.location is cfg.Locations.set_override:
            overridden[group, name] = getattr(CONF if group is None else CONF[group], name)
    return overridden


def _restore(overridden: dict[Option, Any]) -> None:
    for group, name in _options():
        if (group, name) in overridden:
            value = overridden[group, name]
            again = config.literal(value) if isinstance(value, str) else value
            CONF.set_override(name, again, group=group)
        else:
            CONF.clear_override(name, group=group)
