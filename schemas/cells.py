"""The table cells."""

from nova_docdb.schemas.base import KeyedSchema, TableMeta, index
from nova_docdb.schemas.columns import Boolean, Column, Float, Integer, String


class Cell(KeyedSchema):
    """A cell."""

    class Meta(TableMeta):
        table = "cells"
        listed = True
        indexes = (index("name", "deleted"),)

    name: Column = String(255)
    api_url: Column = String(255)
    username: Column = String(255)
    password: Column = String(255)
    weight_offset: Column = Float(default=0.0)
    weight_scale: Column = Float(default=1.0)
    is_parent: Column = Boolean()
    rpc_host: Column = String(255)
    rpc_port: Column = Integer()
    rpc_virtual_host: Column = String(255)
