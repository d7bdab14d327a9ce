"""A caller, which makes random calls of every kind and records their results.

``python -m tests.network.worker`` is a process of several callers, of which the last one only
reads; it runs until its standard input ends. Every key and value that a caller stores is a token
that no other call stores, so that each read identifies the write that it returned.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from nova_docdb import clock, context, db
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection
from tests.network.history import OK, REFUSED, UNKNOWN, Operation, Recorder

ADMIN = context.get_admin_context()
# Its lists may be read from secondaries.
PATIENT = context.RequestContext("patient", "acme", is_admin=True, use_slave=True)
PROJECT = "acme"
RESOURCES = {"units": SimpleNamespace(name="units", sync=lambda *_a, **_k: {})}
LIMIT = 400
NETWORKS = 60
ADDRESSES = 400
SHARED = [f"{n:08d}-0000-4000-8000-0000000000ff" for n in range(2)]
# The instances that a caller has at a time; few, so that lists are short.
INSTANCES = 3
# The pause between two calls, in seconds.
PAUSE = 0.01


def prepare():
    """Insert the rows that callers share."""
    for vlan in range(NETWORKS):
        db.network_create_safe(ADMIN, {"vlan": vlan})
    rows = [{"address": f"10.0.{n // 250}.{n % 250}", "network_id": 1} for n in range(ADDRESSES)]
    db.fixed_ip_bulk_create(ADMIN, rows)
    for uuid in SHARED:
        db.instance_create(ADMIN, {"uuid": uuid, "project_id": "shared"})


class Worker:
    """One caller.

    :param number: its number, unique in a run
    :param path: the file for its history; None keeps it in memory
    :param only_reads: whether it makes no writes
    """

    def __init__(self, number, path=None, *, only_reads=False):
        self._recorder = Recorder(f"caller {number}", path)
        self._random = random.Random(number)
        self._number = number
        self._tokens = 0
        self._claimed = []
        self._instances = []
        self._networks = []
        self._choices = self._reads() + ([] if only_reads else self._writes())

    @property
    def operations(self):
        return self._recorder.operations

    def work(self, is_over):
        """Make calls until a function returns true."""
        while not is_over():
            self._random.choice(self._choices)()
            time.sleep(PAUSE)

    def _reads(self):
        return [
            self.list, self.list_from_secondaries, self.list_from_secondaries,
            self.read_address, self.read_networks, self.read_state,
        ]  # fmt: skip

    def _writes(self):
        return [
            self.claim, self.claim, self.release, self.create, self.create, self.change,
            self.change, self.destroy, self.network, self.release_network, self.quota,
            self.test_and_set,
        ]  # fmt: skip

    def token(self):
        self._tokens += 1
        return f"{self._number:08d}-0000-4000-9000-{self._tokens:012d}"

    def record(self, kind, key, function, value=None, *, again=False):
        return self._recorder.call(Operation(kind, key, value, again), function)

    # Addresses: after an unknown outcome a caller reads before it claims again.

    def claim(self):
        uuid = self.token()
        claimed = self._claim(uuid)
        if claimed.outcome == UNKNOWN:
            claimed = self.record("look", uuid, lambda: self._address_of(uuid))
            if claimed.answer == "FixedIpNotFoundForInstance":
                claimed = self._claim(uuid)
        if claimed.outcome == OK:
            self._claimed.append((uuid, claimed.answer))

    def _claim(self, uuid):
        return self.record("claim", uuid, lambda: db.fixed_ip_associate_pool(ADMIN, 1, uuid))

    def _address_of(self, uuid):
        return db.fixed_ip_get_by_instance(ADMIN, uuid)[0]["address"]

    def release(self):
        if self._claimed:
            uuid, address = self._claimed.pop(0)
            self.record("release", uuid, lambda: db.fixed_ip_disassociate(ADMIN, address), address)

    def read_address(self):
        address = f"10.0.0.{self._random.randrange(40)}"
        self.record(
            "read address", address,
            lambda: db.fixed_ip_get_by_address(ADMIN, address)["instance_uuid"],
        )  # fmt: skip

    # Instances: only the caller that created one changes it.

    def create(self):
        if len(self._instances) >= INSTANCES:
            return
        uuid, token = self.token(), self.token()
        values = {
            "uuid": uuid, "project_id": PROJECT, "metadata": {"a": token, "b": token},
            "system_metadata": {"a": token}, "info_cache": {"network_info": token},
        }  # fmt: skip
        created = self._create(uuid, values)
        if created.outcome == UNKNOWN:
            created = self.record(
                "look for instance", uuid, lambda: db.instance_get_by_uuid(ADMIN, uuid)["uuid"]
            )
            if created.answer == "InstanceNotFound":
                created = self._create(uuid, values)
        if created.outcome == OK:
            self._instances.append(uuid)

    def _create(self, uuid, values):
        def create():
            return db.instance_create(ADMIN, values)["uuid"]

        return self.record("create", uuid, create, values["metadata"]["a"])

    def change(self):
        if self._instances:
            uuid, token = self._random.choice(self._instances), self.token()

            def change():
                db.instance_metadata_update(ADMIN, uuid, {"a": token}, False)

            changed = self.record("change", uuid, change, token)
            if changed.outcome == OK:
                self.record("change", uuid, change, token, again=True)

    def destroy(self):
        if self._instances:
            uuid = self._instances.pop(0)

            def destroy():
                db.instance_destroy(ADMIN, uuid)

            if self.record("destroy", uuid, destroy).outcome == UNKNOWN:
                self.record("destroy", uuid, destroy)

    def list(self):
        self.record("list", None, lambda: self._list(ADMIN))

    def list_from_secondaries(self):
        self.record("list", None, lambda: self._list(PATIENT), "use_slave")

    def _list(self, ctxt):
        rows = db.instance_get_all_by_filters(ctxt, {"project_id": PROJECT, "deleted": False})
        return [summary(row) for row in rows]

    def read_state(self):
        uuid = self._random.choice(SHARED)
        return self.record(
            "read state", uuid, lambda: db.instance_get_by_uuid(ADMIN, uuid)["task_state"]
        )

    def test_and_set(self):
        read, token = self.read_state(), self.token()
        uuid = read.key
        if read.outcome == OK:
            values = {"expected_task_state": read.answer, "task_state": token}

            def change():
                before, _after = db.instance_update_and_get_original(ADMIN, uuid, values)
                return before["task_state"]

            self.record("test and set", uuid, change, token)

    # Networks

    def network(self):
        project = self.token()

        def associate():
            return db.network_associate(ADMIN, project)["id"]

        claimed = self.record("associate", project, associate)
        if claimed.outcome != REFUSED:
            claimed = self.record("associate", project, associate, again=claimed.outcome == OK)
        if claimed.outcome == OK:
            self._networks.append((project, claimed.answer))

    def release_network(self):
        if self._networks:
            project, number = self._networks.pop(0)
            self.record(
                "give back", project, lambda: db.network_disassociate(ADMIN, number), number
            )

    def read_networks(self):
        def read():
            return {str(row["id"]): row["project_id"] for row in db.network_get_all(ADMIN)}

        self.record("read networks", None, read)

    # Quota

    def quota(self):
        expire = clock.utcnow() + timedelta(hours=1)
        arguments = (RESOURCES, {"units": LIMIT}, {"units": 1}, expire, None, 0, PROJECT)
        reserved = self.record("reserve", None, lambda: db.quota_reserve(ADMIN, *arguments))
        if reserved.outcome != OK:
            return
        uuids = reserved.answer
        kind, settle = self._random.choice(
            [("commit", db.reservation_commit)] * 2 + [("roll back", db.reservation_rollback)]
        )
        settled = self.record(kind, uuids[0], lambda: settle(ADMIN, uuids, PROJECT))
        self.record(
            kind, uuids[0], lambda: settle(ADMIN, uuids, PROJECT), again=settled.outcome == OK
        )


def summary(row):
    """Return the part of a listed instance that a history records."""
    cache = row["info_cache"]
    return {
        "uuid": row["uuid"],
        "metadata": {pair["key"]: pair["value"] for pair in row["metadata"]},
        "system_metadata": len(row["system_metadata"]),
        "cache": None if cache is None else cache["network_info"],
    }


def connect(url, call_timeout_ms=None):
    connection.close()
    CONF([], project="nova_docdb", default_config_files=[])
    CONF.set_override("connection", url, group="mongo")
    if call_timeout_ms is not None:
        CONF.set_override("call_timeout_ms", call_timeout_ms, group="mongo")


def main():
    arguments = json.loads(sys.argv[1])
    connect(arguments["url"], arguments["call_timeout_ms"])
    if ahead := arguments["seconds_ahead"]:
        now = clock.utcnow
        clock.utcnow = lambda: now() + timedelta(seconds=ahead)
    # A first call imports the backend.
    db.cell_get_all(ADMIN)
    over = threading.Event()
    folder = Path(arguments["folder"])
    workers = [
        Worker(n, folder / f"{n}.history", only_reads=n == arguments["numbers"][-1])
        for n in arguments["numbers"]
    ]
    threads = [threading.Thread(target=one.work, args=(over.is_set,)) for one in workers]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
