"""The types of columns, as marshmallow fields.

A field reads a value that a caller gives (``deserialize``) into the one form in which it is
stored. ``match`` reads a value that a caller looks for: what the column could never hold matches
nothing, and no value is ever taken as an operator.
"""

from __future__ import annotations

import ipaddress
import math
import re
import socket
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, missing

from nova_docdb import clock

INT64 = range(-(2**63), 2**63)

# What SQL reads as a number; the part behind the point may be empty, an exponent may follow.
NUMERIC = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
VERSION = re.compile(r"([0-9]{1,18})(?![0-9A-Za-z])", re.ASCII)

# SQL ignores these around a number or a time, and no other white space.
BLANKS = " \t\n\r\v\f"

LONGEST_NUMERIC = 400
DIGITS_OF_INT64 = 19

# Half of what one document may hold.
LONGEST_TEXT = 8 * 2**20

# How Nova's RPC writes a time: naive UTC with microseconds.
RPC_TIME = "%Y-%m-%dT%H:%M:%S.%f"

# Stands for "no stored value equals this".
NOTHING = object()


class Column(fields.Field[Any]):
    """A column.

    :param nullable: whether the column may be empty
    :param default: what a row gets on creation when no value or None is given
    :param generated: whether the store fills it when nothing is given
    """

    # The lowest value of the type in MongoDB's order: ``{"$gte": lowest}`` holds for every value
    # of the type and not for null, in a form that a partial index can use.
    lowest: Any = None

    # The types of stored values, and their name in a message.
    kinds: tuple[type, ...] = ()
    kind_name = ""

    def __init__(
        self, *, nullable: bool = True, default: Any = None, generated: bool = False
    ) -> None:
        needed = not nullable and default is None and not generated
        super().__init__(
            allow_none=nullable,
            load_default=missing if default is None else default,
            required=needed,
        )
        self.nullable = nullable
        self.default = default

    def match(self, value: Any) -> Any:
        """Return the stored form of a value to look for, or ``NOTHING``."""
        if value is None:
            return None
        try:
            return self.deserialize(value)
        except ValidationError:
            return NOTHING

    def misfit(self, stored: Any) -> str | None:
        """Return why a stored value is not one of this column, without the value, or None."""
        if stored is None:
            return None if self.nullable else "is empty"
        # bool is an int to Python; the driver has an int of its own for 64 bits.
        if isinstance(stored, self.kinds) and (bool in self.kinds or stored.__class__ is not bool):
            return None
        return f"is of the type {type(stored).__name__}, not {self.kind_name}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        return self.read(value)

    def read(self, value: Any) -> Any:
        """Return the stored form of a value that is not None.

        :raises ValidationError: if the column cannot hold it
        """
        raise NotImplementedError


class Integer(Column):
    """An integer of up to 64 bits; see ``integer`` for the values that it takes."""

    lowest = INT64[0]
    kinds = (int,)
    kind_name = "an integer"

    def read(self, value: Any) -> int:
        """Return the integer."""
        return integer(value)


class VersionNumber(Integer):
    """An integer that drivers give as a dotted version: its leading number, as MySQL stores it."""

    def read(self, value: Any) -> int:
        """Return the integer, or the leading number of a version: 5 of "5.1.0" and of 5.1."""
        try:
            return integer(value)
        except ValidationError:
            text = str(value) if isinstance(value, (str, float, Decimal)) else ""
            leading = VERSION.match(text.strip(BLANKS))
            if leading is None:
                raise
            return int(leading[1])


class BigInteger(Integer):
    """A number whose SQL column has 64 bits; those of the others have 32."""


class Float(Column):
    """A floating point number; numeric text is taken as the number, as SQL does."""

    lowest = -math.inf
    kinds = (float,)
    kind_name = "a double"

    def read(self, value: Any) -> float:
        """Return the number."""
        if isinstance(value, str):
            value = _numeric(value)
        if not isinstance(value, (int, float, Decimal)):
            raise ValidationError("is not a number")
        try:
            number = float(value)
        except (OverflowError, ValueError) as error:
            raise ValidationError("does not fit into a floating point number") from error
        if math.isnan(number):
            raise ValidationError("is not a number")
        if math.isinf(number) and not isinstance(value, float):
            raise ValidationError("does not fit into a floating point number")
        return number


class Boolean(Column):
    """True or false; whatever ``integer`` reads as 1 or 0 is taken for them."""

    lowest = False
    kinds = (bool,)
    kind_name = "a boolean"

    def read(self, value: Any) -> bool:
        """Return the truth value."""
        try:
            number = integer(value)
        except ValidationError:
            number = -1
        if number not in {0, 1}:
            raise ValidationError("is neither true nor false")
        return bool(number)


