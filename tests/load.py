"""Workers that call every allocating function, and record the results.

After a connection error the outcome of a call is unknown; each operation then does what
``docs/reliability.md`` recommends. ``wrong_results`` compares the results of all workers with the
store.
"""

import contextlib
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace

from nova_docdb import clock, context, db, exception
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table

ADMIN = context.get_admin_context()
MOMENT = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC
RESOURCES = {"units": SimpleNamespace(name="units", sync=lambda *_a, **_k: {})}
# The project's quota and the networks run out; addresses do not.
LIMIT = 150
NETWORKS = 24
ADDRESSES = 1500
SHARED = [f"{n:08d}-0000-4000-8000-0000000000ff" for n in range(4)]
# The maximum number of retries of a call, each of which waits for a server.
ATTEMPTS = 20


def prepare(addresses=ADDRESSES):
    """Fill the store with the rows to allocate."""
    for vlan in range(NETWORKS):
        db.network_create_safe(ADMIN, {"vlan": vlan})
    for name, number in (("fixed", 1), ("floating", 2)):
        rows = [{"address": f"10.{number}.{n // 250}.{n % 250}"} for n in range(addresses)]
        if name == "fixed":
            db.fixed_ip_bulk_create(ADMIN, [{**row, "network_id": 1} for row in rows])
        else:
            db.floating_ip_bulk_create(ADMIN, [{**row, "pool": "p"} for row in rows])
    for uuid in SHARED:
        db.instance_create(ADMIN, {"uuid": uuid, "project_id": "acme"})


@dataclass
class Results:
    """The results that were reported to workers.

    :param fixed: addresses by instance
    :param floating: addresses by their project
    :param networks: networks by project
    :param committed: how many reservations
    :param instances: the metadata of live instances by their uuid
    :param destroyed: the uuids of destroyed instances
    :param originals: what test-and-set updates of shared instances replaced
    :param winners: the number of workers whose call created each unique row
    :param numbers: the EC2 ids of each uuid
    :param reads: the reads counted for a volume
    :param reads_unknown: further reads that may have been counted
    """

    counts: Counter = field(default_factory=Counter)
    fixed: dict = field(default_factory=dict)
    floating: dict = field(default_factory=lambda: defaultdict(set))
    networks: dict = field(default_factory=dict)
    committed: int = 0
    instances: dict = field(default_factory=dict)
    destroyed: set = field(default_factory=set)
    originals: Counter = field(default_factory=Counter)
    winners: Counter = field(default_factory=Counter)
    numbers: dict = field(default_factory=lambda: defaultdict(set))
    reads: int = 0
    reads_unknown: int = 0

    def add(self, other):
        """Merge the results of another worker, which has other owners."""
        for name in ("fixed", "floating", "networks", "instances"):
            getattr(self, name).update(getattr(other, name))
        for name in ("counts", "originals", "winners"):
            getattr(self, name).update(getattr(other, name))
        for uuid, numbers in other.numbers.items():
            self.numbers[uuid] |= numbers
        self.destroyed |= other.destroyed
        self.committed += other.committed
        self.reads += other.reads
        self.reads_unknown += other.reads_unknown


