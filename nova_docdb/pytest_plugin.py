"""A plugin of pytest: fixtures for tests of code above the database, offline.

It is there as soon as nova_docdb is installed. pytest imports it in every run, so the package
itself is imported by the tests that ask for a fixture only.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nova_docdb.context import RequestContext


@pytest.fixture
def nova_db() -> Iterator[ModuleType]:
    """The namespace ``nova_docdb.db`` over a fresh store in memory, for this test alone.

    Our options in CONF, and a connection that was open, are afterwards as they were.
    """
    from nova_docdb import db  # noqa: PLC0415 - only where the fixture is used
    from nova_docdb.testing import embedded_store  # noqa: PLC0415 - likewise

    with embedded_store():
        yield db


@pytest.fixture
def admin_context() -> RequestContext:
    """A context of nobody in particular with admin rights."""
    from nova_docdb.context import get_admin_context  # noqa: PLC0415 - only where it is used

    return get_admin_context()
