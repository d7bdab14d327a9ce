"""The table key_pairs."""

from nova_docdb.schemas.base import KeyedSchema, TableMeta, index, unique
from nova_docdb.schemas.columns import Column, String, Text


class KeyPair(KeyedSchema):
    """The public half of a key pair of a user."""

    class Meta(TableMeta):
        table = "key_pairs"
        indexes = (
            unique("user_id", "name", "deleted", present=("user_id", "name")),
            # The unique key omits rows without a name, so it cannot list a user's key pairs.
            index("user_id", "deleted"),
        )
        accepted = {"private_key": "Nova passes it; it is never stored"}

    name: Column = String(255)
    user_id: Column = String(255)
    fingerprint: Column = String(255)
    public_key: Column = Text()
