"""Argument checks that families share."""

import pytest

from nova_docdb import exception
from nova_docdb.mongo.tables.arguments import require_uuid

UUID = "a1b2c3d4-0000-4000-8000-000000000001"


def test_canonical_uuid_passes():
    assert require_uuid(UUID) == UUID


@pytest.mark.parametrize(
    "value",
    [None, 1, "", "x", UUID.upper(), UUID.replace("-", ""), f"{{{UUID}}}", f"{UUID}\n", [UUID]],
)
def test_anything_else_is_refused(value):
    with pytest.raises(exception.InvalidUUID) as caught:
        require_uuid(value)
    assert caught.value.kwargs["uuid"] == value
