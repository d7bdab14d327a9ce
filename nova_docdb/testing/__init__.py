"""Test code that uses the database, offline.

``embedded_store`` provides a fresh store in memory for a block, ``small_cloud`` fills it with
sample rows, ``trace`` lists the commands that are sent to the configured store, ``clear`` empties
it. ``Simulation`` runs concurrent callers on the embedded store, one command at a time, in an order
drawn from a seed::

    from nova_docdb import db, testing

    def two_callers(simulation):
        first, second = simulation.run(
            lambda: db.fixed_ip_associate_pool(admin, 1, ONE),
            lambda: db.fixed_ip_associate_pool(admin, 1, OTHER),
        )
        assert first.value != second.value

    testing.try_seeds(two_callers, range(500))

The error names the seed that failed, and ``two_callers(Simulation(seed))`` replays it. With
``Faults``, callers also lose their connection or die, drawn from the same seed.

``explore`` runs callers in every order of their commands; it needs no assertion. With pytest, the
fixture ``nova_db`` of ``nova_docdb.pytest_plugin`` provides ``embedded_store`` for a test.
"""

from nova_docdb.mongo.store.monitoring import Command
from nova_docdb.testing.exploration import Exploration, OrderFailedError, explore
from nova_docdb.testing.sample import small_cloud
from nova_docdb.testing.scheduler import Outcome, WorkerGoneError
from nova_docdb.testing.simulation import Faults, Simulation, try_seeds
from nova_docdb.testing.steps import Move
from nova_docdb.testing.store import clear, embedded_store
from nova_docdb.testing.tracing import trace

__all__ = (
    "Command",
    "Exploration",
    "Faults",
    "Move",
    "OrderFailedError",
    "Outcome",
    "Simulation",
    "WorkerGoneError",
    "clear",
    "embedded_store",
    "explore",
    "small_cloud",
    "trace",
    "try_seeds",
)
