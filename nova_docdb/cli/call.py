"""``nova-docdb call`` and ``nova-docdb functions``: call and list the functions of the contract."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

import click

from nova_docdb import db, exception
from nova_docdb.cli import exits
from nova_docdb.cli.arguments import ArgumentError, bind, usage
from nova_docdb.cli.common import JSON, check_lasting_store, store_command
from nova_docdb.cli.output import console, counted, print_json, show_rows
from nova_docdb.context import READ_DELETED, RequestContext

LOG = logging.getLogger(__name__)

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: getattr(db, name) for name in db.__all__ if inspect.isfunction(getattr(db, name))
}

CONTEXT_OPTIONS = (
    click.option("--user", metavar="ID", help="Call as this user; by default as an admin."),
    click.option("--project", metavar="ID", help="Call as a user of this project."),
    click.option("--admin", is_flag=True, help="With --user or --project: as an admin."),
    click.option(
        "--read-deleted",
        type=click.Choice(READ_DELETED),
        default="no",
        show_default=True,
        help="Which rows are visible: live ones, all, or only deleted ones.",
    ),
)


class Calls(click.Group):
    """A command for each function of the contract."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of the functions."""
        return list(FUNCTIONS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Return the command that calls a function, or None."""
        return _command(name) if name in FUNCTIONS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command; if it does not exist, fail with a hint."""
        if args and args[0] not in FUNCTIONS and not args[0].startswith("-"):
            ctx.fail(
                f"Unknown function {args[0]!r}: find its name with nova-docdb functions PATTERN."
            )
        return super().resolve_command(ctx, args)


@click.group(cls=Calls, subcommand_metavar="FUNCTION [OPTIONS] [ARGUMENT]...")
def call() -> None:
    """Call one of the 254 functions of the API and print what it returns as JSON.

    An argument is text, a number, true, false, null or JSON, depending on its type. Arguments are
    given in order or as name=value. The context is an admin's, or with --user or --project a
    user's. `nova-docdb call FUNCTION --help` shows the arguments, result and exceptions of a
    function.

    NOTE: functions that write change the database, and secrets in results are not masked.

    \b
    Examples:
      nova-docdb call instance_get_by_uuid 4d9947ef-e02a-4342-8025-e2e955204ef2
      nova-docdb call fixed_ip_associate_pool 1 instance_uuid=4d9947ef-e02a-4342-8025-e2e955204ef2
      nova-docdb call instance_get_all_by_filters '{"vm_state": "error"}' --config-file nova.conf
    """


@click.command()
@click.argument("pattern", required=False, default="")
@JSON
def functions(*, pattern: str, as_json: bool) -> None:
    """List the functions whose name or summary contains a text, or whose name matches a glob.

    \b
    Examples:
      nova-docdb functions floating
      nova-docdb functions 'instance_get_*'
    """
    found = [name for name in FUNCTIONS if _fits(name, pattern)]
    if as_json:
        print_json(
            [
                {"name": name, "arguments": usage(FUNCTIONS[name]), "summary": _summary(name)}
                for name in found
            ]
        )
    else:
        screen = console()
        lines = [(f"{name} {usage(FUNCTIONS[name])}".strip(), _summary(name)) for name in found]
        if lines:
            show_rows(screen, ("function and arguments", "summary"), lines)
        screen.print(f"{counted(len(found), 'function')}.")
    if not found:
        exits.end(exits.FOUND)


def _fits(name: str, pattern: str) -> bool:
    if any(character in pattern for character in "*?["):
        return fnmatchcase(name, pattern)
    return pattern.lower() in f"{name} {_summary(name)}".lower()


def _summary(name: str) -> str:
    return (inspect.getdoc(FUNCTIONS[name]) or "").partition("\n")[0]


def _command(name: str) -> click.Command:
    """Return the command that calls a function."""
    function = FUNCTIONS[name]

    @store_command
    def run(
        *,
        arguments: tuple[str, ...],
        user: str | None,
        project: str | None,
        admin: bool,
        read_deleted: str,
    ) -> None:
        is_admin = admin or (user is None and project is None)
        context = RequestContext(user, project, is_admin, read_deleted)
        print_json(_called(function, arguments, context))

    for option in reversed(CONTEXT_OPTIONS):
        run = option(run)
    taken = click.argument("arguments", nargs=-1, metavar=usage(function) or "")
    # -1 is an argument, not an option.
    settings = {"ignore_unknown_options": True}
    return click.command(name, help=_help(name), context_settings=settings)(taken(run))


def _called(
    function: Callable[..., Any], arguments: tuple[str, ...], context: RequestContext
) -> Any:
    given = {"context": context} if "context" in inspect.signature(function).parameters else {}
    try:
        bound = bind(function, arguments, **given)
    except ArgumentError as error:
        raise click.UsageError(f"{error}.") from None
    if "resources" in bound.arguments:
        bound.arguments["resources"] = _resources(bound.arguments["resources"])
    check_lasting_store()
    try:
        result = function(*bound.args, **bound.kwargs)
        return list(result) if isinstance(result, Iterator) else result
    except exception.DBConnectionError:
        raise
    except Exception as error:
        # JSON of an unexpected shape can raise any exception; -v logs the traceback.
        LOG.info("%s", function.__name__, exc_info=True)
        raise exits.FailureError(f"{type(error).__name__}: {error}") from error


def _resources(names: Any) -> dict[str, Any]:
    """Return the resources of quota_reserve by name; custom ones can only be passed from Python.

    :raises UsageError: if a name is unknown
    """
    from nova_docdb.demo import RESOURCES  # noqa: PLC0415 - of use to one function

    if unknown := set(names) - RESOURCES.keys():
        raise click.UsageError(
            f"resources can be {', '.join(RESOURCES)} here, not {', '.join(sorted(unknown))}."
        )
    return {name: RESOURCES[name] for name in names}


def _help(name: str) -> str:
    """Return the docstring of the function, unwrapped, with an example."""
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    text = text.replace("\n\n>>> ", "\n\nIn Python:\n>>> ")
    paragraphs = "\n\n".join(f"\b\n{paragraph}" for paragraph in text.split("\n\n"))
    call_line = f"nova-docdb call {name} {usage(FUNCTIONS[name])}".rstrip()
    return f"{paragraphs}\n\n\b\nExample:\n  {call_line}"
