"""Shared by the commands: options, the connection check, and error reporting."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from nova_docdb import exception
from nova_docdb.cli import exits
from nova_docdb.cli.configuration import configure, is_store_named
from nova_docdb.cli.output import set_quiet
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.errors import translated

F = TypeVar("F", bound=Callable[..., Any])

LOG = logging.getLogger(__name__)

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

# Someone is waiting at a terminal; the driver's default of 30 seconds is for services.
SERVER_SELECTION_MS = 5000

JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")

STORE_OPTIONS = (
    click.option(
        "--connection",
        "url",
        metavar="URL",
        help="The store: a mongodb:// or mongomock:// URL, instead of [mongo] connection. The "
        "process list shows it to other users: put a URL with a password into a configuration "
        "file or the environment variable OS_MONGO__CONNECTION.",
    ),
    click.option(
        "--config-file",
        "config_files",
        metavar="PATH",
        multiple=True,
        type=click.Path(),
        help="A configuration file in the format of oslo.config; may be repeated.",
    ),
    click.option(
        "-v",
        "--verbose",
        "verbosity",
        count=True,
        help="Log to stderr; -vv logs more.",
    ),
    click.option(
        "-q",
        "--quiet",
        is_flag=True,
        help="Print only errors, and the result of --json.",
    ),
    click.option(
        "--log-file",
        metavar="PATH",
        type=click.Path(dir_okay=False),
        help="Append the log to a file, including the error that ended the command.",
    ),
)


def store_command(function: F) -> F:
    """Add the store and logging options to a command, and report its errors."""

    @functools.wraps(function)
    def command(
        url: str | None,
        config_files: tuple[str, ...],
        verbosity: int,
        log_file: str | None,
        *,
        quiet: bool,
        **options: Any,
    ) -> Any:
        if quiet:
            set_quiet()
        with _logging(verbosity, log_file), _errors():
            configure(url, config_files)
            return function(**options)

    for option in reversed(STORE_OPTIONS):
        command = option(command)
    return command  # type: ignore[return-value]  # click reads the options, not the signature


@contextmanager
def _errors() -> Iterator[None]:
    """Convert exceptions to a one-sentence message and an exit code."""
    try:
        yield
    except (exception.ConfigurationError, exception.BackendNotFound) as error:
        raise exits.MistakeError(str(error)) from error
    except (exception.NovaException, exception.DBError) as error:
        raise exits.FailureError(str(error)) from error
    except KeyboardInterrupt:
        click.echo("Interrupted: run the command again.", err=True)
        exits.end(exits.INTERRUPTED)


@contextmanager
def _logging(verbosity: int, log_file: str | None) -> Iterator[None]:
    """Log to a file, or with -v to stderr, while a command runs."""
    if not verbosity and log_file is None:
        yield
        return
    handler = logging.FileHandler(log_file) if log_file else logging.StreamHandler(sys.stderr)
    handler.addFilter(_is_logged)
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    root = logging.root
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if verbosity > 1 else logging.INFO)
    try:
        yield
    except click.ClickException as error:
        LOG.error("%s", error.message)  # noqa: TRY400 - the message is enough
        raise
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
        handler.close()


def _is_logged(record: logging.LogRecord) -> bool:
    # The driver logs every heartbeat.
    return not record.name.startswith("pymongo") or record.levelno >= logging.INFO


def check_store() -> None:
    """Check that the store can be used, with a short timeout.

    :raises ConfigurationError: if the URL cannot be used
    :raises DBConnectionError: if the server cannot be reached or refuses the login
    """
    connection.current(SERVER_SELECTION_MS)
    with translated("", reads=True):
        connection.get_database().command("ping")


def check_lasting_store() -> None:
    """Check the store as ``check_store`` does, and warn if none is named and it is in memory.

    :raises ConfigurationError: if the URL cannot be used
    :raises DBConnectionError: if the server cannot be reached or refuses the login
    """
    if not is_store_named():
        click.echo(
            "No store is configured (--connection URL): using one in memory, whose rows are lost "
            "when this command ends.",
            err=True,
        )
    check_store()
