"""The exit codes of all commands, and the exceptions that end the program with them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import click

DONE = 0
FOUND = 1
USAGE = 2
FAILED = 3
# The codes that a shell reports for a process that was ended by Ctrl-C or a closed pipe.
INTERRUPTED = 130
PIPE_CLOSED = 141

CODES = {
    DONE: "success, with nothing left to do",
    FOUND: "success, but something was found, differs or is left to do",
    USAGE: "invalid command line, configuration or URL; nothing was done",
    FAILED: "failure: the server is unreachable or rejected a command, or the output failed",
    INTERRUPTED: "interrupted by Ctrl-C",
    PIPE_CLOSED: "the reader closed the pipe, as head does",
}

HELP = "\b\nExit codes:\n" + "\n".join(f"  {code:<4} {text}" for code, text in CODES.items())


class MistakeError(click.ClickException):
    """An invalid configuration or URL."""

    exit_code = USAGE


class FailureError(click.ClickException):
    """A failed command."""

    exit_code = FAILED


class OutputError(click.ClickException):
    """The output or a file cannot be written."""

    exit_code = FAILED

    def __init__(self, error: OSError) -> None:
        where = error.filename or "the output cannot be written"
        super().__init__(f"{where}: {error.strerror or error}")


class PipeClosedError(click.ClickException):
    """The reader of the output closed the pipe."""

    exit_code = PIPE_CLOSED

    def __init__(self) -> None:
        super().__init__("the reader of the output closed it")

    def show(self, file: Any = None) -> None:
        """Print nothing: it is not an error."""


def end(code: int) -> NoReturn:
    """Exit the running command with a code."""
    click.get_current_context().exit(code)


@contextlib.contextmanager
def output_checked() -> Iterator[None]:
    """Flush what the block printed, and convert an error to one of these exceptions."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError as error:
        _discard_output()
        raise PipeClosedError from error
    except OSError as error:
        _discard_output()
        raise OutputError(error) from error


def _discard_output() -> None:
    """Discard unwritten output, or the interpreter would try to write it again at exit."""
    # In tests the stream has no file descriptor.
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
