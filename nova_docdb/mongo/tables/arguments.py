"""Argument checks that families share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from nova_docdb import clock, exception
from nova_docdb.schemas.columns import BLANKS, DateTime

MOMENT = DateTime()

TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%f"

CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def require_uuid(value: Any) -> str:
    """Return a uuid in its canonical form: lower case, with hyphens.

    :raises InvalidUUID: for any other value
    """
    if not isinstance(value, str) or not CANONICAL_UUID.fullmatch(value):
        raise exception.InvalidUUID(uuid=value)
    return value


def require_list(name: str, value: Any) -> list[Any]:
    """Return the items of an iterable that is neither text nor a mapping.

    :raises InvalidInput: for any other value
    """
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise exception.InvalidInput(reason=f"{name} must be a list, not {exception.shown(value)}")
    return list(value)


def require_mapping(name: str, value: Any) -> Mapping[str, Any]:
    """Return the value if it is a mapping.

    :raises InvalidInput: for any other value
    """
    if not isinstance(value, Mapping):
        raise exception.InvalidInput(
            reason=f"{name} must be a mapping, not {exception.shown(value)}"
        )
    return value


def require_moment(name: str, value: Any) -> datetime:
    """Return a naive UTC datetime as it is stored, truncated to milliseconds.

    :raises InvalidInput: if the value is not a datetime, a date or ISO text
    """
    moment = MOMENT.match(value)
    if not isinstance(moment, datetime):
        raise exception.InvalidInput(
            reason=f"{name} is not a date and time: {exception.shown(value)}"
        )
    return moment


def earlier_than(name: str, value: Any) -> dict[str, datetime]:
    """Return the condition on a field for times that may be earlier than a moment.

    :raises InvalidInput: as ``require_moment``
    """
    moment = require_moment(name, value)
    # Stored times are truncated, so one in the same millisecond may be earlier or later.
    return {"$lte" if _is_between_milliseconds(value) else "$lt": moment}


def later_than(name: str, value: Any) -> dict[str, datetime]:
    """Return the condition on a field for times that may be later than a moment.

    :raises InvalidInput: as ``require_moment``
    """
    moment = require_moment(name, value)
    return {"$gte" if _is_between_milliseconds(value) else "$gt": moment}


def _is_between_milliseconds(moment: Any) -> bool:
    if isinstance(moment, str):
        moment = clock.parse_exactly(moment.strip(BLANKS))
    return isinstance(moment, datetime) and moment.microsecond % 1000 > 0


def require_seconds(name: str, value: Any) -> timedelta:
    """Return a number of seconds as a timedelta.

    :raises InvalidInput: if the value is not a number, or out of the range of a timedelta
    """
    try:
        return timedelta(seconds=value)
    except (TypeError, ValueError, OverflowError) as error:
        raise exception.InvalidInput(
            reason=f"{name} must be a number of seconds, not {exception.shown(value)}"
        ) from error


def require_past(name: str, seconds: Any) -> datetime:
    """Return the time some seconds ago, as a naive UTC datetime.

    :raises InvalidInput: if the value is not a number, or the time out of the range of a datetime
    """
    try:
        return clock.utcnow() - require_seconds(name, seconds)
    except OverflowError as error:
        raise exception.InvalidInput(reason=f"{name} is too large") from error


def parsed_times(values: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """Return the values with times parsed, which are text after an RPC call.

    :param names: the columns that are times
    :raises ValueError: if a text is not a time with microseconds
    """
    times = {
        name: datetime.strptime(values[name], TIME_FORMAT)  # noqa: DTZ007 - naive UTC
        for name in names
        if isinstance(values.get(name), str)
    }
    return {**values, **times}
