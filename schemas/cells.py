"""The table cells."""

from nova_docdb.schemas.base import KeyedSchema, index
from nova_docdb.schemas.columns import Boolean, Float, Integer, String


class Cell(KeyedSchema):
    """A cell."""

    class Meta:
        """Keys, indexes and relations."""

        table = "cells"
        listed = True
        indexes = (index("name", "deleted"),)

    name = String(255)
    api_url = String(255)
    username = String(255)
    password = String(255)
    weight_offset = Float(default=0.0)
    weight_scale = Float(default=1.0)
    is_parent = Boolean()
    rpc_host = String(255)
    rpc_port = Integer()
    rpc_virtual_host = String(255)
