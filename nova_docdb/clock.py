"""Time as the database keeps it: naive UTC, in milliseconds, which is all that BSON has."""

from __future__ import annotations

from datetime import datetime, timezone


def utcnow() -> datetime:
    """Return the present as a naive UTC datetime, cut to milliseconds."""
    return stored(datetime.now(timezone.utc))


def stored(moment: datetime) -> datetime:
    """Return a moment as it is stored: an aware one moved to UTC, cut to milliseconds.

    :raises OverflowError: if the calendar does not have it in UTC
    """
    if moment.tzinfo is not None:
        moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return datetime.combine(moment.date(), moment.time())  # plain, whatever class it came in


def parse(text: str) -> datetime:
    """Return the moment that ISO 8601 text names, as ``stored`` gives it.

    :raises ValueError: if the text is not a date and time
    :raises OverflowError: if the calendar does not have it in UTC
    """
    return stored(parse_exactly(text))


def parse_exactly(text: str) -> datetime:
    """Return the moment that ISO 8601 text names, as it is written: aware or naive, uncut.

    :raises ValueError: if the text is not a date and time
    """
    if text.endswith("Z"):  # fromisoformat takes it from Python 3.11 on
        text = text[:-1] + "+00:00"
    return datetime.fromisoformat(text)
