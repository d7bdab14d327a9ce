"""Orders of the commands of two callers on a real server: a gate before each command.

pymongo publishes a command in the caller's own thread before it sends it; there the caller waits
for its turn. A command may wait in the server for a transaction or an insert of the other caller.
If it has not ended by the next turn, the other caller continues.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pymongo.monitoring

from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.ids import COUNTERS
from nova_docdb.schemas import TABLES
from nova_docdb.testing import Outcome, equality
from nova_docdb.testing.exploration import times_in
from nova_docdb.testing.scheduler import Sources
from tests.pairs import calls as cloud

# The maximum number of commands of a call.
LONGEST = 1000

# The maximum seconds of a command that does not wait in the server.
WAITS_IN_SERVER = 0.15
# The same while the other caller has ended or not begun.
ALONE = 30


class Gate(pymongo.monitoring.CommandListener):
    """Stops the commands of the callers of a run; register it before the client is created."""

    run = None

    def started(self, _event):
        if self.run is not None:
            self.run.arrive()

    def succeeded(self, _event):
        """Do nothing."""

    def failed(self, _event):
        """Do nothing."""


@dataclass
class Driven:
    """A caller on a server."""

    number: int
    call: object
    outcome: Outcome = field(default_factory=Outcome)
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    waits: bool = False
    ended: bool = False
    sleeps: bool = False
    commands: int = 0


class Run:
    """One order.

    :param plan: the numbers of the callers, one for each turn; after it the first one continues
    :param patience: the seconds after which a command is assumed to wait in the server
    """

    def __init__(self, gate, sources, calls, plan, patience):
        self._patience = patience
        self._gate = gate
        self._sources = sources
        self._plan = list(plan)
        self.callers = [Driven(number, call) for number, call in enumerate(calls)]
        self._changed = threading.Condition()
        self._threads = {}

    def owns(self, thread):
        return thread in self._threads

    def sleeps(self):
        """Make the caller of this thread wait for a command of the other."""
        self._threads[threading.get_ident()].sleeps = True

    def arrive(self):
        caller = self._threads.get(threading.get_ident())
        if caller is None:
            return
        with self._changed:
            caller.waits = True
            self._changed.notify_all()
        caller.turn.acquire()
        caller.commands += 1

    def go(self):
        """Run the order to its end."""
        self._sources.begin(self)
        self._gate.run = self
        threads = [threading.Thread(target=self._serve, args=(c,)) for c in self.callers]
        try:
            for thread, caller in zip(threads, self.callers, strict=True):
                thread.start()
                self._wait_for_stop(caller, ALONE)
            while not all(caller.ended for caller in self.callers):
                self._next_turn()
        finally:
            self._gate.run = None
        for thread in threads:
            thread.join()
        return self

    def _next_turn(self):
        waiting = [caller for caller in self.callers if caller.waits]
        if not waiting:
            with self._changed:
                self._changed.wait(WAITS_IN_SERVER)
            return
        able = [caller for caller in waiting if not caller.sleeps] or waiting
        wanted = self._plan.pop(0) if self._plan else None
        chosen = next((c for c in able if c.number == wanted), able[0])
        chosen.waits = False
        for caller in self.callers:
            caller.sleeps = False
        chosen.turn.release()
        self._wait_for_stop(chosen)

    def _wait_for_stop(self, caller, seconds=None):
        seconds = self._patience if seconds is None else seconds
        with self._changed:
            self._changed.wait_for(lambda: caller.waits or caller.ended, seconds)

    def _serve(self, caller):
        self._threads[threading.get_ident()] = caller
        try:
            caller.outcome.value = caller.call()
        except Exception as error:
            caller.outcome.error = error
        with self._changed:
            caller.ended = True
            self._changed.notify_all()


class RealUuids(Sources):
    """Sources that record the callers' uuids; the driver uses uuids for its sessions too."""

    def uuid4(self):
        generated = self._uuid4()
        if self._is_callers():
            self.uuids.append(str(generated))
        return generated


class Server:
    """The cloud on the connected server, restored before each order."""

    def __init__(self, gate):
        self.gate = gate
        cloud.fill()
        # Its clock begins after the times of the cloud.
        self.sources = RealUuids()
        counters = connection.get_database()[COUNTERS]
        for number, name in enumerate(TABLES, 1):
            counters.update_one(
                {"_id": name}, {"$max": {"seq": number * equality.IDS_OF_A_TABLE}}, upsert=True
            )
        self.start = self.stored = self.documents()
        self.known = frozenset(times_in(self.start))

    @staticmethod
    def documents():
        """Return the stored documents, by collection and id."""
        database = connection.get_database()
        names = [*TABLES, *(f"shadow_{name}" for name in TABLES), COUNTERS]
        return {name: {d["_id"]: d for d in database[name].find()} for name in names}

    def restore(self):
        database = connection.get_database()
        for name, documents in self.stored.items():
            if documents == self.start[name]:
                continue
            database[name].delete_many({})
            if self.start[name]:
                database[name].insert_many(self.start[name].values())
        connection.forget_caches()

    def run(self, pair, plan, patience=WAITS_IN_SERVER):
        """Run an order of a pair of calls and return it with its form."""
        self.restore()
        calls = [cloud.CALLS[name].run for name in pair]
        run = Run(self.gate, self.sources, calls, plan, patience).go()
        after = self.stored = self.documents()
        highest = {c["seq"] // equality.IDS_OF_A_TABLE: c["seq"] for c in after[COUNTERS].values()}
        generated = equality.Generated(
            self.sources.start, frozenset(self.sources.uuids), self.known, highest
        )
        changed = equality.changes(self.start, after, lambda name, _document: name == COUNTERS)
        return run, equality.form([c.outcome for c in run.callers], changed, generated)

    def orders(self, pair):
        """Yield every order of a pair in which one stops once and the other runs to its end.

        Each is a pair of its form and the forms of the serial orders.
        """
        alone = [self.run(pair, [first] * LONGEST, ALONE) for first in (0, 1)]
        allowed = [form for _run, form in alone]
        for first, (run, _form) in enumerate(alone):
            for commands in range(1, run.callers[first].commands):
                plan = [first] * commands + [1 - first] * LONGEST
                yield self.run(pair, plan)[1], allowed
