"""Histories: what was called, when, and what the caller got."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nova_docdb import exception

OK, REFUSED, UNKNOWN, LEAKED = "ok", "refused", "unknown", "leaked"


@dataclass
class Operation:
    """A call.

    :param kind: what it does, as ``judge`` names it
    :param key: what it is about: the holder of an address, the uuid of an instance
    :param value: what it asked for, such as a new value
    :param again: whether the same was acknowledged before, so that there is nothing to change
    :param caller: the process and thread
    :param invoked: by the machine's monotonic clock, in seconds
    :param completed: likewise; None if the caller was killed meanwhile
    :param outcome: OK, REFUSED (the store says no), UNKNOWN, or LEAKED (another error)
    :param answer: of the call, or the name of the exception
    """

    kind: str
    key: str | None = None
    value: object = None
    again: bool = False
    caller: str = ""
    invoked: float = 0.0
    completed: float | None = None
    outcome: str = UNKNOWN
    answer: object = None

    @property
    def seconds(self):
        return 0.0 if self.completed is None else self.completed - self.invoked


class Recorder:
    """Carries calls out and keeps them, in a file where one is given.

    A line is written before a call and one after it: the calls of a process that is killed stay.
    """

    def __init__(self, caller="", path=None):
        self.operations = []
        self._caller = caller
        self._file = None
        if path is not None:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def call(self, operation, function):
        """Make a call, record it, and return the operation with its outcome."""
        operation.caller = self._caller
        operation.invoked = time.monotonic()
        self._write(operation)
        try:
            operation.answer = function()
            operation.outcome = OK
        except exception.DBConnectionError as error:
            operation.outcome, operation.answer = UNKNOWN, str(error)
            if "nothing was changed" in operation.answer:
                operation.outcome = REFUSED
        except exception.NovaException as error:
            operation.outcome, operation.answer = REFUSED, type(error).__name__
        except Exception as error:
            operation.outcome, operation.answer = LEAKED, repr(error)
        operation.completed = time.monotonic()
        self._write(operation)
        self.operations.append(operation)
        return operation

    def _write(self, operation):
        if self._file is not None:
            os.write(self._file, json.dumps(asdict(operation), default=str).encode() + b"\n")


@dataclass
class History:
    """The operations of all callers, in the order of their beginning."""

    operations: list[Operation] = field(default_factory=list)

    @classmethod
    def read(cls, folder):
        """Return what recorders wrote into the files of a folder."""
        found = {}
        for path in Path(folder).glob("*.history"):
            for line in path.read_text().splitlines():
                # A process that is killed may leave half a line: that call's first line counts.
                if line.endswith("}"):
                    operation = Operation(**json.loads(line))
                    found[operation.caller, operation.invoked] = operation
        return cls(sorted(found.values(), key=lambda operation: operation.invoked))

    def of(self, *kinds, outcome=None):
        """Return the operations of these kinds, of one outcome or of all."""
        return [
            operation
            for operation in self.operations
            if operation.kind in kinds and outcome in {None, operation.outcome}
        ]
