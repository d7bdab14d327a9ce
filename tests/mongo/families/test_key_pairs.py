import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.store import connection
from tests.threads import COUNT, at_once, kinds

KEY = {"user_id": "user1", "name": "laptop"}


def test_second_key_pair_of_a_name_is_refused_and_the_first_is_unchanged(store, user):
    db.key_pair_create(user, {**KEY, "fingerprint": "first"})
    with pytest.raises(exception.KeyPairExists) as caught:
        db.key_pair_create(user, KEY)
    assert caught.value.kwargs["key_name"] == "laptop"
    assert db.key_pair_get(user, "user1", "laptop")["fingerprint"] == "first"


def test_private_key_is_never_stored(store, user):
    db.key_pair_create(user, {**KEY, "private_key": "secret"})
    assert "secret" not in str(connection.get_database()["key_pairs"].find_one({}))


def test_destroyed_key_pair_is_not_found_and_its_id_is_not_reused(store, user):
    db.key_pair_create(user, KEY)
    db.key_pair_destroy(user, "user1", "laptop")
    assert connection.get_database()["key_pairs"].count_documents({}) == 0
    assert db.key_pair_create(user, KEY)["id"] == 2


def test_one_of_several_creates_of_a_name_succeeds(store, user):
    found = at_once(*[lambda: db.key_pair_create(user, KEY)] * COUNT)
    assert kinds(found) == {"dict": 1, "KeyPairExists": COUNT - 1}
    assert db.key_pair_count_by_user(user, "user1") == 1
