"""What tests of code above the database need, offline."""

from __future__ import annotations

from nova_docdb.mongo import connection


def clear() -> None:
    """Empty every collection of the store that is configured now; its indexes stay.

    Ids count from 1 again.
    """
    database = connection.get_database()
    for name in database.list_collection_names():
        if not name.startswith("system."):
            database[name].delete_many({})
    connection.forget_caches()
