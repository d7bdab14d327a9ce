"""Histories: the calls, their times and their results."""

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

    :param kind: its kind, by the names of ``judge``
    :param key: its subject: the owner of an address, the uuid of an instance
    :param value: the requested value
    :param again: whether the same call was acknowledged before, so that nothing changes
    :param caller: the process and thread
    :param invoked: when it began, by the machine's monotonic clock, in seconds
    :param completed: when it ended; None if the caller was killed before
    :param outcome: OK, REFUSED (an error of the contract), UNKNOWN, or LEAKED (another error)
    :param answer: the result of the call, or the name of the exception
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
    """Makes calls and records them, in a file if one is given.

    A line is written before and after each call, so that the calls of a killed process are kept.
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
    """The operations of all callers, in the order of their start."""

    operations: list[Operation] = field(default_factory=list)

    @classmethod
    def read(cls, folder):
        """Return the operations in the files of a folder."""
        found = {}
        for path in Path(folder).glob("*.history"):
            for line in path.read_text().splitlines():
                # A killed process may leave half a line: then the call's first line is used.
                if line.endswith("}"):
                    operation = Operation(**json.loads(line))
                    found[operation.caller, operation.invoked] = operation
        return cls(sorted(found.values(), key=lambda operation: operation.invoked))

    def of(self, *kinds, outcome=None):
        """Return the operations of these kinds, with one outcome or any."""
        return [
            operation
            for operation in self.operations
            if operation.kind in kinds and outcome in {None, operation.outcome}
        ]
