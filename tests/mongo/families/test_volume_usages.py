"""Volume usages beyond the recorded answers."""

from datetime import datetime

import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.tables.table import table
from tests.threads import COUNT, at_once

PERIOD = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC
ISO = "2013-04-01T00:00:00"


def test_first_volume_update_stores_instance_and_time(store, user):
    db.vol_usage_update(user, "v", 1, 2, 3, 4, "uuid", last_refreshed=ISO)
    (row,) = db.vol_get_usage_by_time(user, "2013-03-31T00:00:00")
    assert row["instance_id"] == "uuid"
    assert row["tot_last_refreshed"] == row["curr_last_refreshed"] == PERIOD


def test_concurrent_volume_updates_lose_no_counts(store, user):
    update = db.vol_usage_update
    at_once(*(lambda n=n: update(user, "v", 10**n, 0, 0, 0, 7, None, True) for n in range(COUNT)))
    (row,) = table("volume_usage_cache").find({"volume_id": "v"})
    assert row["tot_reads"] == int("1" * COUNT)


def test_total_beyond_64_bits_is_refused_and_not_rounded(store, user):
    most = 2**63 - 1
    db.vol_usage_update(user, "v", most - 1, 0, 0, 0, 7, None, True)
    db.vol_usage_update(user, "v", 1, 0, 0, 0, 7, None, True)
    before = table("volume_usage_cache").find({"volume_id": "v"})
    assert before[0]["tot_reads"] == most
    with pytest.raises(exception.InvalidInput, match="a total would not fit into 64 bits"):
        db.vol_usage_update(user, "v", 1, 0, 0, 0, 7, None, True)
    assert table("volume_usage_cache").find({"volume_id": "v"}) == before


def test_usage_in_the_millisecond_of_begin_is_found(store, user):
    db.vol_usage_update(user, "v", 1, 0, 0, 0, 7, PERIOD.replace(microsecond=900))
    begin = PERIOD.replace(microsecond=100)
    assert len(db.vol_get_usage_by_time(user, begin)) == 1
    assert db.vol_get_usage_by_time(user, PERIOD) == []