class DateTime(Column):
    """A moment: a naive UTC or an aware datetime, a date (its midnight), or ISO 8601 text."""

    lowest = datetime(1, 1, 1)  # noqa: DTZ001 - naive UTC
    kinds = (datetime,)
    kind_name = "a date of the years 1 to 9999"

    def read(self, value: Any) -> datetime:
        """Return the moment as naive UTC, cut to milliseconds."""
        try:
            if isinstance(value, datetime):
                return clock.stored(value)
            if isinstance(value, str):
                return clock.parse(value.strip(BLANKS))
            if isinstance(value, date):
                return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - naive UTC
        except (ValueError, OverflowError) as error:
            raise ValidationError("is not a date and time of the calendar in UTC") from error
        raise ValidationError("is not a date and time")

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002
        return None if value is None else value.strftime(RPC_TIME)


class Text(Column):
    """Text of any length; a number is taken as its decimal text, as SQL does."""

    lowest = ""
    kinds = (str,)
    kind_name = "text"

    def read(self, value: Any) -> str:
        """Return the text."""
        if isinstance(value, bool):
            value = int(value)
        if isinstance(value, (int, float, Decimal)):
            value = _decimal(value)
        if not isinstance(value, str):
            raise ValidationError("is not text")
        text: str = str.__str__(value)  # of a class of its own, a plain one
        if len(text) > LONGEST_TEXT // 4 and len(text.encode("utf-8", "replace")) > LONGEST_TEXT:
            raise ValidationError(f"is longer than {LONGEST_TEXT} bytes")
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError as error:
                raise ValidationError("has characters that UTF-8 cannot encode") from error
        return text


class String(Text):
    """Text of up to ``length`` characters.

    The length is a fact about the SQL schema, kept for the way back to it. It is not enforced: the
    reference on SQLite does not, and MySQL's truncation is nothing to imitate.
    """

    def __init__(
        self,
        length: int,
        *,
        nullable: bool = True,
        default: Any = None,
        generated: bool = False,
    ) -> None:
        super().__init__(nullable=nullable, default=default, generated=generated)
        self.length = length


class IPAddress(String):
    """An address; IPv6 is kept in its shortest form, any other text as it is given."""

    def __init__(self) -> None:
        super().__init__(39)

    def read(self, value: Any) -> str:
        """Return the address."""
        return shortest_ipv6(super().read(value))


class Cidr(String):
    """A network; IPv6 is kept as its shortest network address and prefix length."""

    def __init__(self) -> None:
        super().__init__(43)

    def read(self, value: Any) -> str:
        """Return the network."""
        text = super().read(value)
        if ":" not in text or "%" in text:
            return text
        try:
            network = ipaddress.IPv6Network(text, strict=False)
        except ValueError:
            return text
        return f"{shortest_ipv6(str(network.network_address))}/{network.prefixlen}"


class IntegerOrText(Column):
    """A number column that is also given uuids: volume_usage_cache.instance_id."""

    lowest = INT64[0]
    kinds = (int, str)
    kind_name = "an integer or text"

    def read(self, value: Any) -> int | str:
        """Return the integer, or any other value as text."""
        try:
            return integer(value)
        except ValidationError:
            return _TEXT.read(value)


_TEXT = Text()


def integer(value: Any) -> int:
    """Return the integer that SQL stores for a value: an int, a bool, or what equals an integer.

    A float, a Decimal and numeric text (``" 12 "``, ``"1.0"``, ``"1e3"``) equal an integer when
    nothing follows the point.

    :raises ValidationError: if the value is not an integer, or needs more than 64 bits
    """
    if isinstance(value, str):
        value = _numeric(value)
    if isinstance(value, float) and math.isfinite(value):
        value = Decimal(value)
    if isinstance(value, Decimal):
        value = _whole(value)
    if not isinstance(value, int):
        raise ValidationError("is not a whole number")
    # In a range an int of another class is looked for element by element.
    number = int(value)
    if number not in INT64:
        raise ValidationError("does not fit into 64 bits")
    return number


def _numeric(text: str) -> Decimal | None:
    """Return the number that text spells as SQL does, or None."""
    stripped = text.strip(BLANKS)
    if len(stripped) > LONGEST_NUMERIC or not NUMERIC.fullmatch(stripped):
        return None
    return Decimal(stripped)


def _whole(number: Decimal) -> int | None:
    """Return the integer that equals a number, or None.

    :raises ValidationError: if it has more digits than 64 bits hold
    """
    if not number.is_finite():
        return None
    if number and number.adjusted() >= DIGITS_OF_INT64:
        raise ValidationError("does not fit into 64 bits")
    return int(number) if number == number.to_integral_value() else None


def shortest_ipv6(text: str) -> str:
    """Return the text that inet_ntop gives for an IPv6 address; any other text as it is."""
    if ":" not in text or "\0" in text:
        return text
    try:
        return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, text))
    except (OSError, UnicodeEncodeError):
        return text


def _decimal(number: float | Decimal) -> str:
    """Return the text of a number.

    :raises ValidationError: if it has none, or more digits than Python writes
    """
    finite = number.is_finite() if isinstance(number, Decimal) else number - number == 0
    if not finite:
        raise ValidationError("is not a finite number")
    try:
        return str(number)
    except ValueError as error:
        raise ValidationError("has too many digits") from error
