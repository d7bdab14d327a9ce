"""Orders of the commands of two callers on a real server: a gate before each command.

pymongo tells of a command in the caller's own thread before it sends it; there the caller waits for
its turn. A command that the server holds up, since another caller's transaction or insert is under
way, has not ended when the next turn comes: then the other one goes on.
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

# Commands of a call, at the most.
LONGEST = 1000

# In seconds: how long a command runs, at the most, that the server does not hold up.
HELD_UP = 0.15
# How long one may run while the other has ended or not begun.
NOBODY_IN_THE_WAY = 30


class Gate(pymongo.monitoring.CommandListener):
    """Stops the commands of the callers of a run; register it before the client is made."""

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

    :param plan: the numbers of the callers, one for each turn; after it the first goes on
    :param patience: after how many seconds a command is taken to be held up
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
        """Have the caller of this thread wait for a command of the other."""
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
                self._until_it_rests(caller, NOBODY_IN_THE_WAY)
            while not all(caller.ended for caller in self.callers):
                self._give_a_turn()
        finally:
            self._gate.run = None
        for thread in threads:
            thread.join()
        return self

    def _give_a_turn(self):
        waiting = [caller for caller in self.callers if caller.waits]
        if not waiting:
            with self._changed:
                self._changed.wait(HELD_UP)
            return
        able = [caller for caller in waiting if not caller.sleeps] or waiting
        wanted = self._plan.pop(0) if self._plan else None
        chosen = next((c for c in able if c.number == wanted), able[0])
        chosen.waits = False
        for caller in self.callers:
            caller.sleeps = False
        chosen.turn.release()
        self._until_it_rests(chosen)

    def _until_it_rests(self, caller, seconds=None):
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
    """Sources that note the callers' uuids: the driver names its sessions by uuids."""

    def uuid4(self):
        made = self._uuid4()
        if self._is_callers():
            self.uuids.append(str(made))
        return made


class Server:
    """The cloud on the server that is connected, put back before each order."""

    def __init__(self, gate):
        self.gate = gate
        cloud.fill()
        # Its clock begins behind the times of the cloud.
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
        """Return what is stored, by collection and id."""
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

    def run(self, pair, plan, patience=HELD_UP):
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
        """Yield every order of a pair in which one stops once and the other goes to its end.

        With the form of each come those of one after the other.
        """
        alone = [self.run(pair, [first] * LONGEST, NOBODY_IN_THE_WAY) for first in (0, 1)]
        allowed = [form for _run, form in alone]
        for first, (run, _form) in enumerate(alone):
            for commands in range(1, run.callers[first].commands):
                plan = [first] * commands + [1 - first] * LONGEST
                yield self.run(pair, plan)[1], allowed
