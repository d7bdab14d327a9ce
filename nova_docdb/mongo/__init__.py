"""The backend ``mongo``: the database API on MongoDB, or on the embedded store."""

from __future__ import annotations

from types import SimpleNamespace

from nova_docdb.mongo.admin import check as check
from nova_docdb.mongo.store import connection as connection


def get_backend() -> SimpleNamespace:
    """Return a namespace with every function of the contract.

    ``nova_docdb.backend`` and oslo.db's ``DBAPI`` call this.
    """
    from nova_docdb.mongo import calls  # noqa: PLC0415 - the families import this package

    return calls.functions()
