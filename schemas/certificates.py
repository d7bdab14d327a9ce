"""The table certificates."""

from nova_docdb.schemas.base import KeyedSchema, index
from nova_docdb.schemas.columns import String


class Certificate(KeyedSchema):
    """An X.509 certificate of a user."""

    class Meta:
        """Keys, indexes and relations."""

        table = "certificates"
        indexes = (
            index("project_id", "deleted"),
            index("user_id", "deleted"),
        )

    user_id = String(255)
    project_id = String(255)
    file_name = String(255)
