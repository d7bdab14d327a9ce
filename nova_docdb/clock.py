"""Times as stored: naive UTC with millisecond precision, the finest that BSON has."""

from __future__ import annotations

from datetime import datetime, timezone


def utcnow() -> datetime:
    """Return the current time as a naive UTC datetime, truncated to milliseconds."""
    return stored(datetime.now(timezone.utc))


def stored(moment: datetime) -> datetime:
    """Return a datetime in its stored form: aware ones converted to UTC, truncated to milliseconds.

    :raises OverflowError: if it is out of range in UTC
    """
    if moment.tzinfo is not None:
        moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return datetime.combine(moment.date(), moment.time())  # a plain datetime, not a subclass


def parse(text: str) -> datetime:
    """Parse ISO 8601 text and return the datetime in its stored form, as ``stored`` does.

    :raises ValueError: if the text is not a date and time
    :raises OverflowError: if it is out of range in UTC
    """
    return stored(parse_exactly(text))


def parse_exactly(text: str) -> datetime:
    """Parse ISO 8601 text and return the datetime as written: aware or naive, not truncated.

    :raises ValueError: if the text is not a date and time
    """
    if text.endswith("Z"):  # fromisoformat accepts it only from Python 3.11 on
        text = text[:-1] + "+00:00"
    return datetime.fromisoformat(text)
