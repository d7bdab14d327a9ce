"""The table key_pairs."""

from nova_docdb.schemas.base import KeyedSchema, index, unique
from nova_docdb.schemas.columns import String, Text


class KeyPair(KeyedSchema):
    """The public half of a key pair of a user."""

    class Meta:
        """Keys, indexes and relations."""

        table = "key_pairs"
        indexes = (
            unique("user_id", "name", "deleted", present=("user_id", "name")),
            # The unique key leaves out what has no name, and so cannot list a user's pairs.
            index("user_id", "deleted"),
        )

    name = String(255)
    user_id = String(255)
    fingerprint = String(255)
    public_key = Text()
