"""The backend ``mongo``: the database API on MongoDB, or on the embedded store."""

from __future__ import annotations

from types import ModuleType

from nova_docdb.mongo.admin import check as check
from nova_docdb.mongo.store import connection as connection


def get_backend() -> ModuleType:
    """Return the module that has every function of the contract.

    This is what ``nova_docdb.backend`` and oslo.db's ``DBAPI`` ask a backend for.
    """
    from nova_docdb.mongo import api  # noqa: PLC0415 - the families import this package

    return api
