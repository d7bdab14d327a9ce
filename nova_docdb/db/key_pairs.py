"""The contract of key pairs.

Bodies: ``nova_docdb/mongo/families/key_pairs.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import KeyPairRow
from nova_docdb.db.values import Values


@backend_function
def key_pair_count_by_user(context: Context, user_id: str | None) -> int:
    """Count the live key pairs of a user.

    The context is not checked otherwise.

    :param user_id: the user
    :returns: the number
    :raises NotAuthorized: if the context is another user's
    """


@backend_function
def key_pair_create(context: Context, values: Values) -> KeyPairRow:
    """Create a key pair.

    Of two concurrent calls with the same name, one succeeds.

    :param values: user_id, name, fingerprint, public_key; private_key is never stored
    :returns: the new row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises KeyPairExists: if the user has a live key pair with that name

    >>> key = {"user_id": "alice", "name": "laptop", "public_key": "ssh-rsa AAAA"}
    >>> db.key_pair_create(alice, key)["name"]
    'laptop'
    >>> db.key_pair_create(alice, key)
    Traceback (most recent call last):
    nova_docdb.exception.KeyPairExists: Key pair laptop already exists.
    """


@backend_function
def key_pair_destroy(context: Context, user_id: str | None, name: str) -> None:
    """Delete a key pair permanently.

    Follows read_deleted.

    :param user_id: the user
    :param name: the name
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is another
        user's
    :raises KeypairNotFound: if there is none
    """


@backend_function
def key_pair_get(context: Context, user_id: str | None, name: str) -> KeyPairRow:
    """Return a key pair.

    Follows read_deleted.

    :param user_id: the user
    :param name: the name
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is another
        user's
    :raises KeypairNotFound: if there is none
    """


@backend_function
def key_pair_get_all_by_user(context: Context, user_id: str | None) -> list[KeyPairRow]:
    """Return the live key pairs of a user.

    :param user_id: the user
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or is another
        user's

    >>> for name in ("laptop", "desktop"):
    ...     _ = db.key_pair_create(alice, {"user_id": "alice", "name": name})
    >>> [key["name"] for key in db.key_pair_get_all_by_user(alice, "alice")]
    ['laptop', 'desktop']
    """
