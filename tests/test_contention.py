"""Sixteen threads claim the same resources: no call fails while one is left.

The throughput is shown next to a bare pymongo loop that sends the same kind of update, and so is
the longest wait of a caller. Neither is asserted: the machine is shared.
"""

import threading
import time
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest

from nova_docdb import clock, context, db
from nova_docdb.mongo.families import fixed_ips
from nova_docdb.mongo.tables.table import table

pytestmark = pytest.mark.slow

# The comparison with a server needs a server.
STORES = ("mongod", "replica_set")

ADMIN = context.get_admin_context()
THREADS = 16
EACH = 40
RESOURCES = {"cores": SimpleNamespace(name="cores", sync=lambda *_a, **_k: {})}


def contend(call):
    """Run the calls of every thread; return results, calls per second and the longest wait."""
    gate = threading.Barrier(THREADS)
    answers, waits = [], []

    def work(number):
        gate.wait()
        for turn in range(EACH):
            started = time.perf_counter()
            answers.append(call(number, turn))
            waits.append(time.perf_counter() - started)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, len(answers) / (time.perf_counter() - started), max(waits)


def kind(url):
    return "replica set" if "replicaSet" in url else "standalone"


def show(capsys, title, ours, bare):
    with capsys.disabled():
        print(  # noqa: T201 - the figures
            f"\n{title}: {ours[1]:.0f}/s, longest wait {ours[2] * 1000:.0f} ms;"
            f" bare pymongo {bare[1]:.0f}/s, {bare[2] * 1000:.0f} ms"
        )


def test_every_address_of_a_pool_is_claimed_once_and_no_claim_fails(store, capsys):
    count = THREADS * EACH
    rows = [{"address": f"10.{net}.{n // 250}.{n % 250}", "network_id": net} for net in (1, 2)
            for n in range(count)]  # fmt: skip
    db.fixed_ip_bulk_create(ADMIN, rows)

    def claim(number, turn):
        uuid = f"{number:08d}-0000-4000-8000-{turn:012d}"
        return db.fixed_ip_associate_pool(ADMIN, 1, uuid)

    def bare(number, turn):
        # The command of the claim, without the API.
        free = {"network_id": 2, "deleted": 0, "reserved": False, "instance_uuid": None}
        update = {"$set": {"instance_uuid": f"{number} {turn}", "updated_at": clock.utcnow()}}
        return table("fixed_ips").collection.find_one_and_update(
            {**free, "host": None}, update, hint=index
        )["_id"]

    index = fixed_ips.FREE_INDEX.name
    ours, floor = contend(claim), contend(bare)
    assert len(set(ours[0])) == len(ours[0]) == count
    assert not any(row["instance_uuid"] is None for row in table("fixed_ips").find({}))
    show(capsys, f"16 threads on one pool, {kind(store)}", ours, floor)


def test_concurrent_reservations_exhaust_a_quota_exactly(store, capsys):
    count = THREADS * EACH
    usages = table("quota_usages")
    usages.insert({"project_id": "bare", "resource": "cores", "in_use": 0, "reserved": 0})

    def cycle(_number, _turn):
        expire = clock.utcnow() + timedelta(hours=1)
        uuids = db.quota_reserve(
            ADMIN, RESOURCES, {"cores": count}, {"cores": 1}, expire, None, 0, "acme"
        )
        db.reservation_commit(ADMIN, uuids, "acme")
        return uuids[0]

    def bare(_number, _turn):
        # One update to reserve and one to commit, without reservations.
        for change in ({"reserved": 1}, {"reserved": -1, "in_use": 1}):
            usages.collection.find_one_and_update({"project_id": "bare"}, {"$inc": change})

    ours, floor = contend(cycle), contend(bare)
    assert Counter(ours[0]).most_common(1)[0][1] == 1
    used = db.quota_usage_get(ADMIN, "acme", "cores")
    assert (used["in_use"], used["reserved"]) == (count, 0)
    show(capsys, f"16 threads on one quota, {kind(store)}", ours, floor)
