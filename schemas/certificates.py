"""The table certificates."""

from nova_docdb.schemas.base import KeyedSchema, TableMeta, index
from nova_docdb.schemas.columns import Column, String


class Certificate(KeyedSchema):
    """An X.509 certificate of a user."""

    class Meta(TableMeta):
        table = "certificates"
        indexes = (
            index("project_id", "deleted"),
            index("user_id", "deleted"),
        )

    user_id: Column = String(255)
    project_id: Column = String(255)
    file_name: Column = String(255)
