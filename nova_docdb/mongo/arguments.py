"""Arguments that several families check alike."""

from __future__ import annotations

import re
from typing import Any

from nova_docdb import exception

CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def require_uuid(value: Any) -> str:
    """Return a uuid in its canonical form: lower case, with hyphens.

    :raises InvalidUUID: if the value is anything else
    """
    if not isinstance(value, str) or not CANONICAL_UUID.fullmatch(value):
        raise exception.InvalidUUID(uuid=value)
    return value