class Worker:
    """One caller.

    :param number: which
    :param done: called after each operation
    """

    def __init__(self, number, done):
        self.number = number
        self.results = Results()
        self._done = done
        self._random = random.Random(number)
        self._tenant = context.RequestContext(f"user{number}", f"p{number}")
        self._uuids = 0

    def work(self, operations):
        """Run ``operations`` operations, and return the results."""
        # More is allocated than released.
        choices = [
            self.claim_fixed, self.boot,
            self.claim_fixed, self.give_fixed_back, self.allocate_floating, self.get_network,
            self.use_quota, self.boot, self.change, self.test_and_set, self.destroy,
            self.make_unique, self.ensure_group, self.number_of, self.count_reads, self.archive,
        ]  # fmt: skip
        for turn in range(operations):
            self._random.choice(choices)(turn)
            self._done()
        return self.results

    def call(self, call, rule=None):
        """Make a call; if its outcome is unknown follow the rule, by default retry."""
        self.results.counts["calls"] += 1
        try:
            return call()
        except exception.DBConnectionError:
            self.results.counts["unknown"] += 1
        for _attempt in range(ATTEMPTS):
            with contextlib.suppress(exception.DBConnectionError):
                return (rule or call)()
        raise AssertionError("no server answers")

    def uuid(self):
        self._uuids += 1
        return f"{self.number:08d}-0000-4000-8000-{self._uuids:012d}"

    # The operations

    def claim_fixed(self, _turn):
        uuid = self.uuid()

        def claim():
            return db.fixed_ip_associate_pool(ADMIN, 1, uuid)

        def look_first():
            try:
                return db.fixed_ip_get_by_instance(ADMIN, uuid)[0]["address"]
            except exception.FixedIpNotFoundForInstance:
                return claim()

        self.results.fixed[uuid] = self.call(claim, look_first)

    def give_fixed_back(self, _turn):
        if self.results.fixed:
            uuid, address = self.results.fixed.popitem()

            def look_first():
                # A blind retry could release an address that another worker has claimed since.
                if db.fixed_ip_get_by_address(ADMIN, address)["instance_uuid"] == uuid:
                    db.fixed_ip_disassociate(ADMIN, address)

            self.call(lambda: db.fixed_ip_disassociate(ADMIN, address), look_first)

    def allocate_floating(self, _turn):
        project = f"p{self.number}"

        def allocate():
            return db.floating_ip_allocate_address(ADMIN, project, "p")

        def look_first():
            rows = db.floating_ip_get_all_by_project(ADMIN, project)
            new = {row["address"] for row in rows} - self.results.floating[project]
            return new.pop() if new else allocate()

        self.results.floating[project].add(self.call(allocate, look_first))

    def get_network(self, turn):
        project = f"net {self.number} {turn}"
        with contextlib.suppress(exception.NoMoreNetworks):
            network = self.call(lambda: db.network_associate(ADMIN, project))
            self.results.networks[project] = network["id"]

    def use_quota(self, _turn):
        expire = clock.utcnow() + timedelta(hours=1)
        arguments = (RESOURCES, {"units": LIMIT}, {"units": 1}, expire, None, 0, "acme")
        with contextlib.suppress(exception.OverQuota):
            uuids = self.call(lambda: db.quota_reserve(ADMIN, *arguments))
            self.call(lambda: db.reservation_commit(ADMIN, uuids, "acme"))
            self.results.committed += 1

    def boot(self, turn):
        uuid, metadata = self.uuid(), {"turn": str(turn)}

        def create():
            db.instance_create(self._tenant, {"uuid": uuid, "metadata": metadata})
            return True

        def look_first():
            with contextlib.suppress(exception.InstanceNotFound):
                return bool(db.instance_get_by_uuid(ADMIN, uuid))
            try:
                return create()
            except exception.InstanceExists:
                # The uuid stays taken until the next db check --repair.
                return False

        if self.call(create, look_first):
            self.results.instances[uuid] = metadata

    def change(self, turn):
        if self.results.instances:
            uuid = self._random.choice(list(self.results.instances))
            metadata = {"turn": str(turn), "new": str(turn)}
            self.call(lambda: db.instance_update(ADMIN, uuid, {"metadata": metadata}))
            self.results.instances[uuid] = metadata

    def test_and_set(self, turn):
        uuid, token = self._random.choice(SHARED), f"{self.number} {turn}"
        state = self.call(lambda: db.instance_get_by_uuid(ADMIN, uuid))["task_state"]
        values = {"expected_task_state": state, "task_state": token}

        def look():
            """Return whether the current state is this worker's; a replaced state is unknown."""
            mine = db.instance_get_by_uuid(ADMIN, uuid)["task_state"] == token
            return ({"task_state": state}, None) if mine else (None, None)

        with contextlib.suppress(exception.UnexpectedTaskStateError):
            before, _after = self.call(
                lambda: db.instance_update_and_get_original(ADMIN, uuid, values), look
            )
            if before is not None:
                self.results.originals[uuid, before["task_state"]] += 1

    def destroy(self, _turn):
        if self.results.instances:
            uuid, _metadata = self.results.instances.popitem()

            def again():
                with contextlib.suppress(exception.InstanceNotFound):
                    db.instance_destroy(ADMIN, uuid)

            self.call(lambda: db.instance_destroy(ADMIN, uuid), again)
            self.results.destroyed.add(uuid)

    def make_unique(self, turn):
        makers = {
            "key_pairs": lambda: db.key_pair_create(ADMIN, {"user_id": "u", "name": f"k{turn}"}),
            "aggregates": lambda: db.aggregate_create(ADMIN, {"name": f"a{turn}"}, {"k": "v"}),
            "task_log": lambda: db.task_log_begin_task(ADMIN, f"t{turn}", MOMENT, MOMENT, "h"),
        }
        name = self._random.choice(list(makers))

        def make():
            makers[name]()
            return True

        def again():
            # The row exists, created by any worker, so the operation is done.
            with contextlib.suppress(exception.NovaException):
                makers[name]()
            return False

        with contextlib.suppress(exception.Duplicate, exception.TaskAlreadyRunning):
            if self.call(make, again):
                self.results.winners[name, turn] += 1

    def ensure_group(self, turn):
        tenant = context.RequestContext("u", f"group {turn}")

        def again():
            """Retry the call; an existing group does not show which worker created it."""
            return True, db.security_group_ensure_default(tenant)[1]

        existed, group = self.call(lambda: db.security_group_ensure_default(tenant), again)
        self.results.winners["security_groups", turn] += not existed
        self.results.numbers["group", turn].add(group["id"])

    def number_of(self, turn):
        uuid = f"99999999-0000-4000-8000-{turn:012d}"
        number = self.call(lambda: db.ec2_instance_create(ADMIN, uuid))["id"]
        self.results.numbers[uuid].add(number)

    def count_reads(self, turn):
        def count():
            db.vol_usage_update(ADMIN, "v", turn + 1, 0, 0, 0, None, None, True)
            return turn + 1

        # A retry could count twice, so there is none.
        counted = self.call(count, lambda: 0)
        self.results.reads += counted
        self.results.reads_unknown += turn + 1 - counted

    def archive(self, _turn):
        self.call(lambda: db.archive_deleted_rows(ADMIN, 20))


