"""The exit codes of all commands, and how the program ends with them."""

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
# What a shell reports for a process that Ctrl-C or a closed pipe has ended.
INTERRUPTED = 130
PIPE_CLOSED = 141

CODES = {
    DONE: "done, and nothing is left to do",
    FOUND: "done, and something was found, differs or is left",
    USAGE: "the command line, the configuration or the URL is wrong; nothing was done",
    FAILED: "failed: no server was reached, it refused, or the output could not be written",
    INTERRUPTED: "interrupted by Ctrl-C",
    PIPE_CLOSED: "the reader of a pipe closed it, as head does",
}

HELP = "\b\nExit codes:\n" + "\n".join(f"  {code:<4} {text}" for code, text in CODES.items())


class MistakeError(click.ClickException):
    """A configuration or a URL that cannot be used."""

    exit_code = USAGE


class FailureError(click.ClickException):
    """A command that could not do its work."""

    exit_code = FAILED


class OutputError(click.ClickException):
    """The output, or a file, could not be written."""

    exit_code = FAILED

    def __init__(self, error: OSError) -> None:
        where = error.filename or "the output cannot be written"
        super().__init__(f"{where}: {error.strerror or error}")


class PipeClosedError(click.ClickException):
    """The reader of the output has read enough."""

    exit_code = PIPE_CLOSED

    def __init__(self) -> None:
        super().__init__("the reader of the output closed it")

    def show(self, file: Any = None) -> None:
        """Print nothing: it is not an error."""


def end(code: int) -> NoReturn:
    """End the running command with an exit code."""
    click.get_current_context().exit(code)


@contextlib.contextmanager
def output_checked() -> Iterator[None]:
    """Write out what was printed in the block, and turn a failure into one of these errors."""
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
    """Drop what could not be written: the interpreter would try again when it ends."""
    # A stream of a test is not a file.
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
