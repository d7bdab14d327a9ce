"""The column types, as marshmallow fields.

``deserialize`` converts a caller's value to its stored form. ``match`` converts a value to search
for: a value that the column could never hold matches nothing, and no value is ever interpreted as
an operator.
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

# Text that SQL accepts as a number; the fraction may be empty, and an exponent may follow.
NUMERIC = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
VERSION = re.compile(r"([0-9]{1,18})(?![0-9A-Za-z])", re.ASCII)

# The only white space that SQL ignores around a number or a time.
BLANKS = " \t\n\r\v\f"

LONGEST_NUMERIC = 400
DIGITS_OF_INT64 = 19

# Half of the maximum size of a document.
LONGEST_TEXT = 8 * 2**20

# How Nova's RPC formats a time: naive UTC with microseconds.
RPC_TIME = "%Y-%m-%dT%H:%M:%S.%f"

# A value to search for that no stored value equals.
NOTHING = object()


class Column(fields.Field[Any]):
    """A column.

    :param nullable: whether the column may be empty
    :param default: the value of a new row if none, or None, is given
    :param generated: whether the store generates a value if none is given
    """

    # The lowest value of the type in MongoDB's sort order: ``{"$gte": lowest}`` matches every value
    # of the type but not null, in a form that a partial index supports.
    lowest: Any = None

    # The types of stored values, and their name in messages.
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
        """Return the stored form of a value to search for, or ``NOTHING``."""
        if value is None:
            return None
        try:
            return self.deserialize(value)
        except ValidationError:
            return NOTHING

    def misfit(self, stored: Any) -> str | None:
        """Return why a stored value is invalid for this column, without the value; or None."""
        if stored is None:
            return None if self.nullable else "is empty"
        # bool is a subclass of int, and the driver has its own class for 64-bit integers.
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
    """An integer of up to 64 bits; see ``integer`` for the accepted values."""

    lowest = INT64[0]
    kinds = (int,)
    kind_name = "an integer"

    def read(self, value: Any) -> int:
        """Return the integer."""
        return integer(value)


class VersionNumber(Integer):
    """An integer, also given as a dotted version: its leading number is stored, as in MySQL."""

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
    """An integer whose SQL column has 64 bits; those of other integers have 32."""


class Float(Column):
    """A floating point number; numeric text is converted, as in SQL."""

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
    """A boolean; values that ``integer`` converts to 1 or 0 are accepted."""

    lowest = False
    kinds = (bool,)
    kind_name = "a boolean"

    def read(self, value: Any) -> bool:
        """Return the boolean."""
        try:
            number = integer(value)
        except ValidationError:
            number = -1
        if number not in {0, 1}:
            raise ValidationError("is neither true nor false")
        return bool(number)


class DateTime(Column):
    """A time: a naive UTC or aware datetime, a date (midnight), or ISO 8601 text."""

    lowest = datetime(1, 1, 1)  # noqa: DTZ001 - naive UTC
    kinds = (datetime,)
    kind_name = "a date of the years 1 to 9999"

    def read(self, value: Any) -> datetime:
        """Return the time as naive UTC, truncated to milliseconds."""
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
    """Text of any length; a number is converted to decimal text, as in SQL."""

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
        text: str = str.__str__(value)  # a plain str, not a subclass
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

    The length is only used by the export. It is not enforced: the reference on SQLite does not
    enforce it, and MySQL's truncation loses data.
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
    """An IP address; IPv6 is stored in its shortest form, any other text unchanged."""

    def __init__(self) -> None:
        super().__init__(39)

    def read(self, value: Any) -> str:
        """Return the address."""
        return shortest_ipv6(super().read(value))


class Cidr(String):
    """A network in CIDR notation; an IPv6 network is stored in its shortest form."""

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
    """An integer column that also gets uuids: volume_usage_cache.instance_id."""

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
    """Return the integer that SQL stores for an int, a bool, or a value equal to an integer.

    A float, a Decimal and numeric text (``" 12 "``, ``"1.0"``, ``"1e3"``) are accepted if their
    fraction is 0.

    :raises ValidationError: if the value is not an integer, or needs more than 64 bits
    """
    if isinstance(value, str):
        value = _numeric(value)
    if isinstance(value, float) and math.isfinite(value):
        value = Decimal(value)
    if isinstance(value, Decimal):
        value = _to_integer(value)
    if not isinstance(value, int):
        raise ValidationError("is not an integer")
    # ``in range()`` would compare an int of a subclass with every element.
    number = int(value)
    if number not in INT64:
        raise ValidationError("does not fit into 64 bits")
    return number


def _numeric(text: str) -> Decimal | None:
    """Parse text as a number as SQL does; return None if it is not one."""
    stripped = text.strip(BLANKS)
    if len(stripped) > LONGEST_NUMERIC or not NUMERIC.fullmatch(stripped):
        return None
    return Decimal(stripped)


def _to_integer(number: Decimal) -> int | None:
    """Return the integer that equals a number, or None.

    :raises ValidationError: if it does not fit into 64 bits
    """
    if not number.is_finite():
        return None
    if number and number.adjusted() >= DIGITS_OF_INT64:
        raise ValidationError("does not fit into 64 bits")
    return int(number) if number == number.to_integral_value() else None


def shortest_ipv6(text: str) -> str:
    """Return an IPv6 address as inet_ntop formats it; return any other text unchanged."""
    if ":" not in text or "\0" in text:
        return text
    try:
        return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, text))
    except (OSError, UnicodeEncodeError):
        return text


def _decimal(number: float | Decimal) -> str:
    """Return a number as decimal text.

    :raises ValidationError: if it is not finite, or has more digits than Python formats
    """
    finite = number.is_finite() if isinstance(number, Decimal) else number - number == 0
    if not finite:
        raise ValidationError("is not a finite number")
    try:
        return str(number)
    except ValueError as error:
        raise ValidationError("has too many digits") from error
