"""Bandwidth usages beyond the recorded answers."""

from datetime import datetime

from nova_docdb import db
from tests.threads import COUNT, at_once, kinds

PERIOD = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC
ISO = "2013-04-01T00:00:00"


def test_bandwidth_periods_may_be_iso_text(store, user):
    db.bw_usage_update(user, "i", "mac", ISO, 1, 2, 3, 4, last_refreshed=ISO)
    assert db.bw_usage_get(user, "i", PERIOD, "mac")["last_refreshed"] == PERIOD
    assert len(db.bw_usage_get_by_uuids(user, ["i"], ISO)) == 1


def test_counters_of_more_than_32_bits_can_be_written_back(store, user):
    db.bw_usage_update(user, "i", "mac", PERIOD, 2**40, 2**41, 3, 4)
    read = db.bw_usage_get(user, "i", PERIOD, "mac")
    assert (read["bw_in"], type(read["bw_in"])) == (2**40, int)
    db.bw_usage_update(user, "i", "mac", PERIOD, read["bw_in"], read["bw_out"], 3, 4)
    assert db.bw_usage_get(user, "i", PERIOD, "mac")["bw_out"] == 2**41


def test_concurrent_bandwidth_updates_create_one_row(store, user):
    update = db.bw_usage_update
    found = at_once(
        *(lambda n=n: update(user, "i", "mac", PERIOD, n, n, n, n) for n in range(COUNT))
    )
    assert kinds(found) == {"NoneType": COUNT}
    assert len(db.bw_usage_get_by_uuids(user, ["i"], PERIOD)) == 1
