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
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, missing

from nova_docdb import clock

INT64 = range(-(2**63), 2**63)
DECIMAL = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)

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

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        return self.read(value)

    def read(self, value: Any) -> Any:
        """Return the stored form of a value that is not None.

        :raises ValidationError: if the column cannot hold it
        """
        raise NotImplementedError


class Integer(Column):
    """A number of up to 64 bits; decimal text is taken as the number, as SQL does."""

    lowest = INT64[0]

    def read(self, value: Any) -> int:
        """Return the number."""
        decimal = isinstance(value, str) and DECIMAL.fullmatch(value)
        if decimal or (isinstance(value, float) and value.is_integer()):
            value = int(value)
        if not isinstance(value, int):
            raise ValidationError("is not a whole number")
        # In a range a number of a class of its own is looked for element by element.
        number = int(value)
        if number not in INT64:
            raise ValidationError("does not fit into 64 bits")
        return number


class BigInteger(Integer):
    """A number whose SQL column has 64 bits; those of the others have 32."""


class Float(Column):
    """A floating point number."""

    lowest = -math.inf

    def read(self, value: Any) -> float:
        """Return the number."""
        if not isinstance(value, (int, float)):
            raise ValidationError("is not a number")
        try:
            number = float(value)
        except OverflowError as error:
            raise ValidationError("does not fit into a floating point number") from error
        if math.isnan(number):
            raise ValidationError("is not a number")
        return number


class Boolean(Column):
    """True or false; 0 and 1 are taken for them."""

    lowest = False

    def read(self, value: Any) -> bool:
        """Return the truth value."""
        if isinstance(value, (bool, int)) and value in {0, 1}:
            return bool(value)
        raise ValidationError("is neither true nor false")


class DateTime(Column):
    """A moment: a naive UTC or an aware datetime, or ISO 8601 text."""

    lowest = datetime(1, 1, 1)  # noqa: DTZ001 - naive UTC

    def read(self, value: Any) -> datetime:
        """Return the moment as naive UTC, cut to milliseconds."""
        try:
            if isinstance(value, datetime):
                return clock.stored(value)
            if isinstance(value, str):
                return clock.parse(value)
        except (ValueError, OverflowError) as error:
            raise ValidationError("is no date and time of the calendar in UTC") from error
        raise ValidationError("is no date and time")

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002
        return None if value is None else value.strftime(RPC_TIME)


class Text(Column):
    """Text of any length; a number is taken as its decimal text, as SQL does."""

    lowest = ""

    def read(self, value: Any) -> str:
        """Return the text."""
        if isinstance(value, bool):
            value = int(value)
        if isinstance(value, (int, float)):
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

    def read(self, value: Any) -> int | str:
        """Return the number, or the text that is none."""
        try:
            return Integer().read(value)
        except ValidationError:
            return Text().read(value)


def shortest_ipv6(text: str) -> str:
    """Return the text that inet_ntop gives for an IPv6 address; any other text as it is."""
    if ":" not in text or "\0" in text:
        return text
    try:
        return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, text))
    except (OSError, UnicodeEncodeError):
        return text


def _decimal(number: float) -> str:
    """Return the text of a number.

    :raises ValidationError: if it has more digits than Python writes
    """
    try:
        return str(number)
    except ValueError as error:
        raise ValidationError("has too many digits") from error
