"""Fails every command of a call in turn, on the configured store."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest

from nova_docdb import testing
from nova_docdb.mongo.store import connection

COMMANDS = {
    "aggregate",
    "count_documents",
    "delete_many",
    "distinct",
    "find",
    "find_one",
    "find_one_and_update",
    "insert_many",
    "insert_one",
    "replace_one",
    "update_many",
    "update_one",
}


class Failed(Exception):
    """Raised in place of a command, or of its reply."""


class Failing:
    """A database whose commands fail, from a given one on.

    :param first: the number of the first command that fails, counted from 0
    :param applied: whether that command takes effect before it fails
    :param forever: whether the later commands fail too, as after a crash of the worker
    """

    def __init__(self, database, first, *, applied=False, forever=False):
        self._database = database
        self._first = first
        self._applied = applied
        self._forever = forever
        self.sent = 0

    def __getitem__(self, name):
        return _Collection(self, self._database[name])

    def __getattr__(self, name):
        return getattr(self._database, name)

    def run(self, command):
        number, self.sent = self.sent, self.sent + 1
        if number < self._first or (number > self._first and not self._forever):
            return command()
        if self._applied and number == self._first:
            command()
        raise Failed


class _Collection:
    def __init__(self, database, collection):
        self._failing = database
        self._collection = collection

    def __getattr__(self, name):
        attribute = getattr(self._collection, name)
        if name not in COMMANDS:
            return attribute
        return lambda *args, **kwargs: self._failing.run(lambda: attribute(*args, **kwargs))

    def with_options(self, **options):
        return _Collection(self._failing, self._collection.with_options(**options))

    def bulk_write(self, operations, **options):
        """Fail between any two operations, so that others see one without the next."""
        done = [
            self._failing.run(lambda one=one: self._collection.bulk_write([one], **options))
            for one in operations
        ]
        return SimpleNamespace(
            matched_count=sum(result.matched_count for result in done),
            modified_count=sum(result.modified_count for result in done),
        )


def every_failure(prepare, call, *, least=3, **how):
    """Fail each command of a call in turn, and yield the result of ``prepare`` after each failure.

    Before each call the store is emptied and prepared.

    :param least: the minimum number of commands that the call sends
    :param how: arguments for ``Failing``
    """
    for first in itertools.count():
        testing.clear()
        prepared = prepare()
        database = connection.get_database()
        failing = Failing(database, first, **how)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(connection, "get_database", lambda failing=failing: failing)
            try:
                call(prepared)
            except Failed:
                pass
            else:
                assert first == failing.sent >= least
                return
        yield prepared
