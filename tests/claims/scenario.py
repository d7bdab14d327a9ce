"""Helpers of the scenarios."""

from collections import Counter
from dataclasses import dataclass

from nova_docdb import context, db, exception
from nova_docdb.mongo.tables.table import table

ADMIN = context.get_admin_context()
USER = context.RequestContext("alice", "acme")
UUIDS = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(1, 9)]


@dataclass(frozen=True)
class Claim:
    """A scenario, and the functions of the contract that it tests.

    :param sound: whether the store passes `nova-docdb db check` afterwards; invented rows do not
    """

    scenario: object
    functions: tuple
    sound: bool = True

    def __str__(self):
        return self.scenario.__name__


CLAIMS = []


def claim(*functions, sound=True):
    """Register a scenario for functions of the contract."""

    def register(scenario):
        CLAIMS.append(Claim(scenario, functions, sound))
        return scenario

    return register


def calls(function, *argument_lists):
    return [lambda args=args: function(*args) for args in argument_lists]


def won(outcomes):
    """Return the outcomes without an error; assert that errors are of the expected kinds."""
    for outcome in outcomes:
        if outcome.error is not None:
            assert isinstance(outcome.error, (exception.NovaException, exception.DBError)), repr(
                outcome.error
            )
    return [outcome for outcome in outcomes if outcome.error is None and not outcome.gone]


def unknown(outcomes):
    """Return the outcomes of calls that may or may not have taken effect."""
    return [o for o in outcomes if o.gone or isinstance(o.error, exception.DBConnectionError)]


def one_wins(outcomes, faulty):
    """Assert that one caller succeeded, or with faults at most one."""
    assert len(won(outcomes)) <= 1, outcomes
    assert faulty or len(won(outcomes)) == 1, outcomes


def live(name, **columns):
    rows = table(name)
    return rows.find(rows.where_live(**columns))


def no_two_live(name, *columns):
    keys = Counter(tuple(row[column] for column in columns) for row in live(name))
    assert all(count == 1 for count in keys.values()), keys


def an_instance(**values):
    return db.instance_create(USER, {"uuid": UUIDS[0], "project_id": "acme", **values})
