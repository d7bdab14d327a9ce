"""Converts the text of a command line to the arguments of a function."""

from __future__ import annotations

import contextlib
import inspect
import json
import re
import types
import typing
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from nova_docdb import clock

WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _word(text: str) -> bool:
    if text.lower() not in WORDS:
        raise ValueError(text)
    return WORDS[text.lower()]


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,30}", text, re.ASCII):
        raise ValueError(text)
    return int(text)


# The order in which the types of a union are tried; str is last because it accepts any text.
READERS: dict[Any, Callable[[str], Any]] = {
    bool: _word,
    int: _integer,
    float: float,
    str: str,
    datetime: clock.parse,
}

# How an annotation is shown to users; any other one is shown as JSON.
NAMES = {str: "text", int: "an integer", float: "a number", bool: "true or false", datetime: "time"}

NULL = "null"


class ArgumentError(ValueError):
    """Invalid arguments of a function; the message is one sentence."""


def bind(
    function: Callable[..., Any], texts: Sequence[str], **given: Any
) -> inspect.BoundArguments:
    """Convert texts to the arguments of a function, by its annotations.

    :param texts: values in the order of the parameters, or ``parameter=value``
    :param given: arguments that are passed unconverted, such as the context
    :raises ArgumentError: if an argument is missing, unknown, given twice or cannot be converted
    """
    signature = inspect.signature(function)
    hints = typing.get_type_hints(function)
    parameters = {n: p for n, p in signature.parameters.items() if n not in given}
    named, positional = _split(texts, parameters)
    values: dict[str, Any] = dict(given)
    rest: tuple[Any, ...] = ()
    free = iter(name for name in parameters if name not in named)
    for text in positional:
        name = next(free, None)
        variable = _variable(parameters, inspect.Parameter.VAR_POSITIONAL)
        if variable is not None:
            rest += (convert(variable, text, Any),)
        elif name is None:
            raise ArgumentError(f"{function.__name__} got too many arguments: {text!r}")
        else:
            values[name] = convert(name, text, hints.get(name, Any))
    for name, text in named.items():
        values[name] = convert(name, text, hints.get(name, Any))
    try:
        return signature.bind(*rest, **values)
    except TypeError as error:
        raise ArgumentError(f"{function.__name__}: {error}") from None


def convert(name: str, text: str, hint: Any) -> Any:
    """Convert the text of an argument to its value.

    :param name: the name of the parameter, for the error message
    :param hint: the annotation; ``null`` is converted to None if it allows None
    :raises ArgumentError: if the text cannot be converted
    """
    kinds = _members(hint)
    if type(None) in kinds and text == NULL:
        return None
    for kind, read in READERS.items():
        if kind in kinds:
            with contextlib.suppress(ValueError, OverflowError):
                return read(text)
    if kinds - {type(None)} <= NAMES.keys():
        raise ArgumentError(f"{name} must be {expected(hint)}, not {text!r}")
    try:
        return json.loads(text)
    except ValueError:
        if Any in kinds or object in kinds:
            return text
        raise ArgumentError(f"{name} must be JSON, not {text!r}") from None


def expected(hint: Any) -> str:
    """Return the values that an argument accepts, for a message."""
    kinds = _members(hint)
    names = [NAMES[kind] for kind in NAMES if kind in kinds]
    if not kinds - {type(None)} <= NAMES.keys():
        names.append("JSON")
    return " or ".join([*names, *([NULL] if type(None) in kinds else [])])


def usage(function: Callable[..., Any]) -> str:
    """Return the arguments of a function for a help text, without the context."""
    shown = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "context":
            continue
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            shown.append(f"[{name.upper()}]...")
        elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
            shown.append("[NAME=VALUE]...")
        elif parameter.default is inspect.Parameter.empty:
            shown.append(name.upper())
        else:
            shown.append(f"[{name.upper()}]")
    return " ".join(shown)


def _split(
    texts: Sequence[str], parameters: dict[str, inspect.Parameter]
) -> tuple[dict[str, str], list[str]]:
    """Split texts into named and positional arguments."""
    open_ended = _variable(parameters, inspect.Parameter.VAR_KEYWORD) is not None
    named: dict[str, str] = {}
    positional = []
    for text in texts:
        name, equals, value = text.partition("=")
        if equals and (name in parameters or (open_ended and name.isidentifier())):
            if name in named:
                raise ArgumentError(f"{name} is given twice")
            named[name] = value
        else:
            positional.append(text)
    return named, positional


def _variable(parameters: dict[str, inspect.Parameter], kind: Any) -> str | None:
    return next((name for name, p in parameters.items() if p.kind is kind), None)


def _members(hint: Any) -> set[Any]:
    """Return the set of types of a union, or the single type."""
    if typing.get_origin(hint) in {types.UnionType, typing.Union}:
        return set(typing.get_args(hint))
    return {hint}
