from concurrent.futures import ThreadPoolExecutor

import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.store import ids


def test_ids_count_from_one_without_gaps(store):
    assert [ids.allocate("cells")[0] for _ in range(300)] == list(range(1, 301))


def test_bulk_allocation_is_consecutive(store):
    assert ids.allocate("cells", 1000) == list(range(1, 1001))
    assert ids.allocate("cells", 2) == [1001, 1002]


def test_busy_writer_rarely_updates_the_counter(store, monkeypatch):
    asked = []
    real = ids._advance
    monkeypatch.setattr(ids, "_advance", lambda table, by: asked.append(by) or real(table, by))
    for _ in range(1000):
        ids.allocate("cells")
    assert len(asked) < 20


def test_ids_advanced_past_are_not_allocated(store):
    ids.allocate("cells")
    ids.advance_past("cells", 77)
    assert ids.allocate("cells") == [78]
    ids.advance_past("cells", 5)
    assert ids.allocate("cells")[0] > 78


def test_ids_are_unique_after_the_process_drops_its_blocks(store):
    given = []
    for _ in range(20):
        given += ids.allocate("cells", 3)
        ids.forget()
    assert len(set(given)) == len(given) == 60


def test_threads_never_get_the_same_id(store):
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda n: ids.allocate("cells", n % 5 + 1), range(200)))
    given = [number for run in runs for number in run]
    assert len(set(given)) == len(given)


def test_rest_of_a_block_is_used_after_a_chosen_id(store):
    assert ids.allocate("cells", 4) == [1, 2, 3, 4]
    ids.advance_past("cells", 5)
    assert ids.allocate("cells", 2) == [6, 7]


def test_new_ids_follow_the_highest_chosen_one(store, admin):
    chosen = [None, None, 3, None, 10, None]
    created = [db.service_create(admin, {} if n is None else {"id": n})["id"] for n in chosen]
    assert created == [1, 2, 3, 4, 10, 11]


@pytest.mark.parametrize("number", [0, -5, 2**53, 2**63 - 1])
def test_id_out_of_range_is_refused(store, admin, number):
    with pytest.raises(exception.InvalidInput, match=r"services\.id must be above 0"):
        db.service_create(admin, {"id": number})
    assert db.service_create(admin, {})["id"] == 1


def test_taken_id_uses_no_other_id(store, admin):
    taken = {"id": 1, "address": "c", "network_id": 1}
    db.fixed_ip_create(admin, {"address": "a", "network_id": 1})
    for rows in (
        [{"address": "b", "network_id": 1}, taken],
        [{**taken, "id": 7}, {**taken, "id": 7, "address": "d"}],
    ):
        with pytest.raises(exception.DBDuplicateEntry) as refused:
            db.fixed_ip_bulk_create(admin, rows)
        assert refused.value.columns == ["id"]
    db.fixed_ip_create(admin, {"address": "e", "network_id": 1})
    assert {row["id"]: row["address"] for row in db.fixed_ip_get_all(admin)} == {1: "a", 2: "e"}
