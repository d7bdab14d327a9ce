"""Reads the configuration of a command; errors are one sentence."""

from __future__ import annotations

import os
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from oslo_config import cfg, iniparser

from nova_docdb import config
from nova_docdb.cli import exits
from nova_docdb.config import CONF

GROUP = config.MONGO_GROUP

# The cutoff at which [mongodb] and [mogno] are similar to [mongo], and [monitor] is not.
SIMILAR = 0.75


def configure(url: str | None, config_files: Iterable[str]) -> None:
    """Read the configuration, and check every option of nova_docdb.

    :param url: replaces [mongo] connection, even if it is empty
    :raises MistakeError: if a file cannot be read, or has an unknown option or an invalid value
    """
    arguments = [argument for path in config_files for argument in ("--config-file", path)]
    try:
        CONF(arguments, project="nova_docdb", prog="nova-docdb")
        _check_names()
        _check_values()
    except (cfg.Error, OSError, UnicodeError) as error:
        raise exits.MistakeError(f"Invalid configuration: {_describe(error)}.") from None
    if url is not None:
        CONF.set_override("connection", config.literal(url), group=GROUP)


def is_store_named() -> bool:
    """Return whether the store is configured by an option, a file, the environment or a program."""
    place = CONF.get_location("connection", GROUP)
    return place is not None and place.location is not cfg.Locations.opt_default


def _check_names() -> None:
    """Reject what oslo.config ignores: unknown options of [mongo], sections with similar names."""
    # A pipe, or anything else that is not a file, cannot be read twice.
    for path in filter(os.path.isfile, map(os.path.expanduser, CONF.config_file)):
        sections: dict[str, dict[str, Any]] = {}
        cfg.ConfigParser(path, sections).parse()
        for section, options in sections.items():
            if section.lower() == GROUP:
                _check_options(path, options)
            elif get_close_matches(section.lower(), [GROUP], cutoff=SIMILAR):
                raise cfg.Error(
                    f"{path}: the section [{section}] is unknown: did you mean [{GROUP}]?"
                )


def _check_options(path: str, options: Iterable[str]) -> None:
    known = sorted(CONF[GROUP])
    for name in options:
        if name not in known:
            # A name that resembles no option may be part of a password.
            shown = (
                f"the unknown option {name}"
                if get_close_matches(name, known)
                else "an unknown option"
            )
            raise cfg.Error(f"{path}: [{GROUP}] has {shown}; its options are {', '.join(known)}")


def _check_values() -> None:
    """Read every option: oslo.config parses a value only when it is read."""
    for group, options in config.list_opts():
        for option in options:
            _check_value(group, option.dest)


def _check_value(group: str, name: str) -> None:
    try:
        # Options of the group DEFAULT are attributes of CONF itself.
        getattr(getattr(CONF, group, CONF), name)
    except cfg.ConfigSourceValueError as error:
        reason = error.__context__ or error
        raise cfg.ConfigSourceValueError(f"[{group}] {name}: {reason}") from error
    except config.UNRESOLVED:
        raise cfg.Error(f"[{group}] {name}: {config.DOLLAR}") from None


def _describe(error: BaseException) -> str:
    """Return what is wrong, without the text of the line, which may contain a password."""
    place = error.__context__
    if isinstance(error, cfg.ConfigFileParseError) and isinstance(place, iniparser.ParseError):
        return f"{error.config_file}, line {place.lineno}: {place.msg}"
    if isinstance(error, cfg.ConfigFilesNotFoundError):
        return f"the file {', '.join(error.config_files)} does not exist"
    if isinstance(error, cfg.ConfigFilesPermissionDeniedError):
        return f"the file {', '.join(error.config_files)} cannot be read: permission denied"
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, UnicodeError):
        return "a file is not encoded in UTF-8"
    return str(error).rstrip(".")
