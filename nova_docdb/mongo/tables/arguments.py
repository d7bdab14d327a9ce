"""Argument checks that families share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from nova_docdb import clock, exception
from nova_docdb.schemas.columns import DateTime

TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%f"

CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def require_uuid(value: Any) -> str:
    """Return a uuid in its canonical form: lower case, with hyphens.

    :raises InvalidUUID: if the value is anything else
    """
    if not isinstance(value, str) or not CANONICAL_UUID.fullmatch(value):
        raise exception.InvalidUUID(uuid=value)
    return value


def require_list(name: str, value: Any) -> list[Any]:
    """Return the items of an iterable that is neither text nor a mapping.

    :raises InvalidInput: if the value is anything else
    """
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise exception.InvalidInput(reason=f"{name} must be a list, not {value!r:.60}")
    return list(value)


def require_mapping(name: str, value: Any) -> Mapping[str, Any]:
    """Return a mapping.

    :raises InvalidInput: if the value is anything else
    """
    if not isinstance(value, Mapping):
        raise exception.InvalidInput(reason=f"{name} must be a mapping, not {value!r:.60}")
    return value


def require_moment(name: str, value: Any, *, up: bool = False) -> datetime:
    """Return a moment as it is stored.

    :param up: whether a moment between two milliseconds becomes the later one
    :raises InvalidInput: if the value is no datetime and no ISO text
    """
    moment = DateTime().match(value)
    if not isinstance(moment, datetime):
        raise exception.InvalidInput(reason=f"{name} is no date and time: {value!r:.60}")
    between = isinstance(value, datetime) and value.microsecond % 1000
    return moment + timedelta(milliseconds=1) if up and between else moment


def require_seconds(name: str, value: Any) -> timedelta:
    """Return a length of time.

    :raises InvalidInput: if the value is no number of seconds, or more than a calendar holds
    """
    try:
        return timedelta(seconds=value)
    except (TypeError, ValueError, OverflowError) as error:
        raise exception.InvalidInput(
            reason=f"{name} must be a number of seconds, not {value!r:.60}"
        ) from error


def require_past(name: str, seconds: Any) -> datetime:
    """Return the moment so many seconds ago.

    :raises InvalidInput: if the value is no number of seconds, or more than a calendar holds
    """
    try:
        return clock.utcnow() - require_seconds(name, seconds)
    except OverflowError as error:
        raise exception.InvalidInput(reason=f"{name} leads out of the calendar") from error


def parsed_times(values: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """Return the values with text of times parsed: through RPC they come as text.

    :param names: the columns that are times
    :raises ValueError: if a text is no time with microseconds
    """
    times = {
        name: datetime.strptime(values[name], TIME_FORMAT)  # noqa: DTZ007 - naive UTC
        for name in names
        if isinstance(values.get(name), str)
    }
    return {**values, **times}
