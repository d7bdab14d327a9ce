"""The configuration of a command, and its mistakes in one sentence."""

from __future__ import annotations

from collections.abc import Iterable

import click
from oslo_config import cfg, iniparser

from nova_docdb import config
from nova_docdb.config import CONF


def configure(url: str | None, config_files: Iterable[str]) -> None:
    """Read the configuration, and check every option of ours.

    :param url: takes the place of [mongo] connection, even if it is empty
    :raises ClickException: if a file cannot be read or an option has no such value
    """
    arguments = [argument for path in config_files for argument in ("--config-file", path)]
    try:
        CONF(arguments, project="nova_docdb", prog="nova-docdb")
        _check_values()
    except (cfg.Error, OSError, UnicodeError) as error:
        raise click.ClickException(f"The configuration cannot be used: {_told(error)}.") from None
    if url is not None:
        CONF.set_override("connection", config.literal(url), group="mongo")


def _check_values() -> None:
    """Ask for every option: oslo.config reads a value when it is asked for."""
    for group, options in config.list_opts():
        for option in options:
            _check_value(group, option.dest)


def _check_value(group: str, name: str) -> None:
    try:
        # The group DEFAULT is the configuration itself.
        getattr(getattr(CONF, group, CONF), name)
    except cfg.ConfigSourceValueError as error:
        reason = error.__context__ or error
        raise cfg.ConfigSourceValueError(f"[{group}] {name}: {reason}") from error
    except config.UNRESOLVED:
        raise cfg.Error(f"[{group}] {name}: {config.DOLLAR}") from None


def _told(error: BaseException) -> str:
    """Return what is wrong, without the text of a line: it may hold a password."""
    place = error.__context__
    if isinstance(error, cfg.ConfigFileParseError) and isinstance(place, iniparser.ParseError):
        return f"{error.config_file}, line {place.lineno}: {place.msg}"
    if isinstance(error, cfg.ConfigFilesNotFoundError):
        return f"there is no file {', '.join(error.config_files)}"
    if isinstance(error, cfg.ConfigFilesPermissionDeniedError):
        return f"the file {', '.join(error.config_files)} may not be read"
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, UnicodeError):
        return "a file is not encoded in UTF-8"
    return str(error).rstrip(".")
