"""The command line ``nova-docdb``.

A command's module is imported when the command runs, so that only import and export load
SQLAlchemy.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable, Mapping
from typing import Any

import click

from nova_docdb.cli import exits


class Commands(click.Group):
    """A group that imports each command when it is used.

    :param places: command name -> its module and attribute
    """

    def __init__(self, *args: Any, places: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._places = places

    @property
    def commands(self) -> dict[str, click.Command]:
        """All commands by name, imported."""
        return {name: self._command(name) for name in self._places}

    @commands.setter
    def commands(self, _given: Mapping[str, click.Command]) -> None:
        """Ignore the dict that click sets: ``places`` has all commands."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of the help text."""
        return list(self._places)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Return the command with this name, or None."""
        return self._command(name) if name in self._places else None

    def _command(self, name: str) -> click.Command:
        module, _, attribute = self._places[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Group):
            command.epilog = "Exit codes: nova-docdb --help."
        return command


class Program(Commands):
    """The program: it ends with one of the exit codes in ``exits``, never with a traceback."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command and exit with its code; without standalone_mode let errors propagate."""
        if not standalone_mode:
            return self._main(*args, **extra)
        return sys.exit(self._run(*args, **extra))

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Return the click context; --help and --version print here."""
        with exits.output_checked():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command of a click context."""
        with exits.output_checked():
            return super().invoke(ctx)

    def _main(self, *args: Any, **extra: Any) -> Any:
        run: Callable[..., Any] = super().main
        return run(*args, standalone_mode=False, **extra)

    def _run(self, *args: Any, **extra: Any) -> int:
        for stream in (sys.stdout, sys.stderr):
            # A character that the terminal's encoding lacks is printed as an escape sequence.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            code = self._main(*args, **extra)
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except click.Abort:
            click.echo("Interrupted.", err=True)
            return exits.INTERRUPTED
        return code if isinstance(code, int) else exits.DONE


@click.group(
    cls=Program,
    places={
        "demo": "nova_docdb.cli.demo:demo",
        "top": "nova_docdb.cli.top:top",
        "rows": "nova_docdb.cli.rows:rows",
        "schema": "nova_docdb.cli.schema:schema",
        "functions": "nova_docdb.cli.call:functions",
        "call": "nova_docdb.cli.call:call",
        "db": "nova_docdb.cli.db:db",
        "import": "nova_docdb.cli.importing:import_command",
        "export": "nova_docdb.cli.exporting:export_command",
    },
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=exits.HELP,
)
@click.version_option(package_name="nova_docdb")
def main() -> None:
    """Nova's database on MongoDB: set up, inspect, maintain, import and export.

    \b
    Examples:
      nova-docdb demo
      nova-docdb db sync --connection mongodb://localhost/nova
      nova-docdb top --config-file /etc/nova/nova.conf
      nova-docdb import --from sqlite:////var/lib/nova/nova.sqlite --config-file nova.conf
    """
