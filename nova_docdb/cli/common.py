"""What the commands share: their options, the way to the store, and how errors are told."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click
from rich import box
from rich.console import Console
from rich.table import Table

from nova_docdb import exception
from nova_docdb.cli.configuration import configure, is_store_named
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.errors import translated

F = TypeVar("F", bound=Callable[..., Any])

PLAIN_WIDTH = 160

# What a shell takes for an end by Ctrl-C: not the 1 of a difference or a failure.
INTERRUPTED = 130

# A person waits; the driver's own 30 seconds are for services.
SERVER_SELECTION_MS = 5000


def console() -> Console:
    """Return the console for results: plain text of any width when the output is no terminal."""
    screen = _console()
    return screen if screen.is_terminal else _console(PLAIN_WIDTH)


def _console(width: int | None = None) -> Console:
    """Return a console that shows values as they are, whatever brackets and colons they have."""
    return Console(highlight=False, markup=False, emoji=False, width=width)


def result_table(screen: Console, title: str = "", caption: str = "") -> Table:
    """Return a table for this console: without rules when the output is no terminal."""
    shape = box.ROUNDED if screen.is_terminal else None
    return Table(title=title or None, caption=caption or None, box=shape, title_justify="left")


def store_command(function: F) -> F:
    """Give a command the options that name the store, and tell its errors in one sentence."""

    @click.option(
        "--connection",
        "url",
        metavar="URL",
        help="The store: a mongodb:// or mongomock:// URL, in place of [mongo] connection.",
    )
    @click.option(
        "--config-file",
        "config_files",
        metavar="PATH",
        multiple=True,
        help="A configuration file, as oslo.config reads it; may be repeated.",
    )
    @functools.wraps(function)
    def command(url: str | None, config_files: tuple[str, ...], **options: Any) -> Any:
        try:
            configure(url, config_files)
            return function(**options)
        except (exception.NovaException, exception.DBError) as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            click.echo("Interrupted: run it again.", err=True)
            raise SystemExit(INTERRUPTED) from None

    return command  # type: ignore[return-value]  # click looks at the options, not the signature


def check_store() -> None:
    """Fail soon, and with one clear sentence, where the store cannot be used.

    :raises ConfigurationError: if the URL cannot be used
    :raises DBConnectionError: if the server cannot be reached or refuses the login
    """
    connection.current(SERVER_SELECTION_MS)
    with translated("", reads=True):
        connection.get_database().command("ping")


def check_lasting_store() -> None:
    """Check the store likewise, and say so where it is in memory because nobody named one.

    :raises ConfigurationError: if the URL cannot be used
    :raises DBConnectionError: if the server cannot be reached or refuses the login
    """
    if not is_store_named():
        click.echo(
            "No store is named (--connection URL): this one is in memory, and its rows end with "
            "this command.",
            err=True,
        )
    check_store()
