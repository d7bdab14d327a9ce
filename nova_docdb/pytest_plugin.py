"""A pytest plugin: fixtures to test code that uses the API, offline.

pytest loads it in every run once nova_docdb is installed, so the package itself is imported only by
tests that use a fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nova_docdb.context import RequestContext


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker that sets options for a test."""
    config.addinivalue_line(
        "markers", "nova_db(strict=True): whether unknown columns and filters are errors"
    )


@pytest.fixture
def nova_db(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """The namespace ``nova_docdb.db`` on a new store in memory, for this test only.

    Unknown columns and filters are errors, unless the test is marked
    ``@pytest.mark.nova_db(strict=False)``. After the test the options of nova_docdb and the
    connection are restored.
    """
    from nova_docdb import db  # noqa: PLC0415 - only where the fixture is used
    from nova_docdb.config import CONF  # noqa: PLC0415 - likewise
    from nova_docdb.testing import embedded_store  # noqa: PLC0415 - likewise

    marker = request.node.get_closest_marker("nova_db")
    with embedded_store():
        strict = True if marker is None else marker.kwargs.get("strict", True)
        CONF.set_override("strict", strict, group="mongo")
        yield db


@pytest.fixture
def admin_context() -> RequestContext:
    """An admin context without a user or project."""
    from nova_docdb.context import get_admin_context  # noqa: PLC0415 - only where it is used

    return get_admin_context()