def wrong_results(results):
    """Return lost results and double allocations, as text."""
    return _lost(results), _double(results)


def leaked(results):
    """Return the number of owned addresses that were not reported to any worker.

    They result from calls whose reply was lost.
    """
    owned = [row for row in _live("fixed_ips") if row["instance_uuid"]]
    return len(owned) - len(results.fixed)


def _live(name, **columns):
    rows = table(name)
    return rows.find(rows.where_live(**columns))


def _lost(results):
    fixed = {row["instance_uuid"]: row["address"] for row in _live("fixed_ips")}
    floating = {row["address"]: row["project_id"] for row in _live("floating_ips")}
    networks = {row["project_id"]: row["id"] for row in _live("networks")}
    metadata = defaultdict(dict)
    for row in _live("instance_metadata"):
        metadata[row["instance_uuid"]][row["key"]] = row["value"]
    instances = {row["uuid"] for row in _live("instances")}
    (volume,) = _live("volume_usage_cache") or [{"tot_reads": 0}]
    in_use = db.quota_usage_get(ADMIN, "acme", "units")["in_use"]
    return [
        *(("fixed", *item) for item in results.fixed.items() - fixed.items()),
        *(
            ("floating", address)
            for project, addresses in results.floating.items()
            for address in addresses
            if floating[address] != project
        ),
        *(("network", *item) for item in results.networks.items() - networks.items()),
        *(("instance", uuid) for uuid in results.instances.keys() - instances),
        *(("alive", uuid) for uuid in results.destroyed & instances),
        *(
            ("metadata", uuid)
            for uuid, pairs in results.instances.items()
            if metadata[uuid] != pairs
        ),
        *(("reads", results.reads) for _ in range(volume["tot_reads"] < results.reads)),
        *(("committed", results.committed) for _ in range(in_use < results.committed)),
        *_unique_rows_lost(results),
        *_in_neither(results),
    ]


def _unique_rows_lost(results):
    names = {
        "key_pairs": ("name", "k"),
        "aggregates": ("name", "a"),
        "task_log": ("task_name", "t"),
        "security_groups": ("project_id", "group "),
    }
    there = {
        (name, row[column].removeprefix(prefix))
        for name, (column, prefix) in names.items()
        for row in _live(name)
        if row[column] is not None
    }
    return [(name, turn) for (name, turn), won in results.winners.items()
            if won and (name, str(turn)) not in there]  # fmt: skip


def _in_neither(results):
    """Return destroyed instances that are in neither table, or in both after an archive."""
    db.archive_deleted_rows(ADMIN)
    database = connection.get_database()
    places = Counter(
        row["uuid"]
        for name in ("instances", "shadow_instances")
        for row in database[name].find({}, {"uuid": 1})
    )
    return [("archived", uuid) for uuid in results.destroyed if places[uuid] != 1]


def _double(results):
    in_use = db.quota_usage_get(ADMIN, "acme", "units")["in_use"]
    (volume,) = _live("volume_usage_cache") or [{"tot_reads": 0}]
    addresses = Counter(results.fixed.values())
    addresses.update(address for given in results.floating.values() for address in given)
    return [
        *(("address", address) for address, count in addresses.items() if count > 1),
        *(("network", n) for n, count in Counter(results.networks.values()).items() if count > 1),
        *(("original", *key) for key, count in results.originals.items() if count > 1),
        *(("unique", *key) for key, count in results.winners.items() if count > 1),
        *(("number", key) for key, numbers in results.numbers.items() if len(numbers) > 1),
        *(("committed", in_use) for _ in range(in_use > results.committed)),
        *(
            ("reads", volume["tot_reads"])
            for _ in range(volume["tot_reads"] > results.reads + results.reads_unknown)
        ),
    ]
