"""The public keys of users' key pairs.

    {_id: 1, user_id: "alice", name: "laptop", fingerprint: "1e:2c:...", public_key: "ssh-rsa ...",
     created_at, updated_at, deleted_at, deleted: 0}

A unique key allows one live key pair per user and name. Destroying a key pair removes its document.
"""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.context import Context, authorize_user_context, require_context
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, require, table

KEY_PAIRS = table("key_pairs")


def key_pair_count_by_user(context: Context, user_id: str | None) -> int:
    authorize_user_context(context, user_id)
    return KEY_PAIRS.count(KEY_PAIRS.where_live(user_id=user_id))


@require_context
def key_pair_create(context: Context, values: Values) -> Row:
    return KEY_PAIRS.insert_unique(
        values, lambda new: exception.KeyPairExists(key_name=new["name"]), "name"
    )


@require_context
def key_pair_destroy(context: Context, user_id: str | None, name: str) -> None:
    authorize_user_context(context, user_id)
    if not KEY_PAIRS.remove(KEY_PAIRS.where_visible(context, user_id=user_id, name=name)):
        raise exception.KeypairNotFound(user_id=user_id, name=name)


@require_context
def key_pair_get(context: Context, user_id: str | None, name: str) -> Row:
    authorize_user_context(context, user_id)
    key_pair = KEY_PAIRS.first(KEY_PAIRS.where_visible(context, user_id=user_id, name=name))
    return require(key_pair, exception.KeypairNotFound(user_id=user_id, name=name))


@require_context
@tolerates_stale_reads
def key_pair_get_all_by_user(context: Context, user_id: str | None) -> list[Row]:
    authorize_user_context(context, user_id)
    return KEY_PAIRS.find(KEY_PAIRS.where_live(user_id=user_id))
